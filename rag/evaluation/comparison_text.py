"""A comparison of two reports in words, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rag.evaluation.comparison import Comparison, Difference
from rag.evaluation.summary import aligned

_NAMED = 20  # cases that a line names


def describe(comparison: Comparison, *, tolerance: float) -> str:
    """Lay out the differences, the cases gained and lost, and what could not be compared."""
    return "\n".join(_lines(comparison, tolerance))


def verdict(comparison: Comparison, *, tolerance: float) -> str:
    """Say in a sentence which measures are significantly worse, or that none is."""
    losses = comparison.losses(tolerance)
    if not losses:
        return f"No measure is significantly worse by more than {tolerance:g}."
    named = ", ".join(f"{loss.measure} ({loss.change:+.3f}, {_chance(loss)})" for loss in losses)
    return f"Significantly worse by more than {tolerance:g}: {named}."


def _lines(comparison: Comparison, tolerance: float) -> Iterator[str]:
    yield f"{_cases(comparison.cases)} compared, those that both reports have"
    if comparison.made_otherwise:
        yield f"made with: {'; '.join(comparison.made_otherwise)}"
    yield aligned(
        [
            ("measure", "before", "after", "change", "95 %", "p", ""),
            *(_row(difference, tolerance) for difference in comparison.differences),
        ]
    )
    yield _named("gained", comparison.gained)
    yield _named("lost", comparison.lost)
    for words, cases in (
        ("only in the first report, not compared", comparison.only_before),
        ("only in the second report, not compared", comparison.only_after),
        ("asked in other words, not compared", comparison.reworded),
    ):
        if cases:
            yield _named(words, cases)
    yield verdict(comparison, tolerance=tolerance)


def _row(difference: Difference, tolerance: float) -> Sequence[str]:
    ends = difference.interval
    return (
        difference.measure,
        _number(difference.before, ".3f"),
        _number(difference.after, ".3f"),
        _number(difference.change, "+.3f"),
        f"{ends[0]:+.2f} to {ends[1]:+.2f}" if ends else "",
        f"{difference.chance:.3f}" if ends and difference.change else "",
        "worse" if difference.is_loss(tolerance) else "",
    )


def _number(value: float, form: str) -> str:
    return "–" if math.isnan(value) else f"{value:{form}}"


def _chance(difference: Difference) -> str:
    return "p < 0.001" if difference.chance < 0.001 else f"p = {difference.chance:.3f}"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def _named(words: str, cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _NAMED} more" if len(cases) > _NAMED else ""
    return f"{words}: {_cases(len(cases))}{': ' if cases else ''}{', '.join(cases[:_NAMED])}{more}"
