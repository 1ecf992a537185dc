"""What the plots of a report show, computed from its rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evaluation.intervals import Interval, intervals
from rag.evaluation.measures import Tally
from rag.evaluation.rows import Row
from rag.types import Status

BINS = 10
_Z = 1.96  # of a normal distribution, for 95 %


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences of about the same probability: what was said on average, and how many were right.

    ``interval`` is Wilson's for the share that was right.
    """

    said: float
    right: float
    interval: Interval
    count: int


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What could be had by answering more or less often.

    ``curve`` has, from the strictest threshold to the laxest, the share of answerable questions
    answered and that of unanswerable ones refused; ``here`` is where the run stands; ``auroc`` is
    how often an answerable question looks likelier to be answered than an unanswerable one.
    """

    curve: tuple[tuple[float, float], ...]
    here: tuple[float, float]
    auroc: float
    answerable: int
    unanswerable: int


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of cases whose evidence is within the first ``k`` passages."""

    k: int
    share: float
    interval: Interval


def reliability(rows: Sequence[Row]) -> list[Bin]:
    """Put the sentences shown into ten bins of probability; empty ones are left out."""
    judged = [
        (float(claim["probability"]), bool(claim["right"]))
        for row in rows
        for claim in row.detail.get("claims", ())
        if claim["probability"] is not None
    ]
    filled: dict[int, list[tuple[float, bool]]] = {}
    for probability, right in judged:
        filled.setdefault(min(int(probability * BINS), BINS - 1), []).append((probability, right))
    return [_bin(filled[number]) for number in sorted(filled)]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return how far off the probabilities are on average (expected calibration error).

    Naeini, Cooper and Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning", equation 1.
    """
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.said - each.right) for each in bins) / total


def trade_off(rows: Sequence[Row]) -> TradeOff | None:
    """Sweep the threshold on how likely the reader holds the passages to answer.

    None where either kind of question is missing, or no reader judged them.
    """
    judged = [row for row in rows if row.detail.get("confidence") is not None]
    yes = sorted(row.detail["confidence"] for row in judged if row.detail["answerable"])
    no = sorted(row.detail["confidence"] for row in judged if not row.detail["answerable"])
    if not yes or not no:
        return None
    thresholds = [math.inf, *sorted({*yes, *no}, reverse=True)]
    curve = [
        (sum(c >= t for c in yes) / len(yes), sum(c < t for c in no) / len(no)) for t in thresholds
    ]
    return TradeOff(
        curve=tuple(curve),
        here=(_share_answered(judged, True), 1 - _share_answered(judged, False)),
        auroc=sum((y > n) + 0.5 * (y == n) for y in yes for n in no) / (len(yes) * len(no)),
        answerable=len(yes),
        unanswerable=len(no),
    )


def recall_by_k(rows: Sequence[Row]) -> list[Recall]:
    """Return the recall of retrieval within the first k passages, for each k that was given."""
    asked = [row for row in rows if row.detail.get("evidence")]
    most = max((len(row.record["passages"]) for row in asked), default=0)
    ranks = [row.detail["rank"] or math.inf for row in asked]
    tallies = [{str(k): Tally(rank <= k, 1) for k in range(1, most + 1)} for rank in ranks]
    ends = intervals(tallies)
    return [
        Recall(k, sum(rank <= k for rank in ranks) / len(ranks), ends[str(k)] or (0.0, 1.0))
        for k in range(1, most + 1)
    ]


def _bin(judged: Sequence[tuple[float, bool]]) -> Bin:
    count, right = len(judged), sum(right for _, right in judged)
    said = math.fsum(probability for probability, _ in judged) / count
    return Bin(said, right / count, wilson(right, count), count)


def wilson(hits: int, total: int) -> Interval:
    """Return Wilson's 95 % interval of a share (Wilson 1927), good for few observations too."""
    share, spread = hits / total, _Z * _Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share_answered(rows: Sequence[Row], answerable: bool) -> float:
    kind = [row for row in rows if row.detail["answerable"] is answerable]
    answered = [row for row in kind if row.record["status"] != Status.NOT_IN_SOURCES]
    return len(answered) / len(kind)
