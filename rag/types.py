"""The nouns of Pincite: frozen values that every layer shares."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points of a ``Document.text``.

    Raises:
        ValueError: if not ``0 <= start <= end``.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}:{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the words of ``text`` that the span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Say whether ``other`` lies wholly within this span."""
        return self.start <= other.start and other.end <= self.end

    def overlap(self, other: Span) -> int:
        """Count the code points that both spans cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def distance(self, other: Span) -> int:
        """Count the code points between the spans; 0 where they touch or overlap."""
        return max(0, other.start - self.end, self.start - other.end)


class BlockKind(StrEnum):
    """What a block of a document is, so that citations prefer body text."""

    TITLE = "title"
    CHROME = "chrome"
    STANDFIRST = "standfirst"
    HEADING = "heading"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Block:
    """A labelled run of a document's text, such as one paragraph."""

    span: Span
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was read once and is never edited afterwards.

    ``id`` is a hash of the text alone, so the same words are the same document.
    ``blocks`` are in order, do not overlap, and cover all but white space.
    ``pages`` has one span a page for paged formats and is empty for others. ``author`` and
    ``published`` (an ISO 8601 date) are what the file itself says, or empty. ``hyphens`` are the
    offsets of hyphens that only the end of a printed line put into a word.
    """

    id: str
    title: str
    text: str
    source: str
    media_type: str
    blocks: tuple[Block, ...]
    pages: tuple[Span, ...] = ()
    author: str = ""
    published: str = ""
    hyphens: tuple[int, ...] = ()

    def page_at(self, span: Span) -> int | None:
        """Return the number, from 1, of the page where ``span`` starts; none without pages."""
        return bisect_right(self.pages, span.start, key=lambda page: page.start) or None

    def kind_at(self, span: Span) -> BlockKind:
        """Return the kind of the block that holds the start of ``span`` (body if none does)."""
        at = bisect_right(self.blocks, span.start, key=lambda block: block.span.start) - 1
        inside = at >= 0 and span.start < self.blocks[at].span.end
        return self.blocks[at].kind if inside else BlockKind.BODY


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable run of whole sentences, within blocks of one kind."""

    document_id: str
    span: Span
    token_count: int
    kind: BlockKind

    @property
    def id(self) -> str:
        """Name the chunk uniquely within a library."""
        return f"{self.document_id}:{self.span.start}-{self.span.end}"


@dataclass(frozen=True, slots=True)
class Scores:
    """How a passage was found: cosine similarity, BM25 (higher is better), and their fusion."""

    dense: float
    lexical: float
    fused: float


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence with the probability (0 to 1) that it answers a question.

    ``words`` are those of it that do, as a place in the document; none where no few words are the
    answer.
    """

    span: Span
    words: Span | None
    probability: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was retrieved for a question, numbered from 1.

    ``sentences`` are those of its body text in order, judged by the reader, and ``answers`` is how
    likely (0 to 1) it answers at all, in view of the others; none and 0 where no reader was asked.
    """

    number: int
    document: Document
    span: Span
    scores: Scores
    sentences: tuple[JudgedSentence, ...] = ()
    answers: float = 0.0

    @property
    def text(self) -> str:
        """Return the passage's words."""
        return self.span.of(self.document.text)

    @property
    def probability(self) -> float:
        """Return how likely its best sentence is to answer; 0 where none was judged."""
        return max((sentence.probability for sentence in self.sentences), default=0.0)


@dataclass(frozen=True, slots=True)
class ProposedQuote:
    """Words that an answerer says it copied from a passage; not yet believed."""

    passage_number: int
    text: str


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """One sentence of a draft with the quotes that it proposes.

    ``probability`` is how likely it answers (0 to 1), where the answerer knows.
    """

    text: str
    quotes: tuple[ProposedQuote, ...]
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """A claim that is still being written, with what there is of its quotes.

    It tells what may have to be checked soon, and is never an answer.
    """

    claim: DraftClaim


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The answer in a few words, as an answerer proposes it; shown only if it is quoted too."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost: the tokens that a chat model read and wrote."""

    read: int = 0
    written: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.read + other.read, self.written + other.written)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user on why a draft may be cut short."""

    text: str


DraftPart = DraftClaim | Expected | ShortAnswer | Usage | Notice
"""What an answerer writes, part by part. A draft without claims is a refusal."""


class Verdict(StrEnum):
    """How a citation was found in its source."""

    EXACT = "exact"
    FOLDED = "folded"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Citation:
    """A real quotation: ``document.text[span.start:span.end] == quote``, always.

    ``number`` counts from 1 in order of appearance in an answer; the same place keeps its number.
    """

    number: int
    document_id: str
    span: Span
    quote: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the citations that it rests on (at least one).

    ``probability`` is how likely it answers (0 to 1), where the answerer knows.
    """

    text: str
    citations: tuple[Citation, ...]
    probability: float | None = None


class RejectionReason(StrEnum):
    """Why a proposed quote, or its sentence, is not shown."""

    NOT_FOUND = "not found in the sources"
    TOO_SHORT = "too short to be a quotation"
    PARTIAL_WORD = "cuts a word"
    OUT_OF_ORDER = "its parts do not follow each other in one document"
    NO_QUOTE = "has no quotation"
    UNSUPPORTED = "is not supported by its quotation"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A proposed quote that was not verified, with its reason.

    ``kept`` says whether the claim was kept for the sake of another quote of it; ``place`` is how
    many claims of the answer come before it.
    """

    claim: str
    quote: ProposedQuote
    reason: RejectionReason
    kept: bool = False
    place: int = 0

    @property
    def words(self) -> str:
        """Return what is not borne out: the quote, or the sentence where that is at fault."""
        is_real = self.reason is RejectionReason.UNSUPPORTED
        return self.claim if is_real or not self.quote.text else self.quote.text


class Status(StrEnum):
    """Whether the sources answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_IN_SOURCES = "not_in_sources"


class FactKind(StrEnum):
    """What a file says of its document besides its text."""

    PUBLISHED = "published"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """What a document's file says of it, word for word; not a quotation of its text."""

    document_id: str
    title: str
    kind: FactKind
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer: the only thing that may be drawn.

    ``short_answer`` stands in one of the citations, word for word, or is empty.
    ``standalone_question`` is the question that was searched for, with a follow-up's context
    filled in. ``partial`` means that some proposed quotes were rejected. ``passages`` are all
    that the answerer was given, best first. ``notice`` says in a sentence why an answer may be cut
    short, and is empty for one that is complete. ``facts`` answer a question about the documents
    themselves, in the place of claims.
    """

    question: str
    standalone_question: str
    status: Status
    claims: tuple[Claim, ...]
    rejections: tuple[Rejection, ...]
    passages: tuple[Passage, ...]
    short_answer: str = ""
    usage: Usage = Usage()
    notice: str = ""
    facts: tuple[DocumentFact, ...] = ()

    @property
    def text(self) -> str:
        """Return the answer's sentences as one string, empty for a refusal."""
        told = [f"{fact.title}: {fact.kind} {fact.value}" for fact in self.facts]
        return " ".join([*told, *(claim.text for claim in self.claims)])

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return the distinct citations in the order of their numbers."""
        distinct = {c.number: c for claim in self.claims for c in claim.citations}
        return tuple(distinct[number] for number in sorted(distinct))

    @property
    def nearest(self) -> tuple[Passage, ...]:
        """Return the three best passages, which a refusal shows instead of an answer."""
        return self.passages[:3]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str
