"""Reads plain text: cuts it into paragraphs and labels them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.documents.blocks import Reading, label_paragraphs
from rag.types import Block, BlockKind, Span

_WIDEST_WRAPPED = 120
"""A line longer than this is a paragraph of its own; shorter ones may be wrapped prose."""

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_LINE = re.compile(r"\S[^\n]*")


def read_text(text: str) -> Reading:
    """Cut plain text at blank lines, or at every line where lines are not wrapped."""
    spans = list(_paragraphs(text))
    kinds = label_paragraphs([span.of(text) for span in spans])
    blocks = tuple(Block(span, kind) for span, kind in zip(spans, kinds, strict=True))
    return Reading(blocks, _title(text, blocks))


def _paragraphs(text: str) -> Iterator[Span]:
    for found in _PARAGRAPH.finditer(text):
        wrapped = all(len(line) <= _WIDEST_WRAPPED for line in found.group().split("\n"))
        pieces = [found] if wrapped else _LINE.finditer(text, found.start(), found.end())
        for piece in pieces:
            yield Span(piece.start(), piece.start() + len(piece.group().rstrip()))


def _title(text: str, blocks: tuple[Block, ...]) -> str:
    """Return the words of the title, else of a heading that the text begins with."""
    titles = [block for block in blocks if block.kind is BlockKind.TITLE]
    titles += [block for block in blocks[:1] if block.kind is BlockKind.HEADING]
    return " ".join(titles[0].span.of(text).split()) if titles else ""
