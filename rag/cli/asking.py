"""``python -m rag ask``."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

from rag.assistant import open_assistant
from rag.cli.outcomes import OK
from rag.evaluation.report import answer_record
from rag.events import ClaimRejected, ClaimVerified, Done, Event
from rag.settings import Settings
from rag.types import Answer, Document, Span, Status, Usage


def ask(options: argparse.Namespace, settings: Settings) -> int:
    """Answer a question, sentence by sentence or as one record."""
    with open_assistant(settings) as assistant:
        started = time.perf_counter()
        for event in assistant.stream(options.question):
            if not options.json:
                print(*_event_lines(event, strict=settings.strict), sep="\n", end="", flush=True)
            if isinstance(event, Done):
                answer = event.answer
        latency_ms = (time.perf_counter() - started) * 1000
        records = {record.id: record for record in assistant.library.documents()}
    if options.json:
        names = {record.id: Path(record.source).name for record in records.values()}
        print(
            json.dumps(
                answer_record(answer, documents=names, latency_ms=latency_ms),
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        titles = {record.id: record.title for record in records.values()}
        print("\n".join(_answer_lines(answer, titles)))
    return OK


def _event_lines(event: Event, *, strict: bool) -> Iterator[str]:
    """Yield what can be said of an answer that is still being written; each line ends itself."""
    if isinstance(event, ClaimVerified):
        marks = "".join(f" [{citation.number}]" for citation in event.claim.citations)
        probability = event.claim.probability
        yield event.claim.text + marks + ("" if probability is None else f" ({probability:.0%})")
        yield ""
    elif isinstance(event, ClaimRejected) and not strict:
        for rejection in event.rejections:
            yield f"(left out: {rejection.words} – {rejection.reason})"
        yield ""


def _answer_lines(answer: Answer, titles: dict[str, str]) -> Iterator[str]:
    if answer.short_answer:
        yield f"\nIn short: {answer.short_answer}"
    if answer.status is Status.NOT_IN_SOURCES:
        yield "The sources do not say."
        if answer.nearest:
            yield "\nThe nearest passages:"
        for passage in answer.nearest:
            place = _place(passage.document, passage.span)
            yield f"  {passage.document.title}, {place}:\n    {passage.text}"
    else:
        yield ""
    for fact in answer.facts:
        yield f"{fact.title}: {fact.kind} {fact.value}, its file says."
    documents = {passage.document.id: passage.document for passage in answer.passages}
    for citation in answer.citations:
        document = documents[citation.document_id]
        place = _place(document, citation.span)
        yield f"[{citation.number}] {titles[document.id]}, {place} ({citation.verdict})"
        yield f"    “{citation.quote}”"
    if answer.notice:
        yield f"\n{answer.notice}"
    if answer.usage != Usage():
        yield f"\nTokens: {answer.usage.read:,} read, {answer.usage.written:,} written."


def _place(document: Document, span: Span) -> str:
    page = document.page_at(span)
    return f"{'' if page is None else f'p. {page}, '}characters {span.start}–{span.end}"
