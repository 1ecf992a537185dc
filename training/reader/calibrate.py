"""Fit how the reader's scores become probabilities: ``python -m training.reader.calibrate``.

Runs the exported reader and the product's own retrieval over the two SQuAD articles that it was
not trained on for this purpose and over the tuning sets, and fits a logistic regression of
"this sentence is evidence". Prints the constants for ``rag/answering``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from rag.answering.scoring import features_of, passage_text
from rag.documents import load_bytes
from rag.embedding import load_embedding_model
from rag.evaluation.corpus import load_corpus
from rag.evaluation.gold import resolve
from rag.evaluation.set_files import read_set
from rag.library import Library
from rag.questions import condense
from rag.reader import MODEL_FILE, Reader
from rag.retrieval import HybridRetriever
from rag.types import Document, Span
from training.reader.examples import CALIBRATION, read_squad

ROOT = Path(__file__).resolve().parents[2]
SETS = sorted((ROOT / "benchmarks" / "tuning").glob("*.eval.yaml"))
SQUAD = ROOT.parent / "shared" / "data" / "reading" / "squad2_dev_25_articles.json"
MOST_BYTES = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one document with the places of its evidence, none if unanswerable."""

    source: str
    question: str
    document_id: str
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """The features of a question's sentences (sentences, 3) and which are evidence."""

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
    names = {path.name for path in options.also}
    fitted = [each for each in scored if each.asked.source not in names]
    weights = fit(fitted)
    print("evidence, words, passage, bias:", np.round(weights, 3))
    report(scored, weights)


def gather(squad: Path, sets: Sequence[Path]) -> tuple[list[Document], list[Asked]]:
    """Read the SQuAD articles kept for this, and the evaluation sets."""
    documents, questions = [], []
    for article in read_squad(squad):
        if article.title not in CALIBRATION:
            continue
        text = "\n\n".join(article.paragraphs)
        document = load_bytes(text.encode(), source=article.title, max_bytes=MOST_BYTES)
        documents.append(document)
        for example in article.examples[::3]:
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
    retriever = HybridRetriever(library=library, k=6)
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


def report(scored: Sequence[Scored], weights: np.ndarray) -> None:
    """Print, by source, how often the evidence comes first, and how refusing would do."""
    for source in dict.fromkeys(s.asked.source for s in scored):
        own = [s for s in scored if s.asked.source == source]
        scores = [s.features @ weights[:-1] + weights[-1] for s in own]
        has = np.array([bool(s.asked.evidence) for s in own])
        firsts = [
            (s.evidence[order[:1]].any(), s.evidence[order[:3]].any())
            for s, score in zip(own, scores, strict=True)
            if s.asked.evidence
            for order in [np.argsort(-score)]
        ]
        best = np.array([score.max() for score in scores])
        area = np.mean(best[has][:, None] > best[~has][None])
        print(f"{source}: evidence first {np.mean(firsts, axis=0).round(3)}, AUROC {area:.3f}")
        for threshold in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
            refused = best < np.log(threshold / (1 - threshold))
            right = np.sum(refused & ~has)
            f1 = 2 * right / max(1, refused.sum() + (~has).sum())
            print(
                f"  {threshold}: abstention F1 {f1:.2f}, answer rate {np.mean(~refused[has]):.2f}"
            )


if __name__ == "__main__":
    main()
