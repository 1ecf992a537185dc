"""Documents and passages for the tests of verification."""

from __future__ import annotations

import re
from pathlib import Path

from rag.types import Block, BlockKind, Document, Passage, Scores, Span

ARTICLE = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
STANDFIRST, BODY = 6, 8
"""Numbers of the article's passages: the standfirst, and the first paragraph of the body."""

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\n]+)*")


def document(text: str, *kinds: BlockKind, name: str = "fox.txt") -> Document:
    """Cut a text into paragraphs, the first of the ``kinds`` given and the rest body."""
    spans = [Span(*found.span()) for found in _PARAGRAPH.finditer(text)]
    labels = [*kinds, *[BlockKind.BODY] * (len(spans) - len(kinds))]
    blocks = tuple(map(Block, spans, labels))
    return Document(f"id of {name}", name, text, name, "text/plain", blocks)


def article() -> Document:
    """Read the bundled article, page chrome and standfirst labelled by hand."""
    chrome = [BlockKind.CHROME] * 5
    kinds = (*chrome, BlockKind.STANDFIRST, BlockKind.CHROME)
    return document(ARTICLE.read_text(encoding="utf-8"), *kinds, name=ARTICLE.name)


def passages(*documents: Document) -> tuple[Passage, ...]:
    """Make each paragraph of the documents a passage, numbered from 1."""
    places = [(source, block.span) for source in documents for block in source.blocks]
    return tuple(
        Passage(number, source, span, Scores(0.0, 0.0, 0.0))
        for number, (source, span) in enumerate(places, start=1)
    )


def passage(source: Document, start: int = 0, end: int | None = None) -> Passage:
    """Make a stretch of a document, by default all of it, passage 1."""
    span = Span(start, len(source.text) if end is None else end)
    return Passage(1, source, span, Scores(0.0, 0.0, 0.0))
