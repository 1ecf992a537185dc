"""``python -m rag add | list | remove``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.arrivals import Origin
from rag.assistant import Assistant, open_assistant
from rag.cli.outcomes import FAILED, OK
from rag.cli.progress import progress_bar
from rag.documents import SUFFIXES
from rag.documents.fetching import is_address, load_url
from rag.errors import DocumentError, UnknownDocumentError
from rag.ingestion import Refusal, Summary, add_files
from rag.library import DocumentRecord
from rag.parsing import place_of
from rag.settings import Settings

MOST_ALIKE = 10
"""So many documents that nearly repeat another are named."""


def add(options: argparse.Namespace, settings: Settings) -> int:
    """Read files, and the files of folders, into the library."""
    places = list(_files(options.paths))
    files = [place for place in places if isinstance(place, Path)]
    with open_assistant(settings) as assistant:
        with progress_bar(f"{len(files):,} files", "B") as progress:
            summary = add_files(assistant.library, files, limits=settings.limits, progress=progress)
        for address in places:
            if isinstance(address, str):
                _add_address(assistant, address, summary)
    for refusal in summary.refused:
        print(f"refused: {refusal.reason}", file=sys.stderr)
    for alike in summary.alike[:MOST_ALIKE]:
        other = alike.other
        print(f"nearly the same ({other.share:.0%}): {alike.place} and “{other.title}”")
    if len(summary.alike) > MOST_ALIKE:
        print(f"and {len(summary.alike) - MOST_ALIKE:,} more that nearly repeat another")
    print(_counted(summary))
    if not places:
        print(f"No file ends in {', '.join(SUFFIXES)}.", file=sys.stderr)
        return FAILED
    return FAILED if summary.refused else OK


def _add_address(assistant: Assistant, address: str, summary: Summary) -> None:
    try:
        document = load_url(address, settings=assistant.settings)
    except DocumentError as error:
        summary.refused.append(Refusal(address, str(error)))
    else:
        outcome = assistant.library.add(document, origin=Origin(address))
        summary.note_arrival(address, outcome, assistant.library, document.id)


def _counted(summary: Summary) -> str:
    """Write how many files were added, replaced, already there and refused."""
    parts = [f"{len(summary.added):,} added"]
    if summary.replaced:
        parts.append(f"{len(summary.replaced):,} replaced")
    parts.append(f"{len(summary.unchanged):,} already there")
    parts.append(f"{len(summary.refused):,} refused")
    return ", ".join(parts)


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


def list_documents(options: argparse.Namespace, settings: Settings) -> int:
    """Print a line for each document."""
    with open_assistant(settings) as assistant:
        records = assistant.library.documents()
    for record in records:
        print(
            f"{record.id[:8]}  {record.title}  "
            f"({_place(record)}, {record.characters:,} characters, {record.chunks} passages)"
        )
    if not records:
        print("The library is empty. Add documents with: python -m rag add FILE")
    return OK


def _place(record: DocumentRecord) -> str:
    """Write where a document was read: the file's name where no place is known."""
    if not record.places:
        return record.source
    first, *others = record.places
    return f"{first} and {len(others)} more" if others else first


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
    place = place_of(Path(name))
    found = [r for r in records if place in r.places or name in (r.title, r.source, *r.places)] or [
        r for r in records if len(name) >= 4 and r.id.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    what = "More than one document is" if found else "No document is"
    raise UnknownDocumentError(
        f"{what} called {name!r}. `python -m rag list` shows each document's id."
    )
