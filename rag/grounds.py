"""What a claim may draw on: the sentences that it quotes from, with their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.sentences import split_sentences
from rag.types import Document, Passage, Span

BEFORE, AFTER = 2, 1
"""How many sentences around a quotation a claim may draw on: most pronouns look back."""

REACH = 1_500
"""Characters around a quotation within which its neighbours are looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands: its spans in a document."""

    document: Document
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a claim may draw on.

    ``sentences`` are those that its quotations stand in; ``text`` has their neighbours too.
    ``about`` is the question with the titles, authors and dates of the documents quoted.
    ``shown`` is all text that the writer was given: it tells which words are names, and proves
    nothing.
    """

    sentences: tuple[str, ...]
    text: str
    about: str = ""
    shown: str = ""


def grounds_of(places: Sequence[Place], passages: Sequence[Passage], question: str) -> Grounds:
    """Gather what the quotations at ``places`` let an answer to ``question`` say."""
    quoted: dict[str, None] = {}
    around: dict[str, None] = {}
    for place in places:
        for span in place.spans:
            own, near = _around(place.document, span)
            quoted.update(dict.fromkeys(own))
            around.update(dict.fromkeys(near))
    documents = {place.document.id: place.document for place in places}.values()
    told = (f"{each.title}. {each.author}. {each.published}" for each in documents)
    about = [question, *told]
    return Grounds(
        sentences=tuple(quoted),
        text="\n".join(around),
        about="\n".join(about),
        shown="\n".join(passage.text for passage in passages),
    )


def _around(document: Document, span: Span) -> tuple[list[str], list[str]]:
    """Return the sentences that hold a span, and those with the ones before and after."""
    text = document.text
    near = Span(max(0, span.start - REACH), min(len(text), span.end + REACH))
    sentences = split_sentences(text, near)
    own = [at for at, sentence in enumerate(sentences) if sentence.overlap(span)]
    if not own:
        return [], []
    first, last = own[0], own[-1] + 1
    words = [sentence.of(text) for sentence in sentences]
    return words[first:last], words[max(0, first - BEFORE) : last + AFTER]
