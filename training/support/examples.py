"""Makes examples of one sentence each, from the sets and from invented errors."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.sentences import split_sentences
from rag.types import Span
from training.support.sets import LabelledClaim

WORD = re.compile(r"\w+(?:[’'.,-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its document and how far that supports it, 0 to 1.

    ``wrong`` are the spans of its words that are not borne out, ``None`` where nobody knows.
    """

    source: str
    document: str
    sentence: str
    supported: float
    wrong: tuple[Span, ...] | None


def sentences_of(text: str) -> list[Span]:
    """Return the sentences of a claim."""
    return split_sentences(text, Span(0, len(text)))


def examples_of(claims: Iterable[LabelledClaim]) -> list[Example]:
    """Return the distinct sentences of claims, as examples.

    Of an edited claim the sentences that were left alone are supported, and in those that were
    not, the words that were changed are wrong if the edit made it wrong.
    """
    distinct: dict[tuple[str, str], Example] = {}
    for claim in claims:
        for example in _edited(claim) if claim.seed else _plain(claim):
            key = (claim.group, example.sentence.casefold())
            known = distinct.get(key)
            if known is None or (known.wrong and example.wrong == ()):
                distinct[key] = example
    return list(distinct.values())


def _plain(claim: LabelledClaim) -> Iterator[Example]:
    wrong = () if claim.share == 1 else None
    whole = claim.source == "wice"
    for span in [Span(0, len(claim.text))] if whole else sentences_of(claim.text):
        text = span.of(claim.text)
        yield Example(claim.source, claim.document, text, claim.share, wrong)


def _edited(claim: LabelledClaim) -> Iterator[Example]:
    changed = list(changes(claim.seed, claim.text))
    for span in sentences_of(claim.text):
        own = [place for place in changed if place.overlap(span) or span.contains(place)]
        bad = bool(own) and not claim.supported
        wrong = tuple(_within(place, span) for place in own if place.overlap(span)) if bad else ()
        text = span.of(claim.text)
        known = None if bad and not wrong else wrong
        yield Example(claim.source, claim.document, text, float(not bad), known)


def _within(place: Span, span: Span) -> Span:
    return Span(max(place.start, span.start) - span.start, min(place.end, span.end) - span.start)


def changes(old: str, new: str) -> Iterator[Span]:
    """Yield the spans of ``new`` that differ from ``old``; a deletion is an empty span."""
    words = [Span(*found.span()) for found in WORD.finditer(new)]
    ours = [span.of(new).casefold() for span in words]
    theirs = [found.group().casefold() for found in WORD.finditer(old)]
    for kind, _, _, first, last in difflib.SequenceMatcher(
        None, theirs, ours, autojunk=False
    ).get_opcodes():
        if kind == "delete":
            at = words[first].start if first < len(words) else len(new)
            yield Span(at, at)
        elif kind != "equal":
            yield Span(words[first].start, words[last - 1].end)
