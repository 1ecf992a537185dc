"""The answers of a run, one row each, and what is measured over any group of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.evaluation.intervals import Interval, intervals
from rag.evaluation.measures import Tally, add_up, percentile, value


@dataclass(frozen=True, slots=True)
class Row:
    """One answer of a run: its case's place in the set, its tallies and its record as JSON.

    ``number`` and ``attempt``, where a case is asked several times, count from 1. ``tokens`` are
    those that a chat model read and wrote. ``detail`` is what the report's page shows of it
    beyond the record.
    """

    number: int
    type: str
    tallies: Mapping[str, Tally]
    record: Mapping[str, Any]
    tokens: int = 0
    attempt: int = 1
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> str:
        """Return the file that the case is about, or nothing."""
        return str(self.detail.get("document", ""))


def case_tallies(rows: Iterable[Row]) -> list[dict[str, Tally]]:
    """Return the tallies of each case, summed over its attempts, which follow each other."""
    cases: list[list[Mapping[str, Tally]]] = []
    for row in rows:
        if row.attempt == 1:
            cases.append([])
        cases[-1].append(row.tallies)
    return [add_up(attempts) for attempts in cases]


def grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    """Return the rows by a key, in its order; those whose key is empty are in no group."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: groups[name] for name in sorted(groups) if name}


def intervals_of(rows: Iterable[Row]) -> dict[str, Interval | None]:
    """Return the 95 % interval of each measure, by the cases of the rows."""
    return intervals(case_tallies(rows))


def costs(rows: Sequence[Row]) -> dict[str, float | None]:
    """Return the latencies, and the tokens that a chat model read and wrote, a case on average."""
    latencies = [row.record["latency_ms"] for row in rows]
    return {
        "latency_p50_ms": percentile(latencies, 0.50),
        "latency_p95_ms": percentile(latencies, 0.95),
        "cost_tokens": statistics.fmean(row.tokens for row in rows) if rows else None,
    }


def measures_of(rows: Sequence[Row]) -> dict[str, float | None]:
    """Return every measure over the rows; None where nothing was measured."""
    shares = add_up(row.tallies for row in rows)
    return {name: value(name, share) for name, share in shares.items()} | costs(rows)


def counts_of(rows: Sequence[Row]) -> dict[str, int]:
    """Return how much each share was measured on."""
    return {name: share.total for name, share in add_up(row.tallies for row in rows).items()}
