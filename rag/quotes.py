"""Finds proposed quotes in the documents shown: word for word, whatever the typography."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from rag.folding import Folded, fold
from rag.readings import folded_readings, is_quotation, split_at_ellipses
from rag.sentences import split_sentences
from rag.types import BlockKind, Document, Passage, ProposedQuote, RejectionReason, Span
from rag.words import cuts_word

MAX_PARTS = 16
"""More parts than this make a collage, not a quotation."""

MAX_OCCURRENCES = 1000
"""How many copies of the same words are told apart in one stretch of text."""

MAX_COMPARED = 1 << 18
"""How many characters are compared to find them: no draft may take long on any document."""

_CONTEXT = 32
_fold_document = lru_cache(maxsize=8)(fold)
_fold_passage = lru_cache(maxsize=256)(fold)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a quote stands: a span for each of its ``parts``, in order, in one document."""

    document: Document
    parts: tuple[str, ...]
    spans: tuple[Span, ...]
    in_named_passage: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of a document to search; of several copies the one nearest ``near`` is taken."""

    document: Document
    within: Span
    near: Span
    is_named: bool = False

    def whole_document(self) -> _Place:
        return replace(self, within=Span(0, len(self.document.text)), is_named=False)

    def is_body(self, span: Span) -> bool:
        return self.document.kind_at(span) is BlockKind.BODY

    def view(self) -> tuple[int, str, Folded]:
        """Return where the stretch begins, its text and that folded, with a little around it.

        A document is folded only when something is looked for outside its passages.
        """
        text = self.document.text
        if len(self.within) == len(text):
            return 0, text, _fold_document(text)
        start = max(0, self.within.start - _CONTEXT)
        stretch = text[start : self.within.end + _CONTEXT]
        return start, stretch, _fold_passage(stretch)


def locate(quote: ProposedQuote, passages: Sequence[Passage]) -> Location | RejectionReason:
    """Find a quote in the passage that it names, another passage, or elsewhere in their documents.

    A quote with ellipses that does not stand there literally is found part by part. One that is too
    short to be told from a chance match must be a sentence or a line of the passage that it names.
    """
    text = quote.text.strip()
    parts = split_at_ellipses(text)
    places = _places(quote.passage_number, passages)
    if is_quotation((text,)) and (found := _search((text,), places)):
        return found
    if not is_quotation(parts):
        return _whole_sentence(text, quote.passage_number, passages) or RejectionReason.TOO_SHORT
    if len(parts) > MAX_PARTS:
        return RejectionReason.NOT_FOUND
    if parts != (text,) and (found := _search(parts, places)):
        return found
    return _reason(parts, places)


def _whole_sentence(text: str, number: int, passages: Sequence[Passage]) -> Location | None:
    """Find a sentence of the passage named that is ``text`` as it stands, such as a table's row.

    Letters or figures it must have: a line of dashes is no quotation.
    """
    if not any(map(str.isalnum, text)):
        return None
    named = (passage for passage in passages if passage.number == number)
    sentences = ((p.document, s) for p in named for s in split_sentences(p.document.text, p.span))
    return next(
        (
            Location(document, (text,), (span,), in_named_passage=True)
            for document, span in sentences
            if span.of(document.text) == text
        ),
        None,
    )


def _places(number: int, passages: Sequence[Passage]) -> list[_Place]:
    """List where to search: the passage named, the other passages, their whole documents."""
    ordered = sorted(passages, key=lambda passage: passage.number != number)
    places = [_Place(p.document, p.span, p.span, p.number == number) for p in ordered]
    documents: dict[str, _Place] = {}
    for place in places:
        documents.setdefault(place.document.id, place.whole_document())
    return [*places, *documents.values()]


def _search(parts: tuple[str, ...], places: Sequence[_Place]) -> Location | None:
    """Take the first place that has the parts, but the copy in body text if there is one.

    A standfirst or a title repeats words of the body: what stands in both has not moved.
    """
    for place in places:
        spans = _find(parts, place)
        if spans and not all(map(place.is_body, spans)):
            spans = _find(parts, place.whole_document(), body_only=True) or spans
        if spans:
            return Location(place.document, parts, spans, place.is_named)
    return None


def _find(
    parts: Sequence[str], place: _Place, *, body_only: bool = False
) -> tuple[Span, ...] | None:
    """Find the parts one after the other: the closest together, then nearest, then first."""
    hits = [_hits(part, place) for part in parts]
    if body_only:
        hits = [list(filter(place.is_body, spans)) for spans in hits]

    def rank(chain: tuple[Span, ...]) -> tuple[int, int, int]:
        gaps = chain[-1].end - chain[0].start - sum(map(len, chain))
        return gaps, place.near.distance(chain[0]), chain[0].start

    return min(_chains(hits), key=rank, default=None)


def _chains(hits: Sequence[Sequence[Span]]) -> Iterator[tuple[Span, ...]]:
    """Follow each hit of the first part by the next hit of each of the others."""
    for first in hits[0]:
        chain = [first]
        for spans in hits[1:]:
            following = bisect_left(spans, chain[-1].end, key=lambda span: span.start)
            if following == len(spans):
                return
            chain.append(spans[following])
        yield tuple(chain)


def _hits(part: str, place: _Place, *, whole_words: bool = True) -> list[Span]:
    """List where the first reading of ``part`` that occurs in ``place`` stands."""
    offset, text, folded = place.view()
    for reading in folded_readings(part):
        spans = (
            _trim(place.document.text, offset, folded.source(found))
            for found in _occurrences(reading, folded)
            if not (whole_words and cuts_word(text, folded, found))
        )
        if found_within := list(islice(filter(place.within.contains, spans), MAX_OCCURRENCES)):
            return found_within
    return []


def _occurrences(reading: Folded, folded: Folded) -> Iterator[Span]:
    size, at = len(reading.text), -1
    for _ in range(max(1, MAX_COMPARED // size)):
        at = folded.text.find(reading.text, at + 1)
        if at < 0:
            return
        if folded.agrees(reading, at):
            yield Span(at, at + size)


def _trim(text: str, offset: int, span: Span) -> Span:
    """Shift a span and leave out white space that a dash at its edge brought along."""
    start, end = span.start + offset, span.end + offset
    words = text[start:end]
    return Span(start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))


def _reason(parts: Sequence[str], places: Sequence[_Place]) -> RejectionReason:
    """Say why parts that could not be found together were not."""
    documents = [place for place in places if len(place.within) == len(place.document.text)]

    def occurs(part: str, *, whole_words: bool) -> bool:
        return any(_hits(part, place, whole_words=whole_words) for place in documents)

    missing = [part for part in parts if not occurs(part, whole_words=True)]
    if not missing:
        return RejectionReason.OUT_OF_ORDER
    if all(occurs(part, whole_words=False) for part in missing):
        return RejectionReason.PARTIAL_WORD
    return RejectionReason.NOT_FOUND
