"""Turns a draft into a verified answer; the only maker of citations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.folding import fold
from rag.grounds import Grounds, Place, grounds_of
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


class SupportJudge(Protocol):
    """Says whether quotations that were found prove their sentence."""

    def supports(self, claim: str, grounds: Grounds) -> bool:
        """Say whether a claim follows from what it may draw on."""
        ...

    def expect(self, claim: str, grounds: Grounds) -> None:
        """Begin with a claim that may soon be judged, and do not wait for it."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one proposed claim: kept with its citations, or not, and what was rejected."""

    claim: Claim | None
    rejections: tuple[Rejection, ...]


class Verifier:
    """Checks a draft claim by claim, as it is written; never raises on what a draft says.

    The words of a quote must stand in the passage that it names, in another passage shown, or
    elsewhere in their documents. Every quote that does not is returned as a rejection. With a
    ``judge``, so are the quotes of a claim that they do not support.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        question: str = "",
        judge: SupportJudge | None = None,
    ) -> None:
        self._passages = tuple(passages)
        self._question = question
        self._judge = judge
        self._numbers = _Numbers()
        self._claims: list[Claim] = []
        self._rejections: list[Rejection] = []

    @property
    def has_verified(self) -> bool:
        """Say whether any claim was kept so far."""
        return bool(self._claims)

    def check(self, proposed: DraftClaim) -> Checked:
        """Keep a claim with at least one quote that stands in the sources and supports it."""
        found, refused = _locate(proposed, self._passages)
        if found and not self._is_supported(proposed, tuple(found.values())):
            refused += [
                Rejection(proposed.text, quote, RejectionReason.UNSUPPORTED) for quote in found
            ]
            found = {}
        citations = _cite(found.values(), self._numbers)
        claim = Claim(proposed.text, citations, proposed.probability) if citations else None
        place = len(self._claims)
        rejections = tuple(replace(r, kept=claim is not None, place=place) for r in refused)
        self._rejections += rejections
        if claim:
            self._claims.append(claim)
        return Checked(claim, rejections)

    def expect(self, proposed: DraftClaim) -> None:
        """Let the judge begin with a claim whose quotes are still being written.

        The sentence that a quote stands in is mostly known from its first words, so the judgement
        is there when the last have come.
        """
        if self._judge is None:
            return
        found, _ = _locate(proposed, self._passages)
        if found:
            self._judge.expect(proposed.text, self._grounds(tuple(found.values())))

    def _is_supported(self, proposed: DraftClaim, locations: Sequence[Location]) -> bool:
        """Say whether quotes bear a claim out; one that is its own quotation needs no judge."""
        if self._judge is None or _is_quotation(proposed, locations):
            return True
        return self._judge.supports(proposed.text, self._grounds(locations))

    def _grounds(self, locations: Sequence[Location]) -> Grounds:
        places = [Place(location.document, location.spans) for location in locations]
        return grounds_of(places, self._passages, self._question)

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


def _locate(
    claim: DraftClaim, passages: Sequence[Passage]
) -> tuple[dict[ProposedQuote, Location], list[Rejection]]:
    """Return where a claim's quotes stand, and the rejections of those that stand nowhere."""
    if not claim.quotes:
        return {}, [Rejection(claim.text, _NO_QUOTE, RejectionReason.NO_QUOTE)]
    places: dict[ProposedQuote, Location] = {}
    rejections = []
    for quote in claim.quotes:
        found = locate(quote, passages)
        if isinstance(found, RejectionReason):
            rejections.append(Rejection(claim.text, quote, found))
        else:
            places[quote] = found
    return places, rejections


def _cite(locations: Iterable[Location], numbers: _Numbers) -> tuple[Citation, ...]:
    """Return the distinct citations of the places, in order."""
    citations: dict[int, Citation] = {}
    for location in locations:
        document = location.document
        for part, span in zip(location.parts, location.spans, strict=True):
            words = span.of(document.text)
            number = numbers.of(document.id, span)
            verdict = _verdict(location, part, words)
            citations.setdefault(number, Citation(number, document.id, span, words, verdict))
    return tuple(citations.values())


def _is_quotation(claim: DraftClaim, locations: Sequence[Location]) -> bool:
    """Say whether a claim's own words are those of a place that it quotes."""
    own = fold(claim.text).text
    return any(
        own == fold(" ".join(span.of(place.document.text) for span in place.spans)).text
        for place in locations
    )


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
