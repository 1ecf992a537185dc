"""Recognises documents that are nearly the same, by a small sketch of each.

A sketch is the lowest hashes of a text's runs of words ("shingles"); of two sketches, those of the
lowest hashes of both that both have estimate which share of the runs the texts have in common:
Broder 1997, "On the resemblance and containment of documents".
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Set
from dataclasses import dataclass
from heapq import nsmallest
from zlib import crc32

RUN = 4
"""Words in a shingle."""

SIZE = 128
"""Hashes in a sketch; the standard error of an estimated share of 0.5 is 0.04."""

LEAST = 0.5
"""From this share of common runs on, two documents are called nearly the same."""

_WORD = re.compile(r"\w+")
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """A document that another nearly repeats; ``share`` of their runs of words, 0 to 1."""

    document_id: str
    title: str
    share: float


def sketch(text: str) -> frozenset[int]:
    """Return at most ``SIZE`` hashes, 32 bits each; none of a text of fewer than ``RUN`` words."""
    words = [word.casefold().encode("utf-8", "replace") for word in _WORD.findall(text)]
    runs = zip(*(words[first:] for first in range(RUN)), strict=False)
    return frozenset(nsmallest(SIZE, {crc32(b" ".join(run)) for run in runs}))


def resemblance(one: Set[int], other: Set[int]) -> float:
    """Estimate the share of runs that two texts have in common from their sketches, 0 to 1."""
    lowest = nsmallest(SIZE, one | other)
    return sum(value in one and value in other for value in lowest) / max(1, len(lowest))


def insert_sketch(connection: sqlite3.Connection, number: int, text: str) -> None:
    """Keep the sketch of the document of that number."""
    rows = ((value, number) for value in sorted(sketch(text)))
    connection.executemany("INSERT INTO sketches VALUES (?, ?)", rows)


def find_alike(connection: sqlite3.Connection, document_id: str) -> tuple[Likeness, ...]:
    """Return the documents, added before, that this one is nearly the same as; the likest first."""
    own = _read(connection, document_id)
    candidates = connection.execute(
        "SELECT documents.id, title FROM sketches JOIN documents ON number = document"
        " WHERE hash IN (SELECT value FROM json_each(?))"
        " AND number < (SELECT number FROM documents WHERE id = ?)"
        " GROUP BY number ORDER BY count(*) DESC, number LIMIT ?",
        (json.dumps(sorted(own)), document_id, _MOST_SHOWN),
    ).fetchall()
    found = [
        Likeness(id_, title, resemblance(own, _read(connection, id_))) for id_, title in candidates
    ]
    return tuple(sorted((f for f in found if f.share >= LEAST), key=lambda f: -f.share))


def _read(connection: sqlite3.Connection, document_id: str) -> frozenset[int]:
    query = "SELECT hash FROM sketches JOIN documents ON number = document WHERE id = ?"
    return frozenset(value for (value,) in connection.execute(query, (document_id,)))
