"""How far a measure could be from what another sample of cases would have given.

The percentile bootstrap over cases: Efron and Tibshirani 1993, "An Introduction to the Bootstrap",
chapter 13. Cases are drawn, not answers, so that asking a case several times adds no certainty.
A share of 0 or 1 has an interval without width, because no resample differs; of ``n`` cases that
were all right, up to ``3 / n`` may still be wrong (the rule of three).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.evaluation.measures import Tally, value

LEVEL = 0.95
RESAMPLES = 2000
SEED = 0
_AT_ONCE = 4_000_000  # numbers in one batch of resamples
_DIGITS = 6

Numbers = npt.NDArray[np.float64]
Interval = tuple[float, float]


def settings_record() -> dict[str, Any]:
    """Return what makes the intervals repeatable."""
    return {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED}


def intervals(cases: Sequence[Mapping[str, Tally]]) -> dict[str, Interval | None]:
    """Return each measure's interval; None where nothing was measured.

    ``cases`` holds the tallies of each case, summed over its attempts.
    """
    names = list(dict.fromkeys(name for case in cases for name in case))
    hits, totals = as_numbers(cases, names)
    drawn = [
        ratios(names, weights @ hits, weights @ totals)
        for weights in resamples(len(cases), np.random.default_rng(SEED))
    ]
    if not drawn:
        return {}
    values = np.concatenate(drawn)
    return {name: percentile_interval(values[:, at]) for at, name in enumerate(names)}


def as_numbers(
    cases: Sequence[Mapping[str, Tally]], names: Sequence[str]
) -> tuple[Numbers, Numbers]:
    """Return hits and totals, each as an array of shape (cases, measures)."""
    shares = [[case.get(name, Tally()) for name in names] for case in cases]
    shape = (len(cases), len(names))
    hits = np.array([[share.hits for share in row] for row in shares], dtype=np.float64)
    totals = np.array([[share.total for share in row] for row in shares], dtype=np.float64)
    return hits.reshape(shape), totals.reshape(shape)


def resamples(cases: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """Yield batches of shape (resamples, cases): how often each case was drawn."""
    if not cases:
        return
    step = max(1, _AT_ONCE // cases)
    for begun in range(0, RESAMPLES, step):
        size = min(step, RESAMPLES - begun)
        yield rng.multinomial(cases, np.full(cases, 1 / cases), size=size).astype(np.float64)


def ratios(names: Sequence[str], hits: Numbers, totals: Numbers) -> Numbers:
    """Divide; where nothing was measured, the measure's own value for that, or NaN."""
    nothing = [value(name, Tally()) for name in names]
    fallback = np.array([np.nan if empty is None else empty for empty in nothing])
    safe = np.where(totals > 0, totals, 1.0)
    divided: Numbers = np.where(totals > 0, hits / safe, fallback)
    return divided


def percentile_interval(values: Numbers) -> Interval | None:
    """Return the middle ``LEVEL`` of the values that are numbers, rounded to six digits."""
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return round(float(low), _DIGITS), round(float(high), _DIGITS)
