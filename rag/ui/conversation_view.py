"""Turns a conversation into plain data for the browser: every sentence ready to be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypedDict

from rag.types import Answer, Document
from rag.ui import strings
from rag.ui.conversation import Answered, Exchange, Failed, Waiting
from rag.ui.exchange_view import ExchangeView, exchange_view
from rag.ui.links import NO_LINK, Link
from rag.ui.place_view import (
    LINKED,
    PlaceView,
    citation_mark,
    documents_of,
    linked_place,
    near_mark,
    read_mark,
)
from rag.ui.source_view import Mark, SourceView, source_view


class ConversationView(TypedDict):
    """All that the component draws; ``linked`` is the place that the address points to, if any."""

    strings: dict[str, str]
    suggestions: list[str]
    exchanges: list[ExchangeView]
    documents: dict[str, SourceView]
    first_document: str
    linked: list[PlaceView]
    link_notice: str


def conversation_view(
    exchanges: Sequence[Exchange],
    shown_first: Sequence[Document],
    suggestions: Sequence[str],
    *,
    review: bool = False,
    link: Link = NO_LINK,
) -> ConversationView:
    """Describe a conversation; of ``shown_first``, the first is drawn until one is cited.

    With ``review``, sentences that were not verified stand among the others, struck through. The
    document that ``link`` points to goes before ``shown_first``.
    """
    first = [link.document] if link.document else list(shown_first)
    return ConversationView(
        strings=strings.CONVERSATION,
        suggestions=list(suggestions),
        exchanges=[
            exchange_view(exchange, number, len(exchanges), review=review)
            for number, exchange in enumerate(exchanges, start=1)
        ],
        documents=_document_views(exchanges, first, link),
        first_document=first[0].id if first else "",
        linked=[linked_place(link.document, link.span)] if link.document and link.span else [],
        link_notice=link.notice,
    )


def _document_views(
    exchanges: Sequence[Exchange], shown_first: Sequence[Document], link: Link
) -> dict[str, SourceView]:
    """Describe each document that is shown, cited or read once, with the marks of all answers.

    One that is neither shown first nor cited is drawn around the passages that were read.
    """
    whole = {document.id for document in shown_first}
    documents = {document.id: document for document in shown_first}
    marks: defaultdict[str, list[Mark]] = defaultdict(list)
    if link.document and link.span:
        marks[link.document.id].append(Mark(LINKED, link.span))
    for name, answer in _answers(exchanges):
        documents |= documents_of(answer.passages)
        whole |= {citation.document_id for citation in answer.citations}
        for document_id, mark in _marks(name, answer):
            marks[document_id].append(mark)
    return {
        id_: source_view(document, marks[id_], whole=id_ in whole)
        for id_, document in documents.items()
    }


def _answers(exchanges: Sequence[Exchange]) -> list[tuple[str, Answer]]:
    """Return the answers, each as far as it is written, with the names of their exchanges."""
    return [
        (str(number), exchange.answer if isinstance(exchange, Answered) else _so_far(exchange))
        for number, exchange in enumerate(exchanges, start=1)
        if not isinstance(exchange, Failed)
    ]


def _so_far(waiting: Waiting) -> Answer:
    return waiting.progress.as_answer(waiting.question, notice="")


def _marks(name: str, answer: Answer) -> list[tuple[str, Mark]]:
    cited = [(c.document_id, Mark(citation_mark(name, c), c.span)) for c in answer.citations]
    near = [(p.document.id, Mark(near_mark(name, p), p.span)) for p in answer.nearest]
    read = [(p.document.id, Mark(read_mark(name, p), p.span)) for p in answer.passages]
    return [*(cited or near), *read]
