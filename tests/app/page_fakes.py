"""A scripted assistant for the page, with a library in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.arrivals import Removed
from rag.documents import load_file
from rag.errors import UnknownDocumentError
from rag.events import ClaimVerified, Done, Event, PassagesFound, Searching
from rag.library import AddOutcome, DocumentRecord
from rag.likeness import Likeness
from rag.limits import Limits
from rag.settings import Settings
from rag.types import (
    Answer,
    Citation,
    Claim,
    Document,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Scores,
    Span,
    Status,
    Turn,
    Verdict,
)

ARTICLE_FILE = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
COMMITMENT = "Japan was able to draw a commitment from the Biden administration"
ASEAN = "affirmed their strong support for ASEAN’s unity and centrality"
MARCH = "Leaders’ Video Conference held on March 12"


def article() -> Document:
    return load_file(ARTICLE_FILE, limits=Limits(max_bytes=1_000_000))


@dataclass
class FakeLibrary:
    """A library that forgets everything at the end."""

    shelf: dict[str, Document] = field(default_factory=dict)

    def documents(self) -> list[DocumentRecord]:
        return [
            DocumentRecord(d.id, d.title, d.source, d.media_type, len(d.text), 1, "2026-01-01")
            for d in self.shelf.values()
        ]

    def document(self, document_id: str) -> Document:
        if document_id not in self.shelf:
            raise UnknownDocumentError("No document has that id.")
        return self.shelf[document_id]

    def add(
        self, document: Document, *, progress: Callable[[int, int], None] | None = None
    ) -> AddOutcome:
        if progress:
            progress(1, 1)
        if document.id in self.shelf:
            return AddOutcome.UNCHANGED
        self.shelf[document.id] = document
        return AddOutcome.ADDED

    def alike(self, document_id: str) -> tuple[Likeness, ...]:
        text = self.shelf[document_id].text
        return tuple(
            Likeness(d.id, d.title, 0.9)
            for d in self.shelf.values()
            if d.id != document_id and text.startswith(d.text)
        )

    def remove(self, document_id: str) -> Removed:
        document = self.document(document_id)
        del self.shelf[document_id]
        return Removed(document, ())

    def put_back(self, removed: Removed) -> None:
        self.add(removed.document)


Reply = Answer | Exception


@dataclass
class FakeAsker:
    """Gives the reply that belongs to a question, else a refusal; remembers what it was asked."""

    library: FakeLibrary = field(default_factory=FakeLibrary)
    replies: Mapping[str, Reply] = field(default_factory=dict)
    settings: Settings = field(default_factory=lambda: Settings(home=Path("a-folder")))
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    chosen: list[frozenset[str] | None] = field(default_factory=list)
    suggested: tuple[str, ...] = ("Who?", "When?", "Why?", "How many?", "Where?")

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        self.asked.append((question, tuple(history)))
        self.chosen.append(None if document_ids is None else frozenset(document_ids))
        reply = self.replies.get(question, refusal(question, *self.library.shelf.values()))
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Iterator[Event]:
        yield Searching(question)
        reply = self.ask(question, history, document_ids=document_ids)
        yield PassagesFound(reply.passages)
        yield from map(ClaimVerified, reply.claims)
        self.before_the_end(question)
        yield Done(reply)

    def suggestions(self, document_id: str) -> tuple[str, ...]:
        return self.suggested

    def before_the_end(self, question: str) -> None:
        """Do what a test wants done while all but the end of an answer is known."""


def asker(*documents: Document, **replies: Reply) -> FakeAsker:
    """Make an assistant with documents; ``replies`` are named by question."""
    return FakeAsker(FakeLibrary({d.id: d for d in documents}), replies)


def citation(
    document: Document, quote: str, number: int = 1, verdict: Verdict = Verdict.EXACT
) -> Citation:
    start = document.text.index(quote)
    span = Span(start, start + len(quote))
    return Citation(number, document.id, span, quote, verdict)


def passage(document: Document, number: int = 1, size: int = 300) -> Passage:
    blocks = [block.span for block in document.blocks]
    span = blocks[-number % len(blocks)]
    return Passage(number, document, Span(span.start, min(span.end, span.start + size)), _SCORES)


def answer(
    document: Document,
    *claims: tuple[str, Citation],
    status: Status = Status.ANSWERED,
    rejections: tuple[Rejection, ...] = (),
) -> Answer:
    return Answer(
        question="Q?",
        standalone_question="Q?",
        status=status,
        claims=tuple(Claim(text, (cited,)) for text, cited in claims),
        rejections=rejections,
        passages=(passage(document),),
    )


def rejection(words: str) -> Rejection:
    return Rejection("A claim.", ProposedQuote(1, words), RejectionReason.NOT_FOUND)


def refusal(question: str, *documents: Document) -> Answer:
    passages = tuple(passage(d, n) for d in documents for n in range(1, 4))[:3]
    return Answer(question, question, Status.NOT_IN_SOURCES, (), (), passages)


def verdicts(document: Document) -> Answer:
    """Answer with one citation of each verdict, and one quotation left out."""
    return answer(
        document,
        ("The new administration committed itself.", citation(document, COMMITMENT, 1)),
        ("Both countries back ASEAN.", citation(document, ASEAN, 2, Verdict.FOLDED)),
        ("The leaders had met on March 12.", citation(document, MARCH, 3, Verdict.MOVED)),
        status=Status.PARTIAL,
        rejections=(rejection("Japan bought aeroplanes from the United States"),),
    )


_SCORES = Scores(dense=0.5, lexical=3.0, fused=0.6)
