"""The composition root: builds everything once from ``Settings`` and answers questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from rag.about import facts_asked, telling
from rag.answering import Answerer, answerer_for
from rag.answering.extractive import ExtractiveDrafter
from rag.checker import Checker
from rag.citations import Checked, SupportJudge, Verifier
from rag.closing import Closing
from rag.cross_encoder import CrossEncoder
from rag.documents import load_file
from rag.embedding import load_embedding_model
from rag.errors import ModelError
from rag.events import ClaimRejected, ClaimVerified, Done, Event, PassagesFound, Searching
from rag.evidence import SentenceReader
from rag.library import Library
from rag.reader import Reader
from rag.retrieval import HybridRetriever
from rag.settings import Settings, seed_files
from rag.suggesting import suggest
from rag.support import Support
from rag.turns import Turns
from rag.types import (
    Answer,
    DocumentFact,
    DraftClaim,
    Expected,
    Notice,
    Passage,
    ShortAnswer,
    Turn,
    Usage,
)

READERS_AT_ONCE = 2
"""Questions read at the same time: while one is in the model, another can be in Python."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as a user asked it, with what came before and the documents to search."""

    question: str
    history: tuple[Turn, ...] = ()
    document_ids: frozenset[str] | None = None

    @property
    def earlier(self) -> list[str]:
        """Return the user's questions before this one, in order."""
        return [turn.question for turn in self.history]


@dataclass(frozen=True, slots=True)
class Query:
    """An inquiry's question, standing alone."""

    inquiry: Inquiry
    text: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A query with the passages found for it, best first."""

    query: Query
    passages: tuple[Passage, ...]


class Assistant(Closing):
    """Answers questions about a library's documents; every citation is verified."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        answerer: Answerer,
        reader: SentenceReader,
        judge: SupportJudge,
    ) -> None:
        self.settings = settings
        self.library = library
        self._drafter = answerer.drafter
        self._condenser = answerer.condenser
        self._judge = judge
        self._retriever = HybridRetriever(library=library, k=settings.top_k, reader=reader)
        self._turns = Turns(READERS_AT_ONCE)
        self.chain: Runnable[Inquiry, Event] = (
            RunnableLambda(self._condense)
            | RunnableGenerator(self._retrieve)
            | RunnableGenerator(self._answer)
        )

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        """Answer a question from the library, or from the documents named.

        Raises:
            ModelError: if the chat model fails before anything is verified.
        """
        for event in self.stream(question, history, document_ids=document_ids):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("a stream ends with an answer")

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Iterator[Event]:
        """Answer a question and tell what happens meanwhile; the last event is ``Done``.

        Raises:
            ModelError: if the chat model fails before anything is verified.
        """
        chosen = None if document_ids is None else frozenset(document_ids)
        return self.chain.stream(Inquiry(question.strip(), tuple(history), chosen))

    def suggestions(self, document_id: str) -> tuple[str, ...]:
        """Return a few questions about a document that are answered from it, best first.

        The built-in answerer tries them, whichever is in use: a chat model's time is the user's.

        Raises:
            UnknownDocumentError: if the library has none with that id.
        """
        return suggest(self.library.document(document_id), self._ask_built_in)

    def close(self) -> None:
        """Give the library back to other processes."""
        self.library.close()

    def _ask_built_in(self, question: str, document_id: str) -> Answer:
        passages = self._found(question, frozenset({document_id}))
        verifier = Verifier(passages, question=question, judge=self._judge)
        for part in ExtractiveDrafter().draft(question, passages):
            if isinstance(part, DraftClaim):
                verifier.check(part)
        return verifier.answer(question, standalone_question=question)

    def _found(self, question: str, chosen: frozenset[str] | None) -> tuple[Passage, ...]:
        with self._turns.turn():  # the reader uses all processors
            return self._retriever.retrieve(question, document_ids=chosen)

    def _condense(self, inquiry: Inquiry) -> Query:
        return Query(inquiry, self._condenser.condense(inquiry.question, inquiry.history))

    def _retrieve(self, queries: Iterator[Query]) -> Iterator[Event | Retrieved]:
        for query in queries:
            yield Searching(query.text)
            chosen = query.inquiry.document_ids
            passages = self._found(query.text, chosen)
            yield PassagesFound(passages)
            yield Retrieved(query, passages)

    def _answer(self, steps: Iterator[Event | Retrieved]) -> Iterator[Event]:
        for step in steps:
            if not isinstance(step, Retrieved):
                yield step
            elif facts := _facts(step):
                yield Done(
                    Verifier(step.passages).answer(
                        step.query.inquiry.question,
                        standalone_question=step.query.text,
                        facts=facts,
                    )
                )
            else:
                yield from self._verified(step)

    def _verified(self, retrieved: Retrieved) -> Iterator[Event]:
        """Check each part of the draft as it comes; a failure midway keeps what was verified."""
        verifier = Verifier(retrieved.passages, question=retrieved.query.text, judge=self._judge)
        short_answer, usage, notice = "", Usage(), ""
        try:
            for part in self._drafter.draft(retrieved.query.text, _quotable(retrieved)):
                if isinstance(part, ShortAnswer):
                    short_answer = part.text
                elif isinstance(part, Usage):
                    usage += part
                elif isinstance(part, Notice):
                    notice = part.text
                elif isinstance(part, Expected):
                    verifier.expect(part.claim)
                else:
                    yield from _told(verifier.check(part))
        except ModelError as error:
            if not verifier.has_verified:
                raise
            notice = str(error)
        answer = verifier.answer(
            retrieved.query.inquiry.question,
            standalone_question=retrieved.query.text,
            short_answer=short_answer,
            usage=usage,
            notice=notice,
        )
        yield Done(answer)


def _facts(retrieved: Retrieved) -> tuple[DocumentFact, ...]:
    """Return what the user's own words ask of the documents themselves."""
    inquiry = retrieved.query.inquiry
    return facts_asked(inquiry.question, retrieved.passages, earlier=inquiry.earlier)


def _quotable(retrieved: Retrieved) -> tuple[Passage, ...]:
    """Return the passages with the sentences that may answer."""
    inquiry = retrieved.query.inquiry
    return telling(inquiry.question, retrieved.passages, earlier=inquiry.earlier)


def _told(checked: Checked) -> Iterator[Event]:
    if checked.claim:
        yield ClaimVerified(checked.claim)
    if checked.rejections:
        yield ClaimRejected(checked.rejections)


def open_assistant(settings: Settings, *, seeds: bool = True) -> Assistant:
    """Open the library of ``settings.home`` and everything that answers from it.

    A new library starts with the articles of ``seeds/`` unless ``seeds`` is false.

    Raises:
        PinciteError: if the library is locked or was made otherwise, or a setting is wrong.
    """
    model = load_embedding_model(settings.embedding)
    answerer = answerer_for(settings)
    with ExitStack() as opened:
        library = opened.enter_context(
            Library.open(
                settings.home,
                model,
                chunk_tokens=settings.chunk_tokens,
                chunk_overlap=settings.chunk_overlap,
                chroma_url=settings.chroma_url,
            )
        )
        if seeds:
            library.add_seeds(load_file(f, limits=settings.limits) for f in seed_files())
        opened.pop_all()  # from here on the assistant closes it
    encoder = CrossEncoder()
    return Assistant(settings, library, answerer, Reader(encoder), Support(Checker(encoder)))
