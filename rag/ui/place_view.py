"""Describes places in sources for the browser: a citation's, a passage's, a link's."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TypedDict

from rag.types import Citation, Document, Passage, Span
from rag.ui import strings
from rag.ui.links import link_to
from rag.ui.source_view import TITLE_LENGTH

NEAREST = "nearest"
READ = "read"
LINKED = "linked"
LABEL_LENGTH = 200  # characters of a quotation for a screen reader
QUOTE_LENGTH = 600  # characters of a quotation in the card beside its number


class PlaceView(TypedDict):
    """A place in a source that can be shown: a citation's, a passage's, or a link's."""

    mark: str
    document: str
    title: str
    page: str
    number: str
    label: str
    quote: str
    verdict: str
    verdict_name: str
    explanation: str
    link: str


def documents_of(passages: Iterable[Passage]) -> dict[str, Document]:
    """Return the documents that passages stand in, by id."""
    return {passage.document.id: passage.document for passage in passages}


def cited_place(name: str, citation: Citation, document: Document | None) -> PlaceView:
    """Describe where a citation of the exchange ``name`` stands."""
    page = _page(document, citation.span)
    verdict = strings.VERDICT_NAMES[citation.verdict]
    quote = shortened(citation.quote, LABEL_LENGTH)
    return PlaceView(
        mark=citation_mark(name, citation),
        document=citation.document_id,
        title=shortened(document.title, TITLE_LENGTH) if document else "",
        page=page,
        number=str(citation.number),
        label=strings.citation(citation.number, verdict, page, quote),
        quote=shortened(citation.quote, QUOTE_LENGTH),
        verdict=citation.verdict.value,
        verdict_name=verdict,
        explanation=strings.VERDICT_EXPLANATIONS[citation.verdict],
        link=link_to(citation.document_id, citation.span),
    )


def near_place(name: str, passage: Passage) -> PlaceView:
    """Describe where a passage of a refusal stands."""
    words = (NEAREST, strings.NEAREST, strings.NEAREST_EXPLANATION)
    return _passage_place(near_mark(name, passage), passage, *words)


def read_place(name: str, passage: Passage) -> PlaceView:
    """Describe where a passage that the answerer was given stands."""
    words = (READ, strings.READ, strings.READ_EXPLANATION)
    return _passage_place(read_mark(name, passage), passage, *words)


def linked_place(document: Document, span: Span) -> PlaceView:
    """Describe the place that an address points to."""
    quote = shortened(span.of(document.text), QUOTE_LENGTH)
    return PlaceView(
        mark=LINKED,
        document=document.id,
        title=shortened(document.title, TITLE_LENGTH),
        page=_page(document, span),
        number="",
        label=strings.linked(shortened(quote, LABEL_LENGTH)),
        quote=quote,
        verdict=LINKED,
        verdict_name=strings.LINKED,
        explanation=strings.LINKED_EXPLANATION,
        link=link_to(document.id, span),
    )


def citation_mark(name: str, citation: Citation) -> str:
    """Name the mark of a citation."""
    return f"{name}-{citation.number}"


def near_mark(name: str, passage: Passage) -> str:
    """Name the mark of a passage that a refusal shows."""
    return f"{name}-near-{passage.number}"


def read_mark(name: str, passage: Passage) -> str:
    """Name the mark of a passage that the answerer was given."""
    return f"{name}-read-{passage.number}"


def shortened(words: str, most: int) -> str:
    """Cut words down to ``most`` characters, at a space where there is one."""
    cut = words[: 4 * most]  # a million characters need not be taken apart
    short = textwrap.shorten(cut, most, placeholder=" …")
    return short if short not in ("", "…", " …") else f"{words[:most]} …"


def clipped(words: str, most: int) -> str:
    """Return words as they are, up to ``most`` characters."""
    return words if len(words) <= most else f"{words[:most]} …"


def _passage_place(
    mark: str, passage: Passage, verdict: str, verdict_name: str, explanation: str
) -> PlaceView:
    title = shortened(passage.document.title, TITLE_LENGTH)
    return PlaceView(
        mark=mark,
        document=passage.document.id,
        title=title,
        page=_page(passage.document, passage.span),
        number="",
        label=strings.show_passage(title),
        quote=shortened(passage.text, QUOTE_LENGTH),
        verdict=verdict,
        verdict_name=verdict_name,
        explanation=explanation,
        link=link_to(passage.document.id, passage.span),
    )


def _page(document: Document | None, span: Span) -> str:
    page = document.page_at(span) if document else None
    return strings.page(page) if page else ""
