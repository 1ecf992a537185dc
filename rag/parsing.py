"""Reads files in processes of their own and cuts them into chunks, in the order of the files.

A worker imports no more than reading needs, and ends with the process that started it. At most a
few files are under way, and at most a bounded number of their bytes.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.arrivals import Arrival, Origin
from rag.chunking import chunk_document
from rag.closing import Closing
from rag.documents import load_file
from rag.errors import DocumentError, ParserError
from rag.limits import Limits

MOST_WORKERS = 4
_FILES_EACH = 8  # files under way for each worker, so that none waits for the next
_BYTES_UNDER_WAY = 32_000_000  # a file's document and chunks take several times its bytes
_NO_START = (
    "The processes that read files end before they read any. A script that adds files must do so"
    ' under if __name__ == "__main__", since each of these processes runs the rest of it.'
)


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read; ``known`` is the SHA-256 of what was read there before, or empty."""

    path: Path
    size: int
    known: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a file may have at most, and how it is cut: in tokens, and in sentences shared."""

    limits: Limits
    tokens: int
    overlap: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file with the same bytes as before."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be read as a document."""

    reason: str


Parsed = Arrival | Unchanged | Refused


def parse(task: Task, rules: Rules) -> Parsed:
    """Read a file and cut it into chunks, unless its bytes are those known."""
    try:
        # A file too large is left to the loader to refuse, which says why.
        digest = _digest(task.path) if task.size <= rules.limits.max_bytes else ""
        if digest and digest == task.known:
            return Unchanged()
        document = load_file(task.path, limits=rules.limits)
        if digest and digest != _digest(task.path):
            return Refused(f"{task.path} changed while it was read. Add it again.")
        document.text.encode()  # a document that cannot be stored must not stop the others
    except DocumentError as error:
        return Refused(str(error))
    except UnicodeEncodeError as error:
        return Refused(f"{task.path} has characters that cannot be stored: {error.reason}.")
    chunks = chunk_document(document, tokens=rules.tokens, overlap=rules.overlap)
    return Arrival(document, chunks, Origin(place_of(task.path), digest))


def place_of(path: Path) -> str:
    """Return the absolute path by which a library remembers a file."""
    return os.path.abspath(path)  # noqa: PTH100 - a link stays one, unlike with ``resolve``


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, or nothing where the loader has to say what is wrong."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() if path.is_file() else ""
    except (OSError, ValueError):
        return ""


class Parsers(Closing):
    """Worker processes that read files, started when they are first needed."""

    def __init__(self, rules: Rules, *, workers: int) -> None:
        self._rules = rules
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def begin(self) -> None:
        """Start the workers now."""
        self._open().submit(_do_nothing)

    def parse(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Parsed]]:
        """Yield each task with what came of it, in the order given.

        Raises:
            ParserError: if no process can be started.
        """
        waiting: deque[tuple[Task, Future[Parsed]]] = deque()
        for task in tasks:
            while waiting and not self._has_room(waiting, task):
                yield self._first(waiting)
            waiting.append((task, self._submit(task)))
        while waiting:
            yield self._first(waiting)

    def close(self) -> None:
        """End the workers; what is under way is dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _open(self) -> ProcessPoolExecutor:
        self._pool = self._pool or _new_pool(self._workers)
        return self._pool

    def _has_room(self, waiting: Iterable[tuple[Task, Future[Parsed]]], task: Task) -> bool:
        sizes = [min(other.size, self._rules.limits.max_bytes) for other, _ in waiting]
        few = len(sizes) < self._workers * _FILES_EACH
        return few and sum(sizes) + task.size <= _BYTES_UNDER_WAY

    def _submit(self, task: Task) -> Future[Parsed]:
        """Give a file to a worker; one that killed its worker may have been among the others."""
        try:
            return self._open().submit(parse, task, self._rules)
        except BrokenProcessPool as error:
            broken: Future[Parsed] = Future()
            broken.set_exception(error)
            return broken

    def _first(self, waiting: deque[tuple[Task, Future[Parsed]]]) -> tuple[Task, Parsed]:
        try:
            result = waiting[0][1].result()
        except BrokenProcessPool:
            self.close()
            lone = self._parse_alone([task for task, future in waiting if _is_broken(future)])
            for place, (task, future) in enumerate(waiting):
                waiting[place] = task, lone.get(task, future)
            result = waiting[0][1].result()
        return waiting.popleft()[0], result

    def _parse_alone(self, tasks: Sequence[Task]) -> dict[Task, Future[Parsed]]:
        """Read files one by one, so that one that kills its worker takes no other with it."""
        results: dict[Task, Future[Parsed]] = {}
        for task in tasks:
            self._pool = self._pool or _new_lone_worker()
            results[task] = self._pool.submit(parse, task, self._rules)
            if _is_broken(results[task]):
                self.close()
                reason = f"{task.path} ends the process that reads it. Leave it out."
                results[task] = Future()
                results[task].set_result(Refused(reason))
        self.close()
        return results


def _is_broken(future: Future[Any]) -> bool:
    return isinstance(future.exception(), BrokenProcessPool)


def _new_pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def _new_lone_worker() -> ProcessPoolExecutor:
    """Start one worker; that it does nothing well tells a bad file from a bad start."""
    pool = _new_pool(1)
    if _is_broken(pool.submit(_do_nothing)):
        pool.shutdown()
        raise ParserError(_NO_START)
    return pool


def usable_workers() -> int:
    """Return how many workers this machine has processors for."""
    processors = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    return min(processors or 1, MOST_WORKERS)


def _do_nothing() -> None:
    """Be something to do: workers start when they get the first."""


def _begin() -> None:
    """Leave interruptions to the parent process, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
