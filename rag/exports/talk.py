"""What is exported: a conversation whose quotations are numbered through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rag.types import Answer, Citation, Document


@dataclass(frozen=True, slots=True)
class ExportedExchange:
    """A question with its answer."""

    question: str
    answer: Answer


def facts_of(answer: Answer) -> list[str]:
    """Return as sentences what the documents' files say of them, where that is the answer."""
    return [f"{fact.title}: {fact.kind} {fact.value}, as its file says." for fact in answer.facts]


@dataclass(frozen=True, slots=True)
class Note:
    """A citation with its number in the whole conversation and the document that it is of."""

    number: int
    citation: Citation
    title: str
    source: str
    page: int | None

    @property
    def place(self) -> str:
        """Say where in its document the quotation stands, in words."""
        span = self.citation.span
        page = f"page {self.page}, " if self.page else ""
        return f"{page}characters {span.start:,} to {span.end:,}"


@dataclass(frozen=True)
class Talk:
    """A conversation, oldest exchange first; ``title`` is its first question."""

    exchanges: tuple[ExportedExchange, ...]

    @property
    def title(self) -> str:
        """Return the first question, or nothing."""
        return self.exchanges[0].question if self.exchanges else ""

    @cached_property
    def notes(self) -> dict[tuple[int, int], Note]:
        """The notes by the exchange's place, from 0, and the citation's number within it."""
        return dict(self._numbered())

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents that the answers were written from, by id."""
        return {
            passage.document.id: passage.document
            for exchange in self.exchanges
            for passage in exchange.answer.passages
        }

    def _numbered(self) -> Iterator[tuple[tuple[int, int], Note]]:
        number = 0
        for place, exchange in enumerate(self.exchanges):
            for citation in exchange.answer.citations:
                number += 1
                yield (place, citation.number), self._note(number, citation)

    def _note(self, number: int, citation: Citation) -> Note:
        document = self.documents.get(citation.document_id)
        if document is None:
            return Note(number, citation, citation.document_id, "", None)
        page = document.page_at(citation.span)
        return Note(number, citation, document.title, document.source, page)
