"""A run as a report: one row a case, the measures over them, the gates and the record on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ReportError
from rag.evaluation.corpus import Corpus
from rag.evaluation.details import detail_of
from rag.evaluation.intervals import Interval, settings_record
from rag.evaluation.measures import Tally, add_up, tally
from rag.evaluation.provenance import model_hashes, prompt_hashes_for, versions
from rag.evaluation.results import CaseResult, Crash
from rag.evaluation.rows import Row, counts_of, grouped, intervals_of, measures_of
from rag.types import Answer, Document, Passage, Rejection, Span, Status


@dataclass(frozen=True, slots=True)
class Report:
    """What running one set gave. ``size`` counts the set's cases, ``ran`` those of the rows."""

    name: str
    gates: Mapping[str, float]
    size: int
    rows: tuple[Row, ...]
    settings: Mapping[str, Any]

    @property
    def tallies(self) -> dict[str, Tally]:
        """Return the sums over the rows, measure by measure."""
        return add_up(row.tallies for row in self.rows)

    @property
    def ran(self) -> int:
        """Count the cases that ran, each once."""
        return sum(row.attempt == 1 for row in self.rows)

    @property
    def intervals(self) -> dict[str, Interval | None]:
        """Return the 95 % interval of each measure over the cases that ran."""
        return intervals_of(self.rows)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Report:
        """Rebuild a report from what ``dataclasses.asdict`` made of it, rows in the set's order."""
        rows = [
            Row(**row | {"tallies": {name: Tally(**t) for name, t in row["tallies"].items()}})
            for row in record["rows"]
        ]
        in_order = sorted(rows, key=lambda row: (row.number, row.attempt))
        return cls(**{**record, "rows": tuple(in_order)})


def answer_record(
    answer: Answer,
    *,
    documents: Mapping[str, str],
    case_id: str = "",
    latency_ms: float | None = None,
) -> dict[str, Any]:
    """Return an answer as a case record; ``documents`` gives each document id its file name."""
    read = {passage.document.id: passage.document for passage in answer.passages}
    return {
        "id": case_id,
        "question": answer.question,
        "status": answer.status.value,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "citations": [
            {
                "document": documents.get(citation.document_id, citation.document_id),
                "start": citation.span.start,
                "end": citation.span.end,
                "quote": citation.quote,
                "verdict": citation.verdict.value,
                **_page_record(read.get(citation.document_id), citation.span),
            }
            for citation in answer.citations
        ],
        "rejected": [_rejection_record(rejection) for rejection in answer.rejections],
        "passages": [_passage_record(passage, documents) for passage in answer.passages],
        "scores": {},
        "latency_ms": latency_ms,
        "error": None,
    }


def row_of(
    number: int, result: CaseResult, corpus: Corpus, ks: Sequence[int], *, attempt: int = 1
) -> Row:
    """Score one answer; ``ks`` are the cutoffs of ``retrieval_recall@k``."""
    tallies = tally(result, corpus.texts, ks)
    scores = {name: share.hits / share.total for name, share in tallies.items() if share.total}
    record = _record(result, corpus) | {"scores": scores}
    return Row(
        number,
        result.gold.case.type,
        tallies,
        record,
        _tokens(result),
        attempt,
        detail_of(result, corpus),
    )


def report_record(
    reports: Sequence[Report], *, prompts: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the runs as one ``report.json``; the cases of several sets are pooled.

    Where there are several sets, ``SET::`` stands before each case's id. ``n`` and ``intervals``
    have the shape of ``measures``, ``by_type`` and ``by_document``.
    """
    rows = [row for report in reports for row in report.rows]
    settings = reports[0].settings if reports else {}
    by_type = grouped(rows, lambda row: row.type)
    by_document = grouped(rows, lambda row: row.document)
    return {
        "measures": measures_of(rows),
        "by_type": _each(by_type, measures_of),
        "cases": [
            _case_record(row, report, pooled=len(reports) > 1)
            for report in reports
            for row in report.rows
        ],
        "settings": dict(settings),
        "prompts": prompt_hashes_for(settings) if prompts is None else dict(prompts),
        "versions": versions(),
        "by_document": _each(by_document, measures_of),
        "n": _shaped(counts_of, rows, by_type, by_document),
        "intervals": _shaped(_ends, rows, by_type, by_document),
        "bootstrap": settings_record(),
        "models": model_hashes(),
        "sets": {
            report.name: {"cases": report.size, "ran": report.ran, "gates": dict(report.gates)}
            for report in reports
        },
    }


def write_report(
    path: Path, reports: Sequence[Report], *, prompts: Mapping[str, str] | None = None
) -> None:
    """Write ``report.json`` to ``path``, making its folder where there is none.

    Raises:
        ReportError: if it cannot be written there.
    """
    record = report_record(reports, prompts=prompts)
    write_text(path, json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file of a report, making its folder where there is none.

    Raises:
        ReportError: if it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReportError(f"The report cannot be written to {path}: {error.strerror}.") from error


def _shaped(
    summarize: Callable[[Sequence[Row]], Any],
    rows: Sequence[Row],
    by_type: Mapping[str, Sequence[Row]],
    by_document: Mapping[str, Sequence[Row]],
) -> dict[str, Any]:
    return {
        "measures": summarize(rows),
        "by_type": _each(by_type, summarize),
        "by_document": _each(by_document, summarize),
    }


def _ends(rows: Sequence[Row]) -> dict[str, list[float] | None]:
    return {name: list(ends) if ends else None for name, ends in intervals_of(rows).items()}


def _each(
    groups: Mapping[str, Sequence[Row]], summarize: Callable[[Sequence[Row]], Any]
) -> dict[str, Any]:
    return {name: summarize(rows) for name, rows in groups.items()}


def _tokens(result: CaseResult) -> int:
    outcome = result.outcome
    return outcome.usage.read + outcome.usage.written if isinstance(outcome, Answer) else 0


def _case_record(row: Row, report: Report, *, pooled: bool) -> dict[str, Any]:
    own = str(row.record["id"])
    return {
        **row.record,
        "id": f"{report.name}::{own}" if pooled else own,
        "type": row.type,
        "about": row.document,
        "attempt": row.attempt,
        "n": {name: share.total for name, share in row.tallies.items() if share.total},
    }


def _passage_record(passage: Passage, documents: Mapping[str, str]) -> dict[str, Any]:
    return {
        "document": documents.get(passage.document.id, passage.document.source),
        "start": passage.span.start,
        "end": passage.span.end,
        **_page_record(passage.document, passage.span),
    }


def _page_record(document: Document | None, span: Span) -> dict[str, int]:
    """Return the number of the page, from 1, where a paged document has ``span``."""
    page = document.page_at(span) if document else None
    return {} if page is None else {"page": page}


def _rejection_record(rejection: Rejection) -> dict[str, Any]:
    return {
        "claim": rejection.claim,
        "passage": rejection.quote.passage_number,
        "quote": rejection.quote.text,
        "reason": rejection.reason.value,
    }


def _record(result: CaseResult, corpus: Corpus) -> dict[str, Any]:
    """Return the case's record; a crash leaves everything empty but its error."""
    case, outcome = result.gold.case, result.outcome
    crashed = isinstance(outcome, Crash)
    nothing = Answer(case.question, case.question, Status.NOT_IN_SOURCES, (), (), ())
    record = answer_record(
        nothing if isinstance(outcome, Crash) else outcome,
        documents=corpus.names,
        case_id=case.id,
        latency_ms=round(result.latency_ms, 3),
    )
    return record | {"status": None, "error": str(outcome)} if crashed else record
