"""The SQLite file of a library: its durability, and its errors in clear sentences."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError

SCHEMA_VERSION = 2

# WAL: searches go on while a document is written.
# FULL: a document that was reported as added survives a power cut; there is one commit for each.
# secure_delete: what is removed is overwritten, not only unlinked.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)

_BUSY_SECONDS = 60.0  # how long a transaction waits for one of another process

_SCHEMA_FILE = Path(__file__).with_name("schema.sql")
_MIGRATIONS = Path(__file__).with_name("migrations")
"""A file for each older format, ``<format>.sql``, that makes the next one of it."""


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
        """Lend a connection that sees all that was committed, and until it is given back no more.

        What is read in several statements fits together: a document may be removed in between.
        """
        with self._may_read, self._errors_named():
            self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                if self._reader.in_transaction:
                    self._reader.execute("ROLLBACK")

    def version(self) -> int:
        """Return a number that changes with every commit, those of other processes included."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

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
    return sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or those of an older format new, in one transaction."""
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    connection.execute("BEGIN IMMEDIATE")
    try:
        while (version := _version(connection)) != SCHEMA_VERSION:
            for statement in _statements(_script(version, path)):
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    connection.execute("PRAGMA foreign_keys = ON")  # only now: a migration makes tables anew


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _script(version: int, path: Path) -> str:
    """Return what leads on from a format; 0 is that of an empty file."""
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"The library file {path} was made by a newer Pincite (format {version}, this one"
            f" reads format {SCHEMA_VERSION}). Update Pincite to open it."
        )
    file = _MIGRATIONS / f"{version}.sql" if version else _SCHEMA_FILE
    return file.read_text("utf-8")


def _statements(script: str) -> Iterator[str]:
    """Cut a script at the ends of its statements: ``executescript`` would commit in between."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
