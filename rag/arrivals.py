"""What comes into a library: a document cut into chunks, with the place that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.types import Chunk, Document


class AddOutcome(StrEnum):
    """What adding a document did."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document was read: an absolute path or an address, and the SHA-256 of the bytes.

    Both are empty for what was handed over without a place, such as a file dropped into the page.
    """

    place: str = ""
    digest: str = ""


NOWHERE = Origin()
"""The origin of what was handed over without one."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document on its way into a library; ``chunks`` may be missing if the library has it."""

    document: Document
    chunks: Sequence[Chunk]
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Removed:
    """A document that was taken out of a library, with the places that it was read from."""

    document: Document
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What adding did to each arrival, and the ids of the documents that left."""

    each: tuple[AddOutcome, ...]
    left: tuple[str, ...]
