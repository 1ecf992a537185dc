"""The SQLite file of a library: its durability, and its errors in clear sentences."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError

SCHEMA_VERSION = 1

# WAL: searches go on while a document is written.
# FULL: a document that was reported as added survives a power cut; there is one commit for each.
# secure_delete: what is removed is overwritten, not only unlinked.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
)

_SCHEMA_FILE = Path(__file__).with_name("schema.sql")


class Database:
    """One connection for reading and one for writing, which threads take turns at.

    Raises:
        LibraryError: if the file is damaged, of a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._may_read, self._may_write = threading.RLock(), threading.RLock()
        with self._errors_named(), ExitStack() as opened:
            self._writer = opened.enter_context(closing(_connect(path)))
            _prepare(self._writer, path)
            self._reader = opened.enter_context(closing(_connect(path)))
            self._connections = opened.pop_all()

    def close(self) -> None:
        """Close the file; a use after that is a ``LibraryError``."""
        with self._may_write, self._may_read:
            self._connections.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees all that was committed."""
        with self._may_read, self._errors_named():
            yield self._reader

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one transaction, undone if anything is raised inside."""
        with self._may_write, self._errors_named():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise LibraryError(f"The library file {self._path} cannot be used: {error}.") from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"The library file {path} was made by a newer Pincite (format {version}, this one"
            f" reads format {SCHEMA_VERSION}). Update Pincite to open it."
        )
    if version == 0:
        connection.executescript(_SCHEMA_FILE.read_text("utf-8"))
