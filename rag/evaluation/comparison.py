"""Two reports of the same set, case against case: what changed, and whether it may be chance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ReportError
from rag.evaluation.intervals import Interval
from rag.evaluation.judging import Judgement, judge
from rag.evaluation.measures import is_share
from rag.evaluation.pairing import Results, chances, difference_intervals

SIGNIFICANT = 0.05
"""From which p-value on a loss may be chance."""

_Attempts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over the cases that both reports have; ``chance`` is its one-sided p-value."""

    measure: str
    before: float
    after: float
    interval: Interval | None
    chance: float

    @property
    def change(self) -> float:
        """Return how much higher it is after than before."""
        return self.after - self.before

    def is_loss(self, tolerance: float) -> bool:
        """Say whether it is significantly worse, by more than the tolerance."""
        return self.change < -tolerance and self.chance < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two reports say of the cases that both have, which are told apart by their ids.

    ``gained`` are right after and were not before, ``lost`` the other way round. ``reworded``
    have the same id and another question, and are not compared. ``made_otherwise`` names what the
    reports were made with that differs.
    """

    cases: int
    differences: tuple[Difference, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    reworded: tuple[str, ...]
    made_otherwise: tuple[str, ...]

    def losses(self, tolerance: float) -> list[Difference]:
        """Return the measures that are significantly worse, by more than the tolerance."""
        return [difference for difference in self.differences if difference.is_loss(tolerance)]


def read_report(path: Path) -> dict[str, Any]:
    """Read a ``report.json``.

    Raises:
        ReportError: if it cannot be read or is no report.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ReportError(f"{path} is no report: it is not JSON ({error}).") from error
    cases = record.get("cases") if isinstance(record, dict) else None
    if not isinstance(cases, list) or not all(_is_case(case) for case in cases):
        raise ReportError(
            f"{path} is no report: give a report.json, as --eval-report or "
            "`python -m rag eval --json` writes it."
        )
    return dict(record)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare the cases that both reports have, measure by measure.

    Raises:
        ReportError: if they have no case in common.
    """
    old, new = _by_id(before), _by_id(after)
    shared = [case_id for case_id in old if case_id in new]
    same = [i for i in shared if old[i][0]["question"] == new[i][0]["question"]]
    if not same:
        raise ReportError(_nothing_in_common(old, new, shared))
    return Comparison(
        cases=len(same),
        differences=_differences([old[i] for i in same], [new[i] for i in same]),
        gained=tuple(i for i in same if _is_right(new[i]) and not _is_right(old[i])),
        lost=tuple(i for i in same if _is_right(old[i]) and not _is_right(new[i])),
        only_before=tuple(i for i in old if i not in new),
        only_after=tuple(i for i in new if i not in old),
        reworded=tuple(i for i in shared if i not in set(same)),
        made_otherwise=tuple(_made_otherwise(before, after)),
    )


def _differences(old: Sequence[_Attempts], new: Sequence[_Attempts]) -> tuple[Difference, ...]:
    names = [name for name in _measured(old) if name in set(_measured(new)) and is_share(name)]
    before, after = _results(old, names), _results(new, names)
    return tuple(
        Difference(name, float(was), float(now), interval, float(chance))
        for name, was, now, interval, chance in zip(
            names,
            before.values(names),
            after.values(names),
            difference_intervals(names, before, after),
            chances(names, before, after),
            strict=True,
        )
    )


def _results(cases: Sequence[_Attempts], names: Sequence[str]) -> Results:
    """Return each case's hits and totals, on average over its attempts.

    A report that does not say how much a score counts, counts each once.
    """
    shape = (len(cases), len(names))
    hits, totals = np.zeros(shape), np.zeros(shape)
    for at, attempts in enumerate(cases):
        for attempt in attempts:
            for column, name in enumerate(names):
                if name in attempt["scores"]:
                    count = attempt.get("n", {}).get(name, 1) / len(attempts)
                    totals[at, column] += count
                    hits[at, column] += count * attempt["scores"][name]
    return Results(hits, totals)


def _measured(cases: Iterable[_Attempts]) -> list[str]:
    return list(dict.fromkeys(n for case in cases for attempt in case for n in attempt["scores"]))


def _by_id(report: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    cases: dict[str, list[Mapping[str, Any]]] = {}
    for case in report["cases"]:
        cases.setdefault(case["id"], []).append(case)
    return cases


def _is_right(attempts: _Attempts) -> bool:
    return all(judge(attempt) is Judgement.RIGHT for attempt in attempts)


def _is_case(case: object) -> bool:
    keys = {"id", "question", "status", "scores", "error"}
    return isinstance(case, dict) and case.keys() >= keys and isinstance(case["scores"], dict)


def _nothing_in_common(
    old: Mapping[str, _Attempts], new: Mapping[str, _Attempts], shared: Sequence[str]
) -> str:
    if shared:
        return f"The two reports ask different questions under the same ids, such as {shared[0]!r}."
    examples = " and ".join(repr(next(iter(cases))) for cases in (old, new) if cases)
    return (
        f"The two reports have no case in common: they have {len(old)} and {len(new)} cases"
        f"{f', such as {examples}' if examples else ''}. Compare two runs of the same set; "
        "a run of several sets names its cases SET::CASE."
    )


def _made_otherwise(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    for part in ("settings", "prompts", "versions", "models"):
        was, now = before.get(part, {}), after.get(part, {})
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                yield f"{name} {_short(was.get(name))} → {_short(now.get(name))}"


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) < 40 else text[:12] + "…"
