"""What the page of a report shows, made ready for its template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.evaluation.intervals import Interval
from rag.evaluation.judging import Judgement, judge
from rag.evaluation.measures import value
from rag.evaluation.page.meanings import meaning_of
from rag.evaluation.provenance import model_hashes, prompt_hashes_for, versions
from rag.evaluation.report import Report
from rag.evaluation.rows import Row, costs, intervals_of, measures_of
from rag.evaluation.summary import failed_gates
from rag.types import Status

_GROUP_MEASURES = (
    "evidence_recall",
    "citation_precision",
    "answer_match",
    "abstention_recall",
    "answer_rate",
    "quote_exactness",
)
_STATUSES = {
    Status.ANSWERED: "answered",
    Status.PARTIAL: "answered in part",
    Status.NOT_IN_SOURCES: "refused",
    None: "crashed",
}


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure with its interval, its gate and whether that holds."""

    name: str
    meaning: str
    value: float | None
    interval: Interval | None
    count: int
    gate: float | None
    fails: bool


@dataclass(frozen=True, slots=True)
class SetView:
    """One set: its measures, its costs and the gates that fail."""

    name: str
    size: int
    ran: int
    gates: int
    measures: tuple[MeasureView, ...]
    costs: Mapping[str, float | None]
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """The cases of one type or document: measure by measure, value and interval."""

    name: str
    cases: int
    cells: tuple[tuple[float | None, Interval | None], ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """An answer as a row of the table of cases, with all that opens beneath it."""

    anchor: str
    set_name: str
    row: Row
    outcome: Judgement
    status: str

    @property
    def record(self) -> Mapping[str, Any]:
        """Return the case's record."""
        return self.row.record

    @property
    def detail(self) -> Mapping[str, Any]:
        """Return what the page shows beyond the record."""
        return self.row.detail

    @property
    def found(self) -> str:
        """Return the words that a search looks through."""
        words = (self.record["id"], self.record["question"], self.record["answer"], self.row.type)
        return " ".join(words).lower()


def set_views(reports: Iterable[Report]) -> list[SetView]:
    """Return each set with its measures."""
    return [
        SetView(
            name=report.name,
            size=report.size,
            ran=report.ran,
            gates=len(report.gates),
            measures=tuple(_measures(report)),
            costs=costs(report.rows),
            failures=tuple(failed_gates(report)),
        )
        for report in reports
    ]


def group_measures(rows: Sequence[Row]) -> list[str]:
    """Return the measures of the tables by group: those of a few that the rows measure."""
    measured = {name for row in rows for name, share in row.tallies.items() if share.total}
    return [name for name in _GROUP_MEASURES if name in measured]


def group_views(groups: Mapping[str, Sequence[Row]], names: Sequence[str]) -> list[GroupView]:
    """Return each group with the measures named."""
    views = []
    for group, rows in groups.items():
        values, ends = measures_of(rows), intervals_of(rows)
        cells = tuple((values[name], ends[name]) for name in names)
        views.append(GroupView(group, sum(row.attempt == 1 for row in rows), cells))
    return views


def case_views(reports: Iterable[Report]) -> list[CaseView]:
    """Return every answer in the order of the sets."""
    rows = ((report.name, row) for report in reports for row in report.rows)
    return [
        CaseView(
            anchor=f"case-{number}",
            set_name=name,
            row=row,
            outcome=judge(row.record),
            status=_STATUSES[row.record["status"]],
        )
        for number, (name, row) in enumerate(rows, start=1)
    ]


def provenance(
    reports: Sequence[Report], prompts: Mapping[str, str] | None
) -> dict[str, Mapping[str, Any]]:
    """Return what the report was made with, section by section."""
    settings = reports[0].settings if reports else {}
    sections = {
        "Settings": settings,
        "Versions": versions(),
        "Prompts (SHA-256)": prompt_hashes_for(settings) if prompts is None else prompts,
        "Models (SHA-256)": model_hashes(),
    }
    return {title: values for title, values in sections.items() if values}


def _measures(report: Report) -> Iterator[MeasureView]:
    ends = report.intervals
    for name, share in report.tallies.items():
        measured, gate = value(name, share), report.gates.get(name)
        if share.total or gate is not None:
            yield MeasureView(
                name=name,
                meaning=meaning_of(name),
                value=measured,
                interval=ends[name] if share.total else None,
                count=share.total,
                gate=gate,
                fails=gate is not None and bool(failed_gates(replace(report, gates={name: gate}))),
            )
