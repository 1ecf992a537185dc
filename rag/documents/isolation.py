"""Has files parsed in processes of their own, which are killed when they take too long.

A worker is started when it is first needed and used again, for starting one takes most of a second;
each caller has one to itself, so threads do not wait for each other, and a process that was forked
starts its own.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag import errors
from rag.documents.formats import Format
from rag.documents.parsed import Parsed
from rag.documents.worker import READY, read_frame, write_frame
from rag.errors import DocumentError, ParserError
from rag.limits import Limits
from rag.types import Block, BlockKind, Span

_COMMAND = (sys.executable, "-P", "-m", "rag.documents.worker")
_PACKAGE = Path(__file__).parents[2]
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""What a worker knows of the environment: no keys."""

_STARTING = 60.0
"""Seconds that a worker may take to start and to load a parser, on a busy machine."""

_MOST_IDLE = 4
_MOST_FILES = 500
"""After so many files a worker is replaced, for parsers do not give all memory back."""


class WorkerPool:
    """Workers that parse; safe to use from threads and in forked processes."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = tuple(command)
        self._forget()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def parse(self, form: Format, data: bytes, source: str, limits: Limits) -> tuple[str, Parsed]:
        """Return the media type of a file and what a worker made of it.

        Raises:
            DocumentError: if it cannot be read as a document; ``ParserError`` if the worker died or
                reached ``limits.max_seconds``.
        """
        request = {"format": form.value, "source": source, "limits": asdict(limits)}
        with self._worker() as worker:
            reply = worker.ask(json.dumps(request).encode(), data, limits.max_seconds)
        if reply is None:
            raise ParserError(_died(source, limits, late=worker.was_late))
        if "error" in reply:
            raise _refusal(reply)
        return reply["media_type"], _parsed(reply)

    def close(self) -> None:
        """End the workers that wait."""
        with self._lock:
            idle = list(self._idle)
            self._idle.clear()
        for worker in idle:
            worker.end()

    def _forget(self) -> None:
        """Begin without workers: those of the process that was forked are not this one's."""
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        worker = worker or _Worker(self._command)
        try:
            yield worker
        except BaseException:
            worker.end()
            raise
        with self._lock:
            if worker.is_fit and len(self._idle) < _MOST_IDLE:
                self._idle.append(worker)
                return
        worker.end()


class _Worker:
    """One process, asked by one caller at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        known = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 the command is ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**known, "PYTHONPATH": str(_PACKAGE), "PYTHONUTF8": "1"},
        )
        self._files = 0
        self._failed = False
        self.was_late = False

    @property
    def is_fit(self) -> bool:
        """Say whether it can be asked again."""
        return not self._failed and self._files < _MOST_FILES and self._process.poll() is None

    def ask(self, request: bytes, data: bytes, seconds: float) -> dict[str, Any] | None:
        """Return the reply; none where the process died or had to be killed."""
        self._files += 1
        reply = None
        with suppress(OSError, EOFError, ValueError):
            with self._killed_after(_STARTING):
                ready = self._exchange(request) == READY
            with self._killed_after(seconds):
                reply = json.loads(self._exchange(data)) if ready else None
        self._failed = not isinstance(reply, dict)
        return None if self._failed else reply

    def end(self) -> None:
        """Kill the process and wait for its end."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
        self._process.wait()

    def _exchange(self, frame: bytes) -> bytes:
        """Write a frame and return the one that comes back; empty where the process ended."""
        requests, replies = self._process.stdin, self._process.stdout
        if requests is None or replies is None:
            return b""
        write_frame(requests, frame)
        return read_frame(replies)

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self.was_late = True
        self._process.kill()


def _died(source: str, limits: Limits, *, late: bool) -> str:
    if late:
        return (
            f"{source} takes longer to read than the {limits.max_seconds:g} seconds allowed. "
            "Split the file, or raise PINCITE_MAX_SECONDS."
        )
    return f"{source} makes its reader crash, so it is left out. Save it in another form."


def _refusal(reply: Mapping[str, Any]) -> DocumentError:
    kind = getattr(errors, str(reply["error"]), DocumentError)
    known = isinstance(kind, type) and issubclass(kind, DocumentError)
    return (kind if known else DocumentError)(str(reply["message"]))


def _parsed(reply: Mapping[str, Any]) -> Parsed:
    return Parsed(
        text=reply["text"],
        blocks=tuple(Block(Span(**b["span"]), BlockKind(b["kind"])) for b in reply["blocks"]),
        title=reply["title"],
        author=reply["author"],
        published=reply["published"],
        pages=tuple(Span(**page) for page in reply["pages"]),
        hyphens=tuple(reply["hyphens"]),
    )


_pool = WorkerPool()
atexit.register(_pool.close)


def parse_apart(form: Format, data: bytes, source: str, limits: Limits) -> tuple[str, Parsed]:
    """Parse a file as ``WorkerPool.parse`` does, with the workers of this process.

    Raises:
        DocumentError: if it cannot be read as a document; the leaves say why.
    """
    return _pool.parse(form, data, source, limits)
