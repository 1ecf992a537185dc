"""Addresses of places: a link opens the page with its words lit up in the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from rag.errors import UnknownDocumentError
from rag.types import Document, Span
from rag.ui import strings
from rag.ui.session import Shelf

DOCUMENT, START, END = "document", "start", "end"
LONGEST = 20_000  # code points that a link may light up
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Link:
    """What an address points to: a document and a place in it, as far as it names them.

    ``notice`` is a sentence on why it points nowhere, and empty if it does not need one.
    """

    document: Document | None = None
    span: Span | None = None
    notice: str = ""


NO_LINK = Link()


def link_to(document_id: str, span: Span) -> str:
    """Return the query of an address that opens ``span``, in code points of the document."""
    return "?" + urlencode({DOCUMENT: document_id, START: span.start, END: span.end})


def followed(query: Mapping[str, str], library: Shelf) -> Link:
    """Return what the query of an address points to; never raises on what it says."""
    if DOCUMENT not in query:
        return NO_LINK
    try:
        document = library.document(query[DOCUMENT])
    except UnknownDocumentError:
        return Link(notice=strings.LINK_UNKNOWN)
    if START not in query and END not in query:
        return Link(document)
    start, end = _offset(query.get(START, "")), _offset(query.get(END, ""))
    if start is None or end is None or not start < end <= len(document.text):
        return Link(document, notice=strings.link_outside(len(document.text)))
    if end - start > LONGEST:
        return Link(document, notice=strings.link_too_long(LONGEST))
    return Link(document, Span(start, end))


def _offset(digits: str) -> int | None:
    """Return the number that an address gives, if it is a plain one."""
    plain = digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    return int(digits) if plain else None
