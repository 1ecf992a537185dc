"""Turns a draft into a verified answer; the only maker of citations."""

from __future__ import annotations

from collections.abc import Sequence

from rag.quotes import Location, locate
from rag.readings import is_verbatim
from rag.types import (
    Answer,
    Citation,
    Claim,
    Draft,
    DraftClaim,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Span,
    Status,
    Verdict,
)

_NO_QUOTE = ProposedQuote(passage_number=0, text="")


def verify(
    question: str, draft: Draft, passages: Sequence[Passage], *, standalone_question: str
) -> Answer:
    """Keep the claims with at least one quote that stands in the sources; never raise on a draft.

    The words of a quote must stand in the passage that it names, in another passage shown, or
    elsewhere in their documents. Every quote that does not is returned as a rejection. A short
    answer that stands in none of the citations is dropped.
    """
    numbers = _Numbers()
    claims, rejections = [], []
    for proposed in draft.claims:
        citations, refused = _check(proposed, passages, numbers)
        rejections += refused
        if citations:
            claims.append(Claim(proposed.text, citations, proposed.probability))
    return Answer(
        question=question,
        standalone_question=standalone_question,
        status=_status(claims, rejections),
        claims=tuple(claims),
        rejections=tuple(rejections),
        passages=tuple(passages),
        short_answer=draft.short_answer if _stands_in(draft.short_answer, claims) else "",
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


def _status(claims: Sequence[Claim], rejections: Sequence[Rejection]) -> Status:
    if not claims:
        return Status.NOT_IN_SOURCES
    return Status.PARTIAL if rejections else Status.ANSWERED
