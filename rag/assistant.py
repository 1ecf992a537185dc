"""The composition root: builds everything once from ``Settings`` and answers questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from langchain_core.runnables import Runnable, RunnableLambda

from rag.answering import drafter_for
from rag.citations import verify
from rag.closing import Closing
from rag.documents import load_file
from rag.embedding import load_embedding_model
from rag.evidence import SentenceReader
from rag.library import Library
from rag.questions import condense
from rag.reader import Reader
from rag.retrieval import HybridRetriever
from rag.settings import Settings, seed_files
from rag.types import Answer, Draft, Passage, Turn


class Drafter(Protocol):
    """Writes a draft from passages; what it quotes is verified afterwards, never believed."""

    def draft(self, question: str, passages: Sequence[Passage]) -> Draft:
        """Propose sentences with quotes, or no sentences to refuse."""
        ...


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as a user asked it, with what came before and the documents to search."""

    question: str
    history: tuple[Turn, ...] = ()
    document_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question that stands alone."""

    inquiry: Inquiry
    text: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A query with the passages found for it, best first."""

    query: Query
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A query, its passages, and an answer that nobody has checked yet."""

    retrieved: Retrieved
    draft: Draft


class Assistant(Closing):
    """Answers questions about a library's documents; every citation is verified."""

    def __init__(
        self, settings: Settings, library: Library, drafter: Drafter, reader: SentenceReader
    ) -> None:
        self.settings = settings
        self.library = library
        self._drafter = drafter
        self._retriever = HybridRetriever(library=library, k=settings.top_k, reader=reader)
        self.chain: Runnable[Inquiry, Answer] = (
            RunnableLambda(_condense)
            | RunnableLambda(self._retrieve)
            | RunnableLambda(self._draft)
            | RunnableLambda(_verify)
        )

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        """Answer a question from the library, or from the documents named."""
        chosen = None if document_ids is None else frozenset(document_ids)
        return self.chain.invoke(Inquiry(question.strip(), tuple(history), chosen))

    def close(self) -> None:
        """Give the library back to other processes."""
        self.library.close()

    def _retrieve(self, query: Query) -> Retrieved:
        chosen = query.inquiry.document_ids
        return Retrieved(query, self._retriever.retrieve(query.text, document_ids=chosen))

    def _draft(self, retrieved: Retrieved) -> Drafted:
        return Drafted(retrieved, self._drafter.draft(retrieved.query.text, retrieved.passages))


def _condense(inquiry: Inquiry) -> Query:
    return Query(inquiry, condense(inquiry.question, [turn.question for turn in inquiry.history]))


def _verify(drafted: Drafted) -> Answer:
    query = drafted.retrieved.query
    return verify(
        query.inquiry.question,
        drafted.draft,
        drafted.retrieved.passages,
        standalone_question=query.text,
    )


def open_assistant(settings: Settings, *, seeds: bool = True) -> Assistant:
    """Open the library of ``settings.home`` and everything that answers from it.

    A new library starts with the articles of ``seeds/`` unless ``seeds`` is false.

    Raises:
        PinciteError: if the library is locked or was made otherwise, or a setting is wrong.
    """
    model = load_embedding_model(settings.embedding)
    drafter = drafter_for(settings.model)
    reader = Reader()
    with ExitStack() as opened:
        library = opened.enter_context(
            Library.open(
                settings.home,
                model,
                chunk_tokens=settings.chunk_tokens,
                chunk_overlap=settings.chunk_overlap,
            )
        )
        if seeds:
            library.add_seeds(load_file(f, max_bytes=settings.max_bytes) for f in seed_files())
        opened.pop_all()  # from here on the assistant closes it
    return Assistant(settings, library, drafter, reader)
