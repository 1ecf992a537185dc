"""The source around what a case cited and what it should have cited, cut for display.

Pieces are cut here, where offsets are code points, so that a browser never counts any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from rag.evaluation.corpus import Corpus
from rag.evaluation.gold import GoldQuote, Place
from rag.evaluation.results import CaseResult
from rag.types import Span

_CONTEXT = 500  # code points shown on each side, cut at a paragraph where there is one
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class _Mark:
    """A span to light up: a citation with its number, or gold evidence with none."""

    document_id: str
    span: Span
    number: int = 0


def excerpts(result: CaseResult, corpus: Corpus) -> list[dict[str, Any]]:
    """Return the excerpts in the order of their documents, each as pieces of plain data.

    A piece has its ``text``, the ``number`` of the citation that it belongs to (0 for none) and
    whether it is ``gold``. Where nothing was cited, the nearest passages are shown too.
    """
    marks = [*_cited(result), *_expected(result)]
    shown = [_Mark(m.document_id, _widened(m, corpus)) for m in marks]
    if not result.citations:
        shown += [_Mark(p.document.id, p.span) for p in result.passages[:_NEAREST]]
    known = [mark for mark in shown if mark.document_id in corpus.texts]
    return [
        _excerpt(place, [m for m in marks if m.document_id == place.document_id], corpus)
        for place in _joined(known, corpus)
    ]


def _cited(result: CaseResult) -> Iterator[_Mark]:
    for citation in result.citations:
        yield _Mark(citation.document_id, citation.span, citation.number)


def _expected(result: CaseResult) -> Iterator[_Mark]:
    for quote in result.gold.quotes:
        place = _nearest_place(quote, result)
        yield _Mark(place.document_id, place.span)


def _nearest_place(quote: GoldQuote, result: CaseResult) -> Place:
    """Return the place that was cited, where a quote stands several times; else the first."""
    cited = (
        place
        for place in quote.places
        if any(place.span.overlap(span) for span in result.cited_in(place.document_id))
    )
    return next(cited, quote.places[0])


def _widened(mark: _Mark, corpus: Corpus) -> Span:
    text = corpus.texts.get(mark.document_id, "")
    start, end = max(0, mark.span.start - _CONTEXT), min(len(text), mark.span.end + _CONTEXT)
    if start:
        start = _after_break(text, start, mark.span.start)
    if end < len(text):
        end = _before_break(text, mark.span.end, end)
    return Span(min(start, mark.span.start), max(end, mark.span.end))


def _after_break(text: str, start: int, end: int) -> int:
    """Return where the first paragraph, else the first word, after ``start`` begins."""
    for separator in ("\n", " "):
        found = text.find(separator, start, end)
        if found >= 0:
            return end - len(text[found:end].lstrip())
    return start


def _before_break(text: str, start: int, end: int) -> int:
    """Return where the last paragraph, else the last word, before ``end`` ends."""
    for separator in ("\n", " "):
        found = text.rfind(separator, start, end)
        if found >= 0:
            return start + len(text[start:found].rstrip())
    return end


def _joined(marks: Sequence[_Mark], corpus: Corpus) -> list[Place]:
    """Join the spans of a document that touch, so that no word is shown twice."""
    order = {document_id: number for number, document_id in enumerate(corpus.texts)}
    ranked = sorted(marks, key=lambda mark: (order[mark.document_id], mark.span))
    joined: list[Place] = []
    for document_id, group in groupby(ranked, key=lambda mark: mark.document_id):
        spans: list[Span] = []
        for mark in group:
            if spans and mark.span.start <= spans[-1].end:
                spans[-1] = Span(spans[-1].start, max(spans[-1].end, mark.span.end))
            else:
                spans.append(mark.span)
        joined += [Place(document_id, span) for span in spans]
    return joined


def _excerpt(place: Place, marks: Sequence[_Mark], corpus: Corpus) -> dict[str, Any]:
    document = corpus.document(place.document_id)
    inside = [m for m in marks if m.span.overlap(place.span)]
    return {
        "document": corpus.names[place.document_id],
        "start": place.span.start,
        "end": place.span.end,
        "page": document.page_at(place.span),
        "whole": len(place.span) == len(document.text),
        "pieces": list(_pieces(place.span, inside, document.text)),
    }


def _pieces(shown: Span, marks: Sequence[_Mark], text: str) -> Iterator[dict[str, Any]]:
    edges = {shown.start, shown.end}
    for mark in marks:
        edges |= {max(mark.span.start, shown.start), min(mark.span.end, shown.end)}
    for start, end in pairwise(sorted(edges)):
        here = [m for m in marks if m.span.overlap(Span(start, end))]
        yield {
            "text": text[start:end],
            "number": max((m.number for m in here), default=0),
            "gold": any(not m.number for m in here),
        }
