"""What the page begins with: the documents to show before any is cited, and questions to ask."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from rag.errors import UnknownDocumentError
from rag.library import DocumentRecord
from rag.types import Document
from rag.ui import choosing, conversation
from rag.ui.reading import reading
from rag.ui.session import Asker, Shelf
from rag.ui.suggestions import Suggested, suggestions


@dataclass(frozen=True, slots=True)
class Beginning:
    """Looked up once a run of the page, and not again while an answer is awaited.

    ``documents`` are the one to show first and the one that is read, ``asked`` the ids that the
    suggestions are for.
    """

    documents: tuple[Document, ...]
    asked: tuple[str, ...]
    suggested: Suggested

    def is_complete_now(self, asker: Asker) -> bool:
        """Say whether all suggestions are known that were still looked for."""
        return self.suggested.pending and not suggestions(asker, self.asked).pending


def beginning(asker: Asker, records: Sequence[DocumentRecord]) -> Beginning:
    """Look up what the page begins with; suggestions only where nothing was asked yet."""
    asked = choosing.asked(records)
    ids = () if conversation.exchanges() else tuple(record.id for record in asked)
    first = _first([*asked, *records], asker.library)
    return Beginning(
        documents=(*first, *_found(reading()["document"], asker.library)),
        asked=ids,
        suggested=suggestions(asker, ids),
    )


def _first(records: Sequence[DocumentRecord], library: Shelf) -> tuple[Document, ...]:
    for record in records:
        if found := _found(record.id, library):
            return found
    return ()


def _found(document_id: str, library: Shelf) -> tuple[Document, ...]:
    with suppress(UnknownDocumentError):  # another session may have removed it just now
        return (library.document(document_id),) if document_id else ()
    return ()
