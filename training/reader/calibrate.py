"""Fit how the reader's scores become probabilities: ``python -m training.reader.calibrate``.

Runs the exported reader and the product's own retrieval over the two SQuAD articles that it was
not trained on for this purpose and over the tuning sets, and fits a logistic regression of
"this sentence is evidence" (Platt scaling over several features). Prints the constants for
``rag/evidence.py`` and ``rag/answering/extractive.py``, and how far the probabilities are from
what happens, on the SQuAD articles that nothing was trained or fitted on too.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from rag.documents import load_bytes
from rag.embedding import load_embedding_model
from rag.evaluation.corpus import load_corpus
from rag.evaluation.gold import resolve
from rag.evaluation.set_files import read_set
from rag.evidence import features_of, passage_text
from rag.library import Library
from rag.questions import condense
from rag.reader import MODEL_FILE, Reader
from rag.retrieval import READ, HybridRetriever
from rag.types import Document, Span
from training.reader.examples import CALIBRATION, HELD_OUT, read_squad

ROOT = Path(__file__).resolve().parents[2]
SETS = sorted((ROOT / "benchmarks" / "tuning").glob("*.eval.yaml"))
SQUAD = ROOT.parent / "shared" / "data" / "reading" / "squad2_dev_25_articles.json"
MOST_BYTES = 10**9
STEPS = {CALIBRATION: 2, HELD_OUT: 8}
"""Of each group of SQuAD articles, every second or eighth question is asked."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one document with the places of its evidence, none if unanswerable."""

    source: str
    question: str
    document_id: str
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """The features of a question's sentences (sentences, 4) and which are evidence."""

    asked: Asked
    features: np.ndarray
    evidence: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, default=SQUAD)
    parser.add_argument("--reader", type=Path, default=MODEL_FILE)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="sets to report on only")
    options = parser.parse_args()
    documents, questions = gather(options.squad, [*SETS, *options.also])
    model = load_embedding_model("builtin")
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home), model) as library:
        for document in documents:
            library.add(document)
        scored = list(score(library, Reader(options.reader), questions))
    names = {path.name for path in options.also} | set(HELD_OUT)
    fitted = [each for each in scored if each.asked.source not in names]
    weights = fit(fitted)
    print("evidence, words, answers, passage, bias:", np.round(weights, 3))
    print(f"threshold: {best_threshold(fitted, weights):.3f}")
    for name, own in groups(scored).items():
        report(name, own, weights)


def gather(squad: Path, sets: Sequence[Path]) -> tuple[list[Document], list[Asked]]:
    """Read the SQuAD articles kept for this, and the evaluation sets."""
    documents, questions = [], []
    for article in read_squad(squad):
        step = next((step for titles, step in STEPS.items() if article.title in titles), None)
        if step is None:
            continue
        text = "\n\n".join(article.paragraphs)
        document = load_bytes(text.encode(), source=article.title, max_bytes=MOST_BYTES)
        documents.append(document)
        for example in article.examples[::step]:
            at = text.index(example.passage)
            spans = tuple(Span(s.start + at, s.end + at) for s in example.evidence)
            questions.append(Asked(article.title, example.question, document.id, spans))
    for path in sets:
        corpus = load_corpus(read_set(path), max_bytes=MOST_BYTES)
        documents += corpus.documents
        for gold in resolve(read_set(path), corpus):
            spans = tuple(place.span for quote in gold.quotes for place in quote.places)
            question = condense(gold.case.question, list(gold.case.history))
            questions.append(Asked(path.name, question, corpus.documents[0].id, spans))
    return documents, questions


def score(library: Library, reader: Reader, questions: Sequence[Asked]) -> Iterator[Scored]:
    """Yield the features of each question's sentences, as the product computes them."""
    retriever = HybridRetriever(library=library, k=READ)
    for asked in questions:
        passages = retriever.retrieve(asked.question, document_ids=[asked.document_id])
        texts = [passage_text(passage) for passage in passages]
        rows, evidence = [], []
        for passage, text, readings in zip(
            passages, texts, reader.read(asked.question, texts), strict=True
        ):
            for span, reading in zip(text.sentences, readings, strict=True):
                place = Span(span.start + passage.span.start, span.end + passage.span.start)
                rows.append(astuple(features_of(passage, reading)))
                evidence.append(any(_matches(place, gold) for gold in asked.evidence))
        yield Scored(asked, np.array(rows), np.array(evidence))


def _matches(sentence: Span, gold: Span) -> bool:
    return sentence.overlap(gold) >= 0.5 * min(len(sentence), len(gold))


def fit(scored: Sequence[Scored], *, penalty: float = 1.0) -> np.ndarray:
    """Return the weights and the bias of a logistic regression, by Newton's method."""
    rows = np.concatenate([np.c_[s.features, np.ones(len(s.features))] for s in scored])
    known = np.concatenate([s.evidence for s in scored]).astype(float)
    ridge = penalty * np.diag([1.0] * (rows.shape[1] - 1) + [1e-6])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        guess = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (guess - known) + ridge @ weights
        curve = (rows * (guess * (1 - guess))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curve, slope)
    return weights


def groups(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Return the questions by where they come from."""
    found: dict[str, list[Scored]] = {}
    for each in scored:
        name = "SQuAD, five articles held out" if each.asked.source in HELD_OUT else None
        found.setdefault(name or each.asked.source, []).append(each)
    return found


def outcomes(scored: Sequence[Scored], weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return each question's best probability, whether it was right, and whether there is one."""
    logits = [s.features @ weights[:-1] + weights[-1] for s in scored]
    best = np.array([1 / (1 + np.exp(-own.max())) for own in logits])
    right = np.array([s.evidence[own.argmax()] for s, own in zip(scored, logits, strict=True)])
    return best, right, np.array([bool(s.asked.evidence) for s in scored])


def best_threshold(scored: Sequence[Scored], weights: np.ndarray) -> float:
    """Return where answering rightly and refusing rightly are best on average.

    The average of the two shares does not depend on how many questions have an answer.
    """
    best, right, has = outcomes(scored, weights)
    tried = np.linspace(0.01, 0.9, 90)
    shares = [np.mean((right & (best >= t))[has]) + np.mean((best < t)[~has]) for t in tried]
    return float(tried[int(np.argmax(shares))])


def calibration_error(probabilities: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = (
        np.mean(bins == own) * abs(probabilities[bins == own].mean() - right[bins == own].mean())
        for own in np.unique(bins)
    )
    return float(sum(gaps))


def report(name: str, scored: Sequence[Scored], weights: np.ndarray) -> None:
    """Print how often the evidence comes first, the calibration, and how refusing would do."""
    best, right, has = outcomes(scored, weights)
    top = [
        s.evidence[np.argsort(-(s.features @ weights[:-1]))[:3]].any()
        for s in scored
        if s.asked.evidence
    ]
    area = np.mean((best[has][:, None] > best[~has]) + 0.5 * (best[has][:, None] == best[~has]))
    print(
        f"{name}: {len(scored)} questions, evidence first {right[has].mean():.3f}, "
        f"among three {np.mean(top):.3f}, AUROC {area:.3f}, "
        f"calibration error {calibration_error(best, right):.3f}"
    )
    for threshold in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        refused = best < threshold
        f1 = 2 * np.sum(refused & ~has) / max(1, refused.sum() + (~has).sum())
        given = np.mean(~refused[has])
        print(f"  {threshold}: abstention F1 {f1:.2f}, answer rate {given:.2f}")


if __name__ == "__main__":
    main()
