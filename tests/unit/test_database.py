"""Tests of the SQLite file itself."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.database import Database
from rag.errors import LibraryError

COUNT = "SELECT count(*) FROM seeds_seen"
INSERT = "INSERT INTO seeds_seen VALUES (?)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "library.sqlite3")
    yield opened
    opened.close()


def count(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(COUNT).fetchone()[0])


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    for expected in (0, 1):
        database = Database(tmp_path / "library.sqlite3")
        assert count(database) == expected
        with database.writing() as connection:
            connection.execute(INSERT, (f"seed {expected}",))
        database.close()


def test_what_is_read_at_once_fits_together_whatever_is_written_meanwhile(
    database: Database,
) -> None:
    with database.reading() as connection:
        before = connection.execute(COUNT).fetchone()
        with database.writing() as other:
            other.execute(INSERT, ("a seed",))
        assert connection.execute(COUNT).fetchone() == before == (0,)
    assert count(database) == 1


def test_a_reading_that_fails_leaves_the_next_one_in_order(database: Database) -> None:
    with pytest.raises(LibraryError), database.reading() as connection:
        connection.execute("SELECT * FROM nowhere")
    assert count(database) == 0


def test_nothing_of_a_failed_transaction_stays(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            connection.execute(INSERT, ("seed",))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert count(database) == 0


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_its_work(database: Database) -> None:
    seen: list[int] = []
    reader = threading.Thread(target=lambda: seen.append(count(database)))
    with database.writing() as connection:
        connection.execute(INSERT, ("seed",))
        reader.start()
        reader.join(timeout=10)
        assert seen == [0]
    assert count(database) == 1


def test_every_commit_reaches_the_disk(database: Database) -> None:
    with database.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    Database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(LibraryError, match=r"newer Pincite \(format 7, .* format 2\).*Update"):
        Database(path)


@pytest.mark.parametrize("content", [b"not a database, " * 1_000, b"\x00" * 5_000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"library\.sqlite3 cannot be used: file is not a data"):
        Database(path)
    assert path.read_bytes() == content


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    Database(path).close()
    intact = path.read_bytes()
    path.write_bytes(intact[:4096] + b"\xff" * (len(intact) - 4096))
    database = Database(path)
    with pytest.raises(LibraryError, match="malformed"):
        count(database)
    database.close()


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="unable to open database file"):
        Database(tmp_path)


def test_a_full_disk_is_named_and_nothing_is_lost(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(INSERT, ("seed",))
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    with database.reading():  # not inside a transaction, where the limit has no effect
        database._writer.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        with database.writing() as connection:
            connection.execute(INSERT, ("x" * 1_000_000,))

    with pytest.raises(LibraryError, match="database or disk is full"):
        fill()
    assert count(database) == 1


def test_a_closed_file_says_so(database: Database) -> None:
    database.close()
    with pytest.raises(LibraryError, match="closed database"):
        count(database)
