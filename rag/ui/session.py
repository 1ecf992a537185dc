"""What all sessions share: one assistant for the process, opened once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

import streamlit as st

from rag.arrivals import Removed
from rag.conversations import FILE_NAME, Conversations
from rag.events import Event
from rag.library import AddOutcome, DocumentRecord
from rag.likeness import Likeness
from rag.settings import Settings, load_settings
from rag.types import Document, Turn
from rag.ui import strings


class Shelf(Protocol):
    """The library, as far as the page uses it."""

    def documents(self) -> list[DocumentRecord]:
        """List the documents in the order added."""
        ...

    def document(self, document_id: str) -> Document:
        """Return one document with its text."""
        ...

    def add(
        self, document: Document, *, progress: Callable[[int, int], None] | None = None
    ) -> AddOutcome:
        """Put a document into the library."""
        ...

    def alike(self, document_id: str) -> tuple[Likeness, ...]:
        """Return the documents, added before, that this one is nearly the same as."""
        ...

    def remove(self, document_id: str) -> Removed:
        """Take a document out of the library, to be put back if that was a mistake."""
        ...

    def put_back(self, removed: Removed) -> None:
        """Put a document back that was taken out."""
        ...


class Asker(Protocol):
    """The assistant, as far as the page uses it."""

    @property
    def library(self) -> Shelf:
        """The documents that are asked."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        ...

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Iterator[Event]:
        """Answer from the documents, with verified citations only; ``Done`` comes last."""
        ...

    def suggestions(self, document_id: str) -> tuple[str, ...]:
        """Return questions about a document that are answered from it; takes seconds."""
        ...


def open_asker() -> Asker:
    """Open the real assistant; the models are imported only now, while the page says so."""
    from rag.assistant import open_assistant

    opened = open_assistant(load_settings())
    _spare_the_collector()
    return opened


def _spare_the_collector() -> None:
    """Let the garbage collector no longer look at what is loaded by now: it stays until the end.

    Streamlit calls the collector after each run of the page or of a part of it, and with all that
    langchain and Chroma bring along that takes 90 ms, before the next run can begin.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=strings.OPENING)
def assistant() -> Asker:
    """Return the assistant of this process; a failure is raised again and not remembered."""
    return open_asker()


def open_conversations() -> Conversations:
    """Open the file of conversations in the folder of the library."""
    return Conversations(assistant().settings.home / FILE_NAME)


@st.cache_resource(show_spinner=False)
def conversations() -> Conversations:
    """Return the conversations of this process; a failure is raised again and not remembered."""
    return open_conversations()
