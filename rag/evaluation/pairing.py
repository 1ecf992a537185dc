"""Whether the same cases came out otherwise in two runs, or only by chance.

The interval of a difference is the percentile bootstrap over the paired cases. Its p-value is that
of approximate randomization: how often the difference would be at least so large, in the same
direction, if each case's two results were swapped by the toss of a coin. It holds for ratios such
as F1 and citation precision too, where a t-test or a sign test does not. Noreen 1989, "Computer
Intensive Methods for Testing Hypotheses"; Yeh 2000, "More accurate tests for the statistical
significance of result differences".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.evaluation.intervals import (
    SEED,
    Interval,
    Numbers,
    percentile_interval,
    ratios,
    resamples,
)

SHUFFLES = 9_999
_AT_ONCE = 4_000_000  # coins in one batch
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Results:
    """Hits and totals of the same cases in the same order, each of shape (cases, measures)."""

    hits: Numbers
    totals: Numbers

    def weighed(self, names: Sequence[str], weights: Numbers) -> Numbers:
        """Return the measures of each row of weights, of shape (rows, measures)."""
        return ratios(names, weights @ self.hits, weights @ self.totals)

    def values(self, names: Sequence[str]) -> Numbers:
        """Return the measures over all cases."""
        return self.weighed(names, np.ones((1, len(self.hits)))).ravel()


def difference_intervals(
    names: Sequence[str], before: Results, after: Results
) -> list[Interval | None]:
    """Return the 95 % interval of each measure's difference; None where it has none."""
    rng = np.random.default_rng(SEED)
    drawn = np.concatenate(
        [
            after.weighed(names, weights) - before.weighed(names, weights)
            for weights in resamples(len(before.hits), rng)
        ]
    )
    return [percentile_interval(drawn[:, at]) for at in range(len(names))]


def chances(names: Sequence[str], before: Results, after: Results) -> Numbers:
    """Return each measure's p-value, one-sided; 1 where the runs do not differ."""
    observed = after.values(names) - before.values(names)
    changed = _changed(before, after)
    as_large = np.zeros(len(names))
    for swaps in _coins(int(changed.sum())):
        shuffled = _swapped(names, before, after, changed, swaps)
        with np.errstate(invalid="ignore"):
            as_large += (np.sign(observed) * shuffled >= np.abs(observed) - _ROUNDING).sum(axis=0)
    tested = np.nan_to_num(observed) != 0
    return np.where(tested, (1 + as_large) / (1 + SHUFFLES), 1.0)


def _changed(before: Results, after: Results) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    differ = (before.hits != after.hits) | (before.totals != after.totals)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = differ.any(axis=1)
    return found


def _coins(cases: int) -> Iterator[Numbers]:
    """Yield batches of shape (shuffles, cases) of zeros and ones."""
    if not cases:
        return
    rng, step = np.random.default_rng(SEED), max(1, _AT_ONCE // cases)
    for begun in range(0, SHUFFLES, step):
        size = (min(step, SHUFFLES - begun), cases)
        yield rng.integers(0, 2, size=size).astype(np.float64)


def _swapped(
    names: Sequence[str],
    before: Results,
    after: Results,
    changed: np.ndarray[tuple[int], np.dtype[np.bool_]],
    swaps: Numbers,
) -> Numbers:
    """Return the differences after swapping the changed cases that the coins say."""
    hits = swaps @ (after.hits - before.hits)[changed]
    totals = swaps @ (after.totals - before.totals)[changed]
    return ratios(names, after.hits.sum(axis=0) - hits, after.totals.sum(axis=0) - totals) - ratios(
        names, before.hits.sum(axis=0) + hits, before.totals.sum(axis=0) + totals
    )
