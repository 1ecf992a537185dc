"""``python -m rag add | list | remove | ask | eval``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from rag.assistant import Assistant, open_assistant
from rag.documents import SUFFIXES, load_file
from rag.errors import DocumentError, PinciteError, UnknownDocumentError
from rag.evaluation.report import answer_record, failed_gates, measures_table, report_record
from rag.evaluation.runner import run_sets
from rag.events import ClaimRejected, ClaimVerified, Done, Event
from rag.library import AddOutcome, DocumentRecord
from rag.settings import Settings, load_settings
from rag.types import Answer, Status, Usage

OK, FAILED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 if something was refused or failed, 2 if it was misused."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, load_settings()))
    except PinciteError as error:
        print(f"pincite: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("pincite: interrupted; what was complete is kept.", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pincite",
        description="Ask documents; get answers whose every citation is a real quotation.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = _command(commands, "add", _add, "read files or folders into the library")
    add.add_argument("paths", nargs="+", type=Path, metavar="FILE|FOLDER")
    _command(commands, "list", _list, "list the library's documents")
    remove = _command(commands, "remove", _remove, "take documents out of the library")
    remove.add_argument("names", nargs="+", metavar="ID|TITLE|FILE")
    ask = _command(commands, "ask", _ask, "answer a question with quoted citations")
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="print one machine-readable record")
    evaluate = _command(commands, "eval", _eval, "run evaluation sets in a library of their own")
    evaluate.add_argument("sets", nargs="+", type=Path, metavar="FILE.eval.yaml")
    evaluate.add_argument("--json", type=Path, metavar="OUT", help="write the report to this file")
    return parser


_Command = Callable[[argparse.Namespace, Settings], int]


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: _Command,
    summary: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
    parser.set_defaults(run=run)
    return parser


def _add(options: argparse.Namespace, settings: Settings) -> int:
    counts = {AddOutcome.ADDED: 0, AddOutcome.UNCHANGED: 0}
    refused: list[str] = []
    with open_assistant(settings) as assistant:
        for path in _files(options.paths):
            try:
                counts[_add_file(assistant, path)] += 1
            except DocumentError as error:
                refused.append(str(error))
    for reason in refused:
        print(f"refused: {reason}", file=sys.stderr)
    added, unchanged = counts[AddOutcome.ADDED], counts[AddOutcome.UNCHANGED]
    print(f"{added} added, {unchanged} already there, {len(refused)} refused")
    if not refused and not added and not unchanged:
        print(f"No file ends in {', '.join(SUFFIXES)}.", file=sys.stderr)
        return FAILED
    return FAILED if refused else OK


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield each file named, and of each folder the files that Pincite reads."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        else:
            yield path


def _add_file(assistant: Assistant, path: Path) -> AddOutcome:
    document = load_file(path, max_bytes=assistant.settings.max_bytes)
    with _progress_bar(path.name, " passages") as progress:
        return assistant.library.add(document, progress=progress)


@contextmanager
def _progress_bar(name: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Draw progress on a terminal while the block calls what it is given with done and total."""
    bar = tqdm(desc=name, unit=unit, leave=False, disable=None)
    with bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress


def _list(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant:
        records = assistant.library.documents()
    for record in records:
        print(
            f"{record.id[:8]}  {record.title}  "
            f"({record.source}, {record.characters:,} characters, {record.chunks} passages)"
        )
    if not records:
        print("The library is empty. Add documents with: python -m rag add FILE")
    return OK


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant:
        chosen = [_record_named(name, assistant.library.documents()) for name in options.names]
        for record in dict.fromkeys(chosen):
            assistant.library.remove(record.id)
            print(f"removed: {record.title}")
    return OK


def _record_named(name: str, records: Sequence[DocumentRecord]) -> DocumentRecord:
    """Find the one document with that title or file, or whose id starts so."""
    found = [r for r in records if name in (r.title, r.source)] or [
        r for r in records if len(name) >= 4 and r.id.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    what = "More than one document is" if found else "No document is"
    raise UnknownDocumentError(
        f"{what} called {name!r}. `python -m rag list` shows each document's id."
    )


def _ask(options: argparse.Namespace, settings: Settings) -> int:
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
            yield f"(left out: {rejection.quote.text or rejection.claim} – {rejection.reason})"
        yield ""


def _answer_lines(answer: Answer, titles: dict[str, str]) -> Iterator[str]:
    if answer.short_answer:
        yield f"\nIn short: {answer.short_answer}"
    if answer.status is Status.NOT_IN_SOURCES:
        yield "The sources do not say."
        if answer.nearest:
            yield "\nThe nearest passages:"
        for passage in answer.nearest:
            place = f"{passage.span.start}–{passage.span.end}"
            yield f"  {passage.document.title}, characters {place}:\n    {passage.text}"
    else:
        yield ""
    for citation in answer.citations:
        place = f"{citation.span.start}–{citation.span.end}"
        title = titles[citation.document_id]
        yield f"[{citation.number}] {title}, characters {place} ({citation.verdict})"
        yield f"    “{citation.quote}”"
    if answer.notice:
        yield f"\n{answer.notice}"
    if answer.usage != Usage():
        yield f"\nTokens: {answer.usage.read:,} read, {answer.usage.written:,} written."


def _eval(options: argparse.Namespace, settings: Settings) -> int:
    with _progress_bar("evaluating", " cases") as progress:
        reports = run_sets(options.sets, settings, progress=progress)
    failures = [failure for report in reports for failure in failed_gates(report)]
    for report in reports:
        print(measures_table(report))
    if options.json:
        options.json.write_text(
            json.dumps(report_record(reports), ensure_ascii=False, indent=2), encoding="utf-8"
        )
    for failure in failures:
        print(f"below its gate: {failure}", file=sys.stderr)
    return FAILED if failures else OK
