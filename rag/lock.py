"""Lets one process at a time have, or change, a library's folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryError, LibraryLockedError

TURN_SECONDS = 120.0  # how long a change waits for that of another process
_LOOK_SECONDS = 5.0  # how long a process waits for one that only looks whether it is free


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Make the folder if need be and hold it, until the end of the block or of the process.

    The embedded Chroma needs this: it loses records to a second process.

    Raises:
        LibraryLockedError: if it is held already; the message says which process holds it.
        LibraryError: if it cannot be made or written.
    """
    owner = home / ".lock.pid"
    try:
        lock = _acquired(home, ".lock", seconds=0)
    except Timeout as error:
        raise _already_open(home) from error
    with suppress(OSError):  # it only serves a message
        owner.write_text(str(os.getpid()))
    try:
        yield
    finally:
        with suppress(OSError):
            owner.unlink()
        lock.release()


def look(home: Path) -> None:
    """Make the folder if need be and see that no process holds it as ``locked``.

    Raises:
        LibraryLockedError: if one does; the message says which.
        LibraryError: if it cannot be made or written.
    """
    try:
        _acquired(home, ".lock", seconds=_LOOK_SECONDS).release()
    except Timeout as error:
        raise _already_open(home) from error


@contextmanager
def turn(home: Path, *, seconds: float = TURN_SECONDS) -> Iterator[None]:
    """Wait until no other process changes the library, and keep the others waiting meanwhile.

    Raises:
        LibraryLockedError: if that takes longer than ``seconds``.
    """
    try:
        lock = _acquired(home, ".turn", seconds=seconds)
    except Timeout as error:
        raise LibraryLockedError(
            f"Another process has been changing the library in {home} for {seconds:.0f} seconds."
            " Try again when it is done."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquired(home: Path, name: str, *, seconds: float) -> FileLock:
    lock = FileLock(home / name, timeout=seconds, thread_local=False)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise
    except OSError as error:
        raise LibraryError(f"The folder {home} cannot hold a library: {error}.") from error
    return lock


def _already_open(home: Path) -> LibraryLockedError:
    return LibraryLockedError(
        f"The library in {home} is already open in {_name_of(home / '.lock.pid')}."
        " Close it there, or choose another folder with PINCITE_HOME."
    )


def _name_of(owner: Path) -> str:
    try:
        process = int(owner.read_text())
    except (OSError, ValueError):
        return "another process"
    return "this process" if process == os.getpid() else f"another process ({process})"
