"""Find where words like a quote's stand, for a quote that stands nowhere, and how they differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from rag.quotes import Location, locate
from rag.types import Document, Passage, ProposedQuote, Scores, Span

LEAST_SHARED = 0.5
"""The share of a quote's words that words like it have in common with it."""

_SHOWN = 3
_NOWHERE = Scores(0.0, 0.0, 0.0)
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Near:
    """Words of a document that are like a quote; ``difference`` says how they are not the same."""

    document: Document
    span: Span
    difference: str


def nearest(quote: str, documents: Sequence[Document]) -> Near | None:
    """Return the words of the documents that are most like ``quote``; none if few are shared.

    Words that differ in typography alone go before others; of equals, those of the first document.
    """
    for document in documents:
        if span := _in_other_typography(quote, document):
            return Near(document, span, _difference(quote, span.of(document.text)))
    best: tuple[int, Document, Span] | None = None
    for document in documents:
        found = _most_alike(quote, document)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], document, found[1])
    if best is None:
        return None
    _, document, span = best
    return Near(document, span, _difference(quote, span.of(document.text)))


def _in_other_typography(quote: str, document: Document) -> Span | None:
    """Find the quote as an answer's quotation is found: word for word, whatever the typography."""
    whole = Passage(1, document, Span(0, len(document.text)), _NOWHERE)
    found = locate(ProposedQuote(1, quote), [whole])
    if not isinstance(found, Location):
        return None
    return Span(found.spans[0].start, found.spans[-1].end)


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Return the words without their case, and where each stands."""
    found = list(_WORD.finditer(text))
    return tuple(m[0].casefold() for m in found), tuple(Span(*m.span()) for m in found)


def _most_alike(quote: str, document: Document) -> tuple[int, Span] | None:
    """Find as many words in a row as the quote has that share most of its words, with how many."""
    wanted = [word.casefold() for word in _WORD.findall(quote)]
    words, spans = _words(document.text)
    size = len(wanted)
    counts = list(_shared(wanted, words))
    shared = max(counts, default=0)
    if not size or shared < max(1, LEAST_SHARED * size):
        return None
    start = counts.index(shared)
    first = max(0, start - size // 2)
    window = words[first : start + size + size // 2]
    blocks = SequenceMatcher(None, wanted, window, autojunk=False).get_matching_blocks()[:-1]
    begin = first + max(0, blocks[0].b - blocks[0].a)
    last = blocks[-1]
    end = first + min(len(window), last.b + size - last.a)
    return shared, Span(spans[begin].start, spans[end - 1].end)


def _shared(wanted: Sequence[str], words: Sequence[str]) -> Iterator[int]:
    """Yield for each place how many of the words wanted stand in the window from there."""
    missing = Counter(wanted)
    shared = 0
    for at in range(-len(wanted) + 1, len(words)):
        if at + len(wanted) <= len(words):
            entering = words[at + len(wanted) - 1]
            if entering in missing:
                shared += missing[entering] > 0
                missing[entering] -= 1
        if at >= 0:
            yield shared
            if words[at] in missing:
                missing[words[at]] += 1
                shared -= missing[words[at]] > 0


def _difference(quote: str, words: str) -> str:
    """Say in a few words what the document has and the quote has not, and the reverse."""
    ours, theirs = _TOKEN.findall(quote), _TOKEN.findall(words)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if quote == words:
        return "the very words, in another document"
    parts = [
        _part(" ".join(ours[a:b]), " ".join(theirs[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
    if not parts:
        return "only its spaces and line breaks differ"
    more = f", and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
    return "; ".join(parts[:_SHOWN]) + more


def _part(ours: str, theirs: str) -> str:
    if not ours:
        return f"the document also has “{theirs}”"
    if not theirs:
        return f"the quote also has “{ours}”"
    return f"the document has “{theirs}”, the quote “{ours}”"
