"""Fit how the reader's scores become probabilities: ``python -m training.reader.calibrate``.

Runs the exported reader and the product's own retrieval over the two SQuAD articles that it was
not trained on for this purpose and over the tuning sets, and fits logistic regressions (Platt
scaling over several features): of "this sentence is evidence", of "the first sentence is right" and
of "the passages answer", together. Prints the constants for ``rag/evidence.py``, the threshold of
refusing for ``rag/answering/extractive.py``, and how far the probabilities are from what happens,
on the SQuAD articles that nothing was trained or fitted on too.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from rag.cross_encoder import MODEL_FILE, CrossEncoder
from rag.embedding import load_embedding_model
from rag.evidence import features_of, passage_text, together
from rag.library import Library
from rag.reader import Reader
from rag.retrieval import READ, HybridRetriever
from rag.types import Span
from training.reader.examples import CALIBRATION, HELD_OUT, read_squad
from training.reader.measures import auroc
from training.reader.questions import Asked, of_article, of_set

ROOT = Path(__file__).resolve().parents[2]
SETS = sorted((ROOT / "benchmarks" / "tuning").glob("*.eval.yaml"))
SQUAD = ROOT.parent / "shared" / "data" / "reading" / "squad2_dev_25_articles.json"
STEPS = {CALIBRATION: 2, HELD_OUT: 8}
"""Of each group of SQuAD articles, every second or eighth question is asked."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """The features of a question's sentences (sentences, 3) and which are evidence.

    ``answers`` has for each passage the reader's logit that it answers at all.
    """

    asked: Asked
    features: np.ndarray
    evidence: np.ndarray
    answers: tuple[float, ...]

    @property
    def together(self) -> float:
        """Return what the product makes of the passages' logits."""
        return together(self.answers)


@dataclass(frozen=True, slots=True)
class Fit:
    """The constants: of a sentence's score, of its probability, of a passage's answering."""

    score: np.ndarray
    probability: np.ndarray
    answers: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, default=SQUAD)
    parser.add_argument("--reader", type=Path, default=MODEL_FILE)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="sets to report on only")
    options = parser.parse_args()
    questions = gather(options.squad, [*SETS, *options.also])
    model = load_embedding_model("builtin")
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home), model) as library:
        for document in {asked.document.id: asked.document for asked in questions}.values():
            library.add(document)
        scored = list(score(library, Reader(CrossEncoder(options.reader)), questions))
    names = {path.name for path in options.also} | set(HELD_OUT)
    fitted = fit([each for each in scored if each.asked.source not in names])
    print("score: evidence, words, passage:", np.round(fitted.score, 3))
    print("probability: slope, bias:", np.round(fitted.probability, 3))
    print("answers: slope, bias:", np.round(fitted.answers, 3))
    sets = {path.name for path in SETS}
    chosen = [each for each in scored if each.asked.source in sets]
    threshold = threshold_of(outcomes(chosen, fitted))
    print(
        f"threshold: {threshold.least:.2f}; at most {threshold.share:.3f} are handled rightly, "
        f"at {threshold.best:.2f}, with an error of {threshold.error:.3f}"
    )
    for name, own in groups(scored).items():
        report(name, own, fitted)


def gather(squad: Path, sets: Sequence[Path]) -> list[Asked]:
    """Read the questions of the SQuAD articles kept for this, and of the evaluation sets."""
    questions = []
    for article in read_squad(squad):
        step = next((step for titles, step in STEPS.items() if article.title in titles), None)
        if step is not None:
            questions += of_article(article)[::step]
    return questions + [asked for path in sets for asked in of_set(path)]


def score(library: Library, reader: Reader, questions: Sequence[Asked]) -> Iterator[Scored]:
    """Yield the features of each question's sentences, as the product computes them."""
    retriever = HybridRetriever(library=library, k=READ)
    for asked in questions:
        passages = retriever.retrieve(asked.question, document_ids=[asked.document.id])
        texts = [passage_text(passage) for passage in passages]
        rows, evidence, answers = [], [], []
        for passage, text, readings in zip(
            passages, texts, reader.read(asked.question, texts), strict=True
        ):
            for span, reading in zip(text.sentences, readings, strict=True):
                place = Span(span.start + passage.span.start, span.end + passage.span.start)
                rows.append(astuple(features_of(passage, reading)))
                evidence.append(any(_matches(place, gold) for gold in asked.evidence))
            if readings:
                answers.append(max(reading.answers for reading in readings))
        yield Scored(asked, np.array(rows), np.array(evidence), tuple(answers))


def _matches(sentence: Span, gold: Span) -> bool:
    return sentence.overlap(gold) >= 0.5 * min(len(sentence), len(gold))


def fit(scored: Sequence[Scored]) -> Fit:
    """Fit sentences of answerable questions, then the first of each question, then answering.

    Every source counts the same, however many questions it has.
    """
    has = [s for s in scored if s.asked.evidence]
    rows = np.concatenate([s.features for s in has])
    known = np.concatenate([s.evidence for s in has])
    weights = np.repeat(shares(has), [len(s.features) for s in has])
    score = regress(rows, known, weights)[:-1]
    first = [int((s.features @ score).argmax()) for s in scored]
    best = np.array([[s.features[p] @ score] for s, p in zip(scored, first, strict=True)])
    right = np.array([s.evidence[p] for s, p in zip(scored, first, strict=True)])
    answerable = np.array([bool(s.asked.evidence) for s in scored])
    logits = np.array([[s.together] for s in scored])
    return Fit(
        score=score,
        probability=regress(best, right, shares(scored)),
        answers=regress(logits, answerable, shares(scored)),
    )


def shares(scored: Sequence[Scored]) -> np.ndarray:
    """Return a weight for each question, 1 on average, so that all sources weigh the same."""
    counts = Counter(s.asked.source for s in scored)
    return np.array([len(scored) / len(counts) / counts[s.asked.source] for s in scored])


def regress(
    rows: np.ndarray, known: np.ndarray, shares: np.ndarray, *, penalty: float = 1.0
) -> np.ndarray:
    """Return the weights and the bias of a logistic regression, by Newton's method."""
    rows = np.c_[rows, np.ones(len(rows))]
    ridge = penalty * np.diag([1.0] * (rows.shape[1] - 1) + [1e-6])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        guess = _logistic(rows @ weights)
        slope = rows.T @ (shares * (guess - known)) + ridge @ weights
        curve = (rows * (shares * guess * (1 - guess))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curve, slope)
    return weights


def _logistic(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def groups(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Return the questions by where they come from."""
    found: dict[str, list[Scored]] = {}
    for each in scored:
        name = "SQuAD, five articles held out" if each.asked.source in HELD_OUT else None
        found.setdefault(name or each.asked.source, []).append(each)
    return found


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of each question: how likely it has an answer and its first sentence is right; the truth."""

    answers: np.ndarray
    probability: np.ndarray
    right: np.ndarray
    has: np.ndarray


def outcomes(scored: Sequence[Scored], fitted: Fit) -> Outcomes:
    """Judge each question as the product does."""
    scores = [s.features @ fitted.score for s in scored]
    firsts = np.array([own.max() for own in scores])
    logits = np.array([s.together for s in scored])
    return Outcomes(
        answers=_logistic(fitted.answers[0] * logits + fitted.answers[1]),
        probability=_logistic(fitted.probability[0] * firsts + fitted.probability[1]),
        right=np.array([s.evidence[own.argmax()] for s, own in zip(scored, scores, strict=True)]),
        has=np.array([bool(s.asked.evidence) for s in scored]),
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least at which a question is answered, and the shares handled rightly that speak for it.

    ``best`` is where ``share`` is highest, with its standard error; ``least`` is taken.
    """

    least: float
    best: float
    share: float
    error: float


def threshold_of(judged: Outcomes) -> Threshold:
    """Return the lowest threshold whose share handled rightly is within an error of the highest.

    A question is handled rightly if its evidence comes first and it is answered, or if it has none
    and is refused. That share hardly changes around its highest, so the rule of one standard error
    (Breiman and others, 1984) decides: a needless refusal helps nobody.
    """
    tried = [round(float(threshold), 2) for threshold in np.arange(0.1, 0.8, 0.02)]
    shares = [float(np.mean(handled_rightly(judged, threshold))) for threshold in tried]
    share = max(shares)
    error = float(np.sqrt(share * (1 - share) / len(judged.has)))
    least = next(t for t, own in zip(tried, shares, strict=True) if own >= share - error)
    return Threshold(least, tried[shares.index(share)], share, error)


def handled_rightly(judged: Outcomes, threshold: float) -> np.ndarray:
    """Say of each question whether it is handled rightly at a threshold."""
    answered = judged.answers >= threshold
    return np.where(judged.has, judged.right & answered, ~answered)


def refusing_f1(refused: np.ndarray, has: np.ndarray) -> float:
    """Return the F1 of refusing, as ``abstention_f1`` is counted."""
    return float(2 * np.sum(refused & ~has) / max(1, refused.sum() + (~has).sum()))


def calibration_error(probabilities: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = (
        np.mean(bins == own) * abs(probabilities[bins == own].mean() - right[bins == own].mean())
        for own in np.unique(bins)
    )
    return float(sum(gaps))


def report(name: str, scored: Sequence[Scored], fitted: Fit) -> None:
    """Print how often the evidence comes first, the calibration, and how refusing would do."""
    o = outcomes(scored, fitted)
    top = [
        s.evidence[np.argsort(-(s.features @ fitted.score))[:3]].any()
        for s in scored
        if s.asked.evidence
    ]
    print(
        f"{name}: {len(scored)} questions, evidence first {o.right[o.has].mean():.3f}, "
        f"among three {np.mean(top):.3f}, AUROC {auroc(o.answers[o.has], o.answers[~o.has]):.3f}, "
        f"calibration error {calibration_error(o.probability, o.right):.3f}"
    )
    for threshold in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
        refused = o.answers < threshold
        f1 = refusing_f1(refused, o.has)
        given = np.mean(~refused[o.has])
        print(f"  {threshold}: abstention F1 {f1:.2f}, answer rate {given:.2f}")


if __name__ == "__main__":
    main()
