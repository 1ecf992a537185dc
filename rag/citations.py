"""Turns a draft into a verified answer; the only maker of citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.quotes import Location, locate
from rag.readings import is_verbatim
from rag.types import (
    Answer,
    Citation,
    Claim,
    DocumentFact,
    DraftClaim,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Span,
    Status,
    Usage,
    Verdict,
)

NO_USAGE = Usage()
_NO_QUOTE = ProposedQuote(passage_number=0, text="")


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one proposed claim: kept with its citations, or not, and what was rejected."""

    claim: Claim | None
    rejections: tuple[Rejection, ...]


class Verifier:
    """Checks a draft claim by claim, as it is written; never raises on what a draft says.

    The words of a quote must stand in the passage that it names, in another passage shown, or
    elsewhere in their documents. Every quote that does not is returned as a rejection.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = tuple(passages)
        self._numbers = _Numbers()
        self._claims: list[Claim] = []
        self._rejections: list[Rejection] = []

    @property
    def has_verified(self) -> bool:
        """Say whether any claim was kept so far."""
        return bool(self._claims)

    def check(self, proposed: DraftClaim) -> Checked:
        """Keep a claim with at least one quote that stands in the sources."""
        citations, refused = _check(proposed, self._passages, self._numbers)
        claim = Claim(proposed.text, citations, proposed.probability) if citations else None
        place = len(self._claims)
        rejections = tuple(replace(r, kept=claim is not None, place=place) for r in refused)
        self._rejections += rejections
        if claim:
            self._claims.append(claim)
        return Checked(claim, rejections)

    def answer(
        self,
        question: str,
        *,
        standalone_question: str,
        short_answer: str = "",
        usage: Usage = NO_USAGE,
        notice: str = "",
        facts: tuple[DocumentFact, ...] = (),
    ) -> Answer:
        """Return the answer of what was kept.

        A short answer that stands in none of the citations is dropped.
        """
        return Answer(
            question=question,
            standalone_question=standalone_question,
            status=_status(self._claims or facts, cut_short=bool(self._rejections or notice)),
            claims=tuple(self._claims),
            rejections=tuple(self._rejections),
            passages=self._passages,
            short_answer=short_answer if _stands_in(short_answer, self._claims) else "",
            usage=usage,
            notice=notice,
            facts=facts,
        )


class _Numbers:
    """Numbers places from 1 in order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, Span], int] = {}

    def of(self, document_id: str, span: Span) -> int:
        return self._numbers.setdefault((document_id, span), len(self._numbers) + 1)


def _check(
    claim: DraftClaim, passages: Sequence[Passage], numbers: _Numbers
) -> tuple[tuple[Citation, ...], list[Rejection]]:
    """Return a claim's distinct citations and what was rejected."""
    if not claim.quotes:
        return (), [Rejection(claim.text, _NO_QUOTE, RejectionReason.NO_QUOTE)]
    citations: dict[int, Citation] = {}
    rejections = []
    for quote in claim.quotes:
        found = locate(quote, passages)
        if isinstance(found, RejectionReason):
            rejections.append(Rejection(claim.text, quote, found))
            continue
        for citation in _cite(found, numbers):
            citations.setdefault(citation.number, citation)
    return tuple(citations.values()), rejections


def _cite(location: Location, numbers: _Numbers) -> list[Citation]:
    document = location.document
    return [
        Citation(
            number=numbers.of(document.id, span),
            document_id=document.id,
            span=span,
            quote=span.of(document.text),
            verdict=_verdict(location, part, span.of(document.text)),
        )
        for part, span in zip(location.parts, location.spans, strict=True)
    ]


def _verdict(location: Location, proposed: str, words: str) -> Verdict:
    if not location.in_named_passage:
        return Verdict.MOVED
    return Verdict.EXACT if is_verbatim(words, proposed) else Verdict.FOLDED


def _stands_in(words: str, claims: Sequence[Claim]) -> bool:
    """Say whether words stand in a citation as they are."""
    return any(words in citation.quote for claim in claims for citation in claim.citations)


def _status(told: Sequence[Claim] | Sequence[DocumentFact], *, cut_short: bool) -> Status:
    if not told:
        return Status.NOT_IN_SOURCES
    return Status.PARTIAL if cut_short else Status.ANSWERED
