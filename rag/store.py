"""A library's documents and chunks in one SQLite file: the source of truth."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.database import Database
from rag.index import Hit, Vectors
from rag.lexical import match_expression
from rag.rows import FLOAT, delete_document, insert_document, read_chunk, read_document
from rag.types import Chunk, Document

_VECTORS, _IN_STEP, _CHANGING = "vectors", "in step", "changing"


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as a list shows it; ``added_at`` is UTC in ISO 8601.

    ``author`` and ``published`` are what the file itself says, or empty.
    """

    id: str
    title: str
    source: str
    media_type: str
    characters: int
    chunks: int
    added_at: str
    author: str = ""
    published: str = ""


class Store:
    """Reads and writes documents and chunks; safe to use from several threads.

    A document is inserted and deleted in one transaction, so it is there wholly or not at all.

    Raises:
        LibraryError: if the file is damaged, of a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def meta(self) -> dict[str, str]:
        """Return what was remembered; empty for a new library."""
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT key, value FROM meta").fetchall())

    def remember(self, meta: Mapping[str, str]) -> None:
        """Keep settings with the library."""
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    def has_seen(self, seed_id: str) -> bool:
        """Say whether a seed was ever added."""
        with self._database.reading() as connection:
            query = "SELECT 1 FROM seeds_seen WHERE document_id = ?"
            return connection.execute(query, (seed_id,)).fetchone() is not None

    def mark_seen(self, seed_id: str) -> None:
        """Remember that a seed was added once."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO seeds_seen VALUES (?)", (seed_id,))

    def in_step(self) -> bool:
        """Say whether the vector index was left with the vectors of this file's chunks."""
        return self.meta().get(_VECTORS) != _CHANGING

    def mark(self, *, in_step: bool) -> None:
        """Note that the vector index is about to change, or has all of this file's vectors."""
        with self._database.writing() as connection:
            _mark(connection, in_step=in_step)

    def insert(self, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Write a document with all that belongs to it; the vector index is then in step."""
        with self._database.writing() as connection:
            insert_document(connection, document, chunks, vectors)
            _mark(connection, in_step=True)

    def delete(self, document_id: str) -> None:
        """Delete a document and all that belongs to it; the vector index is then not in step.

        Raises:
            UnknownDocumentError: if there is none with that id.
        """
        with self._database.writing() as connection:
            delete_document(connection, document_id)
            _mark(connection, in_step=False)

    def holds(self, document_id: str) -> bool:
        """Say whether a document is there."""
        with self._database.reading() as connection:
            query = "SELECT 1 FROM documents WHERE id = ?"
            return connection.execute(query, (document_id,)).fetchone() is not None

    def records(self) -> list[DocumentRecord]:
        """Return all documents in the order added."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, title, source, media_type, characters, chunks, added_at,"
                " author, published FROM documents ORDER BY number"
            )
            return [DocumentRecord(*row) for row in rows]

    def document(self, document_id: str) -> Document:
        """Read a document.

        Raises:
            UnknownDocumentError: if there is none with that id.
        """
        with self._database.reading() as connection:
            return read_document(connection, document_id)

    def chunks(self, chunk_ids: Collection[str]) -> dict[str, Chunk]:
        """Return the chunks that are there, by their ids."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT document_id, start, end, tokens, kind FROM chunk_values"
                " WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(chunk_ids)),),
            )
            return {chunk.id: chunk for chunk in map(read_chunk, rows)}

    def chunk_ids(self) -> set[str]:
        """Return the ids of all chunks."""
        with self._database.reading() as connection:
            return {id_ for (id_,) in connection.execute("SELECT id FROM chunks")}

    def vectors(self, size: int) -> Iterator[tuple[list[Chunk], Vectors]]:
        """Yield all chunks with their vectors, at most ``size`` at a time."""
        last = 0
        while rows := self._vector_rows(last, size):
            last = rows[-1][-2]
            vectors = np.frombuffer(b"".join(row[-1] for row in rows), FLOAT)
            yield [read_chunk(row[:-2]) for row in rows], vectors.reshape(len(rows), -1)

    def search(
        self, question: str, k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks by falling BM25; any text is a valid question."""
        expression = match_expression(question)
        if not expression:
            return []
        chosen = None if document_ids is None else json.dumps(list(document_ids))
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, -chunk_words.rank FROM chunk_words"
                " JOIN chunk_values ON number = chunk_words.rowid"
                " WHERE chunk_words MATCH :expression AND"
                " (:chosen IS NULL OR document_id IN (SELECT value FROM json_each(:chosen)))"
                " ORDER BY chunk_words.rank, number LIMIT :k",
                {"expression": expression, "chosen": chosen, "k": k},
            )
            return [Hit(id_, score) for id_, score in rows]

    def _vector_rows(self, after: int, size: int) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT document_id, start, end, tokens, kind, number, vector"
                " FROM chunk_values JOIN vectors ON vectors.chunk = number"
                " WHERE number > ? ORDER BY number LIMIT ?",
                (after, size),
            ).fetchall()


def _mark(connection: sqlite3.Connection, *, in_step: bool) -> None:
    state = (_VECTORS, _IN_STEP if in_step else _CHANGING)
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", state)
