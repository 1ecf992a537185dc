"""Which file or address each document was read from, in the rows of SQLite (schema.sql)."""

from __future__ import annotations

import sqlite3

from rag.arrivals import Origin


def document_at(connection: sqlite3.Connection, place: str) -> str | None:
    """Return the id of the document that was read at ``place``; none if it was never read."""
    row = connection.execute(
        "SELECT documents.id FROM origins JOIN documents ON documents.number = origins.document"
        " WHERE origin = ? AND origin <> ''",
        (_encodable(place),),
    ).fetchone()
    return None if row is None else str(row[0])


def move_origin(connection: sqlite3.Connection, document_id: str, origin: Origin) -> None:
    """Note that a document stands at an origin, and no other one there any more."""
    place = _encodable(origin.place)
    connection.execute("DELETE FROM origins WHERE origin = ? AND origin <> ''", (place,))
    connection.execute(
        "INSERT OR IGNORE INTO origins SELECT number, ?, ? FROM documents WHERE id = ?",
        (place, origin.digest, document_id),
    )


def has_origin(connection: sqlite3.Connection, document_id: str) -> bool:
    """Say whether a document still stands somewhere."""
    query = (
        "SELECT 1 FROM origins JOIN documents ON documents.number = origins.document WHERE id = ?"
    )
    return connection.execute(query, (document_id,)).fetchone() is not None


def read_digests(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the SHA-256 of what was read at each place, where it is known."""
    query = "SELECT origin, digest FROM origins WHERE origin <> '' AND digest <> ''"
    return dict(connection.execute(query).fetchall())


def origins_of(connection: sqlite3.Connection, document_id: str) -> tuple[Origin, ...]:
    """Return where a document was read."""
    query = (
        "SELECT origin, digest FROM origins JOIN documents ON documents.number = origins.document"
        " WHERE id = ? ORDER BY origin"
    )
    return tuple(Origin(*row) for row in connection.execute(query, (document_id,)))


def read_places(connection: sqlite3.Connection) -> dict[int, tuple[str, ...]]:
    """Return where each document was read, by its number."""
    query = "SELECT document, origin FROM origins WHERE origin <> '' ORDER BY document, origin"
    places: dict[int, tuple[str, ...]] = {}
    for number, place in connection.execute(query):
        places[number] = (*places.get(number, ()), place)
    return places


def _encodable(place: str) -> str:
    """Spell out what UTF-8 cannot write, so that two paths stay two."""
    return place.encode("utf-8", "backslashreplace").decode("utf-8")
