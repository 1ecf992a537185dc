"""``python -m rag add | list | remove``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.assistant import Assistant, open_assistant
from rag.cli.outcomes import FAILED, OK
from rag.cli.progress import progress_bar
from rag.documents import SUFFIXES, load_file
from rag.documents.fetching import is_address, load_url
from rag.errors import DocumentError, UnknownDocumentError
from rag.library import AddOutcome, DocumentRecord
from rag.settings import Settings


def add(options: argparse.Namespace, settings: Settings) -> int:
    """Read files, and the files of folders, into the library."""
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


def place(words: str) -> Path | str:
    """Return a path, or an address as it is."""
    return words if is_address(words) else Path(words)


def _files(paths: Sequence[Path | str]) -> Iterator[Path | str]:
    """Yield each address and file named, and of each folder the files that Pincite reads."""
    for path in paths:
        if isinstance(path, Path) and path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        else:
            yield path


def _add_file(assistant: Assistant, path: Path | str) -> AddOutcome:
    settings = assistant.settings
    if isinstance(path, Path):
        document = load_file(path, limits=settings.limits)
    else:
        document = load_url(path, settings=settings)
    with progress_bar(Path(document.source).name, " passages") as progress:
        return assistant.library.add(document, progress=progress)


def list_documents(options: argparse.Namespace, settings: Settings) -> int:
    """Print a line for each document."""
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


def remove(options: argparse.Namespace, settings: Settings) -> int:
    """Take the documents named out of the library."""
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
