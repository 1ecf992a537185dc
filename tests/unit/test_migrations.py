"""Tests that a library of an older format is still whole in this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from library_fakes import HASHED, document, lines_of, numbered, texts_of

from rag.database import SCHEMA_VERSION, Database
from rag.errors import LibraryError
from rag.lexical import index_form
from rag.library import Library
from rag.store import Store
from rag.types import Document, Span

FORMAT_1 = Path(__file__).parent / "data" / "format_1.sql"
FOXES = numbered(30, "fox")
PAGED = document("One page.\nAnother page.", "paged.txt", pages=(Span(0, 10), Span(10, 23)))


def insert(connection: sqlite3.Connection, number: int, text: Document) -> None:
    """Write a document as format 1 did."""
    chunks = lines_of(text)
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            text.id,
            text.title,
            text.source,
            text.media_type,
            len(text.text),
            len(chunks),
            "2026-01-02T03:04:05+00:00",
            text.text,
        ),
    )
    for block in text.blocks:
        row = (number, block.span.start, block.span.end, block.kind)
        connection.execute("INSERT INTO blocks VALUES (?, ?, ?, ?)", row)
    for place, page in enumerate(text.pages):
        connection.execute("INSERT INTO pages VALUES (?, ?, ?, ?)", (number, place, *ends(page)))
    vectors = np.array(HASHED.embeddings.embed_documents(texts_of(text)), "<f4")
    for chunk, words, vector in zip(chunks, texts_of(text), vectors, strict=True):
        rowid = connection.execute(
            "INSERT INTO chunks (id, document, start, end, tokens, kind) VALUES (?, ?, ?, ?, ?, ?)",
            (chunk.id, number, *ends(chunk.span), chunk.token_count, chunk.kind),
        ).lastrowid
        connection.execute("INSERT INTO vectors VALUES (?, ?)", (rowid, vector.tobytes()))
        connection.execute(
            "INSERT INTO chunk_words (rowid, words) VALUES (?, ?)", (rowid, index_form(words))
        )


def ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Make the file of a library of format 1 with two documents, a third one removed."""
    path = tmp_path / "library.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FORMAT_1.read_text("utf-8"))
        connection.execute("PRAGMA foreign_keys = ON")
        insert(connection, 1, FOXES)
        insert(connection, 2, numbered(3, "hen"))
        insert(connection, 3, PAGED)
        connection.execute("DELETE FROM documents WHERE number = 2")
        connection.execute("INSERT INTO meta VALUES ('embedding', 'hash')")
        connection.execute("INSERT INTO seeds_seen VALUES (?)", (FOXES.id,))
        connection.commit()
    return path


def schema(path: Path) -> set[tuple[str, str]]:
    """Return the names and the definitions of all tables, indices and views."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {(name, sql.replace('"documents"', "documents")) for name, sql in rows}


def test_every_document_of_an_older_format_is_kept_as_it_was(old: Path) -> None:
    for _ in range(2):
        store = Store(old)
        assert [record.id for record in store.records()] == [FOXES.id, PAGED.id]
        assert store.records()[0].added_at == "2026-01-02T03:04:05+00:00"
        for text in (FOXES, PAGED):
            assert store.document(text.id) == text
        assert [hit.chunk_id for hit in store.search("fox7", 3)] == [lines_of(FOXES)[7].id]
        assert store.has_seen(FOXES.id)
        store.close()


def test_an_older_library_is_searched_and_changed_like_a_new_one(old: Path) -> None:
    hens = numbered(30, "hen")
    with Library.open(old.parent, HASHED) as library:
        library.add(hens)
        library.remove(FOXES.id)
        assert [record.id for record in library.documents()] == [PAGED.id, hens.id]
        assert library.search_dense("Another page.", 1)[0].chunk_id == lines_of(PAGED)[1].id
        assert library.search_lexical("fox", 5) == []


def test_an_older_format_becomes_the_same_as_a_new_one(old: Path, tmp_path: Path) -> None:
    Database(old).close()
    Database(tmp_path / "new.sqlite3").close()
    assert schema(old) == schema(tmp_path / "new.sqlite3")
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        before = list(connection.iterdump())
        connection.execute("CREATE TABLE origins (taken)")
    with pytest.raises(LibraryError, match="origins already exists"):
        Database(old)
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("DROP TABLE origins")
        assert list(connection.iterdump()) == before
    Database(old).close()
