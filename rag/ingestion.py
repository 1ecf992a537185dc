"""Adds many files to a library: read in worker processes, embedded together, written by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from rag.arrivals import AddOutcome, Arrival
from rag.library import Library
from rag.likeness import Likeness
from rag.limits import Limits
from rag.parsing import (
    Parsed,
    Parsers,
    Refused,
    Rules,
    Task,
    Unchanged,
    parse,
    place_of,
    usable_workers,
)

FIRST_BYTES = 400_000  # as many are read here: starting a worker takes longer
BATCH_CHUNKS = 512  # some seconds of embedding: what a kill undoes
BATCH_CHARACTERS = 20_000_000  # bounds the memory of documents that wait to be written

Progress = Callable[[int, int], None]
"""Is told how many bytes of the files are done, and how many there are in all."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file or an address that was not added, with the reason as a sentence."""

    place: Path | str
    reason: str


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A file or an address that was added, with a document that it is nearly the same as."""

    place: Path | str
    other: Likeness


@dataclass
class Summary:
    """What became of each file and address; ``alike`` has those that nearly repeat another."""

    added: list[Path | str] = field(default_factory=list)
    replaced: list[Path | str] = field(default_factory=list)
    unchanged: list[Path | str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    alike: list[Resemblance] = field(default_factory=list)

    def note(self, place: Path | str, outcome: AddOutcome) -> None:
        """Note a file or an address that was not refused."""
        places = {
            AddOutcome.ADDED: self.added,
            AddOutcome.REPLACED: self.replaced,
            AddOutcome.UNCHANGED: self.unchanged,
        }
        places[outcome].append(place)

    def note_arrival(
        self, place: Path | str, outcome: AddOutcome, library: Library, document_id: str
    ) -> None:
        """Note a document that arrived, and the one that it nearly repeats if it is new."""
        self.note(place, outcome)
        if outcome is not AddOutcome.UNCHANGED:
            alike = library.alike(document_id)
            self.alike += [Resemblance(place, other) for other in alike[:1]]


def add_files(
    library: Library,
    paths: Sequence[Path],
    *,
    limits: Limits,
    progress: Progress | None = None,
) -> Summary:
    """Add files; each is complete or absent whenever this ends, and done again it continues.

    A file with the bytes that were read there before is left unread; one with others replaces what
    it was.

    Raises:
        LibraryError: if the library cannot be changed; what is complete stays.
        ParserError: if the processes that read files cannot start, as under a script that adds
            files without asking whether it is ``__main__``.
    """
    return _Adding(library, limits, progress).run(paths)


class _Adding:
    """One run of adding files."""

    def __init__(self, library: Library, limits: Limits, progress: Progress | None) -> None:
        cut = library.cut
        self._library = library
        self._rules = Rules(limits, cut.tokens, cut.overlap)
        self._progress = progress
        self._summary = Summary()
        self._batch: list[tuple[Task, Arrival]] = []
        self._done = self._total = 0

    def run(self, paths: Sequence[Path]) -> Summary:
        """Add files and return what became of them."""
        known = self._library.digests()
        tasks = [Task(path, _size(path), known.get(place_of(path), "")) for path in paths]
        self._total = sum(task.size for task in tasks)
        for task, parsed in _parsed(tasks, self._rules):
            self._take(task, parsed)
        self._write()
        return self._summary

    def _take(self, task: Task, parsed: Parsed) -> None:
        match parsed:
            case Refused(reason):
                self._summary.refused.append(Refusal(task.path, reason))
                self._report(task.size)
            case Unchanged():
                self._summary.note(task.path, AddOutcome.UNCHANGED)
                self._report(task.size)
            case Arrival():
                self._batch.append((task, parsed))
                if self._is_full():
                    self._write()

    def _is_full(self) -> bool:
        chunks = sum(len(arrival.chunks) for _, arrival in self._batch)
        characters = sum(len(arrival.document.text) for _, arrival in self._batch)
        return chunks >= BATCH_CHUNKS or characters >= BATCH_CHARACTERS

    def _write(self) -> None:
        """Embed and write what was gathered, in one transaction."""
        batch, self._batch = self._batch, []
        size = sum(task.size for task, _ in batch)
        begun = self._done

        def embedded(done: int, of: int) -> None:
            self._report(begun + size * done // of - self._done)

        outcomes = self._library.add_all([arrival for _, arrival in batch], progress=embedded)
        for (task, arrival), outcome in zip(batch, outcomes, strict=True):
            self._summary.note_arrival(task.path, outcome, self._library, arrival.document.id)
        self._report(begun + size - self._done)

    def _report(self, size: int) -> None:
        self._done += size
        if self._progress:
            self._progress(self._done, self._total)


def _parsed(tasks: Sequence[Task], rules: Rules) -> Iterator[tuple[Task, Parsed]]:
    """Read a few small files here and the others in workers, which start meanwhile."""
    first = _count_first(tasks)
    with Parsers(rules, workers=usable_workers()) as parsers:
        if first < len(tasks):
            parsers.begin()
        yield from ((task, parse(task, rules)) for task in tasks[:first])
        yield from parsers.parse(tasks[first:])


def _count_first(tasks: Sequence[Task]) -> int:
    """Count the files at the beginning that together are small enough to be read here."""
    totals = accumulate(task.size for task in tasks)
    return sum(total <= FIRST_BYTES for total in totals)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # reading it will say what is wrong
