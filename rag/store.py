"""A library's documents and chunks in one SQLite file: the source of truth."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.arrivals import AddOutcome, Arrival, Origin, Outcomes
from rag.database import Database
from rag.index import Hit, Vectors
from rag.lexical import match_expression, query_terms
from rag.likeness import Likeness, find_alike
from rag.origins import (
    document_at,
    has_origin,
    move_origin,
    origins_of,
    read_digests,
    read_places,
)
from rag.rows import (
    FLOAT,
    delete_document,
    find_words,
    holds_document,
    insert_document,
    rarest,
    read_chunk,
    read_document,
    read_texts,
)
from rag.types import Chunk, Document

_VECTORS, _IN_STEP, _CHANGING = "vectors", "in step", "changing"


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as a list shows it; ``added_at`` is UTC in ISO 8601.

    ``author`` and ``published`` are what the file itself says, or empty. ``places`` are the paths
    and addresses where these words were read; none for what was handed over without one.
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
    places: tuple[str, ...] = ()


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

    def version(self) -> int:
        """Return a number that changes with every change, those of other processes included."""
        return self._database.version()

    def meta(self) -> dict[str, str]:
        """Return what was remembered; empty for a new library."""
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT key, value FROM meta").fetchall())

    def remember(self, meta: Mapping[str, str]) -> None:
        """Keep settings with the library."""
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    def library_id(self) -> str:
        """Return what tells this library from others, made up when it is first asked for."""
        with self._database.writing() as connection:
            new = ("id", uuid.uuid4().hex[:12])
            connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", new)
        return self.meta()["id"]

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

    def insert(self, arrivals: Sequence[Arrival], vectors: Mapping[str, Vectors]) -> Outcomes:
        """Write what is new of ``arrivals``, and delete what it replaces, in one transaction.

        ``vectors`` has a row for each chunk, by document id. The vector index is then in step,
        unless it has the vectors of documents that left.
        """
        with self._database.writing() as connection:
            outcomes = [_arrive(connection, arrival, vectors) for arrival in arrivals]
            replaced = dict.fromkeys(before for _, before in outcomes if before)
            left = [id_ for id_ in replaced if not has_origin(connection, id_)]
            for document_id in left:
                delete_document(connection, document_id)
            _mark(connection, in_step=not left)
        return Outcomes(tuple(outcome for outcome, _ in outcomes), tuple(left))

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
            return holds_document(connection, document_id)

    def alike(self, document_id: str) -> tuple[Likeness, ...]:
        """Return the documents, added before, that this one is nearly the same as."""
        with self._database.reading() as connection:
            return find_alike(connection, document_id)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of what was read at each place, where it is known."""
        with self._database.reading() as connection:
            return read_digests(connection)

    def origins(self, document_id: str) -> tuple[Origin, ...]:
        """Return where a document was read."""
        with self._database.reading() as connection:
            return origins_of(connection, document_id)

    def document_at(self, origin: Origin) -> str | None:
        """Return the id of the document that was read there last."""
        with self._database.reading() as connection:
            return document_at(connection, origin.place)

    def records(self) -> list[DocumentRecord]:
        """Return all documents in the order added."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT number, id, title, source, media_type, characters, chunks, added_at,"
                " author, published FROM documents ORDER BY number"
            )
            places = read_places(connection)
            return [
                replace(DocumentRecord(*row[1:]), places=places.get(row[0], ())) for row in rows
            ]

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

    def held(self, chunk_ids: Collection[str]) -> set[str]:
        """Return those of ``chunk_ids`` that are there."""
        with self._database.reading() as connection:
            query = "SELECT id FROM chunks WHERE id IN (SELECT value FROM json_each(?))"
            rows = connection.execute(query, (json.dumps(list(chunk_ids)),))
            return {id_ for (id_,) in rows}

    def texts(self, chunk_ids: Sequence[str]) -> dict[str, str]:
        """Return the words of those chunks that belong to documents of moderate length."""
        with self._database.reading() as connection:
            return read_texts(connection, chunk_ids)

    def chunk_ids(self) -> set[str]:
        """Return the ids of all chunks."""
        with self._database.reading() as connection:
            return {id_ for (id_,) in connection.execute("SELECT id FROM chunks")}

    def count_chunks(self) -> int:
        """Count all chunks."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])

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
        terms = query_terms(question)
        if not terms:
            return []
        with self._database.reading() as connection:
            expression = match_expression(rarest(connection, terms))
            return [Hit(*row) for row in find_words(connection, expression, k, document_ids)]

    def _vector_rows(self, after: int, size: int) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT document_id, start, end, tokens, kind, number, vector"
                " FROM chunk_values JOIN vectors ON vectors.chunk = number"
                " WHERE number > ? ORDER BY number LIMIT ?",
                (after, size),
            ).fetchall()


def _arrive(
    connection: sqlite3.Connection, arrival: Arrival, vectors: Mapping[str, Vectors]
) -> tuple[AddOutcome, str | None]:
    """Return what became of an arrival, and the id of the document that stood in its place."""
    document, origin = arrival.document, arrival.origin
    before = document_at(connection, origin.place)
    known = holds_document(connection, document.id)
    if not known:
        insert_document(connection, document, arrival.chunks, vectors[document.id])
    move_origin(connection, document.id, origin)
    if before not in (None, document.id):
        return AddOutcome.REPLACED, before
    return (AddOutcome.UNCHANGED if known else AddOutcome.ADDED), None


def _mark(connection: sqlite3.Connection, *, in_step: bool) -> None:
    state = (_VECTORS, _IN_STEP if in_step else _CHANGING)
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", state)
