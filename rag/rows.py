"""How a document, its chunks and their vectors stand in the rows of SQLite (schema.sql)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from rag.chunking import fitting
from rag.errors import UnknownDocumentError
from rag.index import Vectors
from rag.lexical import index_form, match_expression
from rag.likeness import insert_sketch
from rag.types import Block, BlockKind, Chunk, Document, Span

FLOAT = "<f4"
MOST_MATCHES = 20_000
"""So many chunks are ranked by their words at the most; ranking more takes longer than reading."""

_MODERATE = 200_000  # characters


def insert_document(
    connection: sqlite3.Connection,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: Vectors,
) -> None:
    """Write a document and all that belongs to it; ``vectors`` has a row for each chunk."""
    number = _insert_text(connection, document, len(chunks))
    insert_sketch(connection, number, document.text)
    connection.executemany(
        "INSERT INTO blocks VALUES (?, ?, ?, ?)",
        ((number, block.span.start, block.span.end, block.kind) for block in document.blocks),
    )
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?)",
        ((number, place, page.start, page.end) for place, page in enumerate(document.pages)),
    )
    connection.executemany(
        "INSERT INTO hyphens VALUES (?, ?)", ((number, place) for place in document.hyphens)
    )
    for chunk, vector in zip(chunks, vectors.astype(FLOAT), strict=True):
        words = index_form(chunk.span.of(document.text))
        _insert_chunk(connection, number, chunk, words, vector.tobytes())


def read_document(connection: sqlite3.Connection, document_id: str) -> Document:
    """Read a document.

    Raises:
        UnknownDocumentError: if there is none with that id.
    """
    number = _number_of(connection, document_id)
    title, text, source, media_type, author, published = connection.execute(
        "SELECT title, text, source, media_type, author, published FROM documents WHERE number = ?",
        (number,),
    ).fetchone()
    blocks = connection.execute(
        "SELECT start, end, kind FROM blocks WHERE document = ? ORDER BY start", (number,)
    )
    pages = connection.execute(
        "SELECT start, end FROM pages WHERE document = ? ORDER BY place", (number,)
    )
    hyphens = connection.execute(
        "SELECT place FROM hyphens WHERE document = ? ORDER BY place", (number,)
    )
    return Document(
        id=document_id,
        title=title,
        text=text,
        source=source,
        media_type=media_type,
        blocks=tuple(Block(Span(start, end), BlockKind(kind)) for start, end, kind in blocks),
        pages=tuple(Span(start, end) for start, end in pages),
        author=author,
        published=published,
        hyphens=tuple(place for (place,) in hyphens),
    )


def delete_document(connection: sqlite3.Connection, document_id: str) -> None:
    """Delete a document and all that belongs to it.

    Raises:
        UnknownDocumentError: if there is none with that id.
    """
    number = _number_of(connection, document_id)
    connection.execute(
        "DELETE FROM chunk_words WHERE rowid IN (SELECT number FROM chunks WHERE document = ?)",
        (number,),
    )
    connection.execute("DELETE FROM documents WHERE number = ?", (number,))


def holds_document(connection: sqlite3.Connection, document_id: str) -> bool:
    """Say whether a document is there."""
    query = "SELECT 1 FROM documents WHERE id = ?"
    return connection.execute(query, (document_id,)).fetchone() is not None


def read_chunk(row: Sequence[Any]) -> Chunk:
    """Make a chunk of the document's id, start, end, tokens and kind."""
    document_id, start, end, tokens, kind = row
    return Chunk(document_id, Span(start, end), tokens, BlockKind(kind))


def rarest(connection: sqlite3.Connection, terms: Sequence[str]) -> list[str]:
    """Leave out the terms that most of a large library has: they cost most and tell least.

    The rarest are kept as long as they match at most ``MOST_MATCHES`` chunks together, and one in
    any case; in a library of no more chunks than that, all are.
    """
    chunks = connection.execute("SELECT max(number) FROM chunks").fetchone()[0] or 0
    if chunks <= MOST_MATCHES:
        return list(terms)
    found = [_count_matches(connection, term) for term in terms]
    order = sorted(range(len(terms)), key=found.__getitem__)
    kept = fitting([found[place] for place in order], MOST_MATCHES)
    return [terms[place] for place in order[: max(1, kept)]]


def _count_matches(connection: sqlite3.Connection, term: str) -> int:
    """Count the chunks that have a term, up to one more than counts."""
    query = "SELECT count(*) FROM (SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT ?)"
    row = connection.execute(query, (match_expression([term]), MOST_MATCHES + 1)).fetchone()
    return int(row[0])


def find_words(
    connection: sqlite3.Connection,
    expression: str,
    k: int,
    document_ids: Collection[str] | None,
) -> list[tuple[str, float]]:
    """Return the ids of at most ``k`` chunks that match, by falling BM25, with the score."""
    if document_ids is None:  # FTS5 finds the best before anything else is looked up
        matches = "SELECT rowid, rank FROM chunk_words WHERE chunk_words MATCH ? ORDER BY rank"
        parameters = [expression]
    else:
        matches = (
            "SELECT chunk_words.rowid, rank FROM chunk_words"
            " JOIN chunks ON chunks.number = chunk_words.rowid"
            " JOIN documents ON documents.number = chunks.document"
            " WHERE chunk_words MATCH ? AND documents.id IN (SELECT value FROM json_each(?))"
            " ORDER BY rank"
        )
        parameters = [expression, json.dumps(list(document_ids))]
    return connection.execute(
        f"SELECT id, -rank FROM ({matches} LIMIT ?) AS found"  # noqa: S608 - both are constant
        " JOIN chunks ON chunks.number = found.rowid ORDER BY rank, number",
        (*parameters, k),
    ).fetchall()


def read_texts(connection: sqlite3.Connection, chunk_ids: Sequence[str]) -> dict[str, str]:
    """Return the words of chunks, by their ids, where it is cheap.

    SQLite counts characters from the start of a text and stops at a NUL: long documents, and those
    with one, are left out.
    """
    rows = connection.execute(
        "SELECT chunks.id, substr(text, start + 1, end - start), end - start FROM chunks"
        " JOIN documents ON documents.number = chunks.document"
        " WHERE chunks.id IN (SELECT value FROM json_each(?)) AND characters <= ?",
        (json.dumps(list(chunk_ids)), _MODERATE),
    )
    return {id_: text for id_, text, length in rows if len(text) == length}


def _number_of(connection: sqlite3.Connection, document_id: str) -> int:
    query = "SELECT number FROM documents WHERE id = ?"
    row = connection.execute(query, (document_id,)).fetchone()
    if row is None:
        raise UnknownDocumentError(f"The library has no document {document_id!r}.")
    return int(row[0])


def _insert_text(connection: sqlite3.Connection, document: Document, chunks: int) -> int:
    row = connection.execute(
        "INSERT INTO documents"
        " (id, title, source, media_type, author, published, characters, chunks, added_at, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (
            document.id,
            _encodable(document.title),
            _encodable(document.source),
            document.media_type,
            _encodable(document.author),
            _encodable(document.published),
            len(document.text),
            chunks,
            datetime.now(UTC).isoformat(timespec="seconds"),
            document.text,
        ),
    ).fetchone()
    return int(row[0])


def _insert_chunk(
    connection: sqlite3.Connection, document: int, chunk: Chunk, words: str, vector: bytes
) -> None:
    span = chunk.span
    number = connection.execute(
        "INSERT INTO chunks (id, document, start, end, tokens, kind) VALUES (?, ?, ?, ?, ?, ?)",
        (chunk.id, document, span.start, span.end, chunk.token_count, chunk.kind),
    ).lastrowid
    connection.execute("INSERT INTO vectors VALUES (?, ?)", (number, vector))
    connection.execute("INSERT INTO chunk_words (rowid, words) VALUES (?, ?)", (number, words))


def _encodable(name: str) -> str:
    """Replace what UTF-8 cannot write, such as a file name in another encoding."""
    return name.encode("utf-8", "replace").decode("utf-8")
