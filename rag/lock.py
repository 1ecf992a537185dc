"""Keeps a library's folder to one process, since the embedded Chroma loses records to a second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryError, LibraryLockedError


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Make the folder if need be and hold it, until the end of the block or of the process.

    Raises:
        LibraryLockedError: if it is held already; the message says which process holds it.
        LibraryError: if it cannot be made or written.
    """
    lock = FileLock(home / ".lock", blocking=False)
    owner = home / ".lock.pid"
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        owner.write_text(str(os.getpid()))
    except Timeout as error:
        raise LibraryLockedError(
            f"The library in {home} is already open in {_name_of(owner)}."
            " Close it there, or choose another folder with PINCITE_HOME."
        ) from error
    except OSError as error:
        raise LibraryError(f"The folder {home} cannot hold a library: {error}.") from error
    try:
        yield
    finally:
        with suppress(OSError):
            owner.unlink()
        lock.release()


def _name_of(owner: Path) -> str:
    try:
        process = int(owner.read_text())
    except (OSError, ValueError):
        return "another process"
    return "this process" if process == os.getpid() else f"another process ({process})"
