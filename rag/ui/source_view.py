"""Cuts a document into pieces of text that the browser can draw without counting characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict

from rag.types import Block, Document, Span
from rag.ui import strings

WHOLE = 200_000  # characters: a longer document is drawn only around its marks
AROUND = 5_000  # characters drawn on either side of a mark of such a document
GAP = "gap"
TITLE_LENGTH = 300  # characters of a title and a file name; a hostile one may have a million


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a document, named so that the browser can find it."""

    name: str
    span: Span


class PieceView(TypedDict):
    """A run of text and the names of the marks that cover it."""

    text: str
    marks: list[str]


class BlockView(TypedDict):
    """A paragraph: its kind, and its text in pieces."""

    kind: str
    pieces: list[PieceView]


class SourceView(TypedDict):
    """A document, ready to be drawn."""

    title: str
    source: str
    blocks: list[BlockView]


def source_view(document: Document, marks: Sequence[Mark], *, whole: bool = True) -> SourceView:
    """Cut ``document`` at its blocks and at the ends of ``marks``.

    It is drawn around its marks only if it is long, or not wanted ``whole``.
    """
    most = WHOLE if whole else 0
    windows = _windows(len(document.text), [mark.span for mark in marks], most)
    return SourceView(
        title=document.title[:TITLE_LENGTH],
        source=document.source[:TITLE_LENGTH],
        blocks=list(_block_views(document, marks, windows)),
    )


def _block_views(
    document: Document, marks: Sequence[Mark], windows: Sequence[Span]
) -> Iterator[BlockView]:
    drawn_to = 0
    for block in _visible_blocks(document, windows):
        if gap := len(document.text[drawn_to : block.span.start].strip()):
            yield _gap_view(gap)
        yield BlockView(kind=block.kind.value, pieces=_pieces(document.text, block.span, marks))
        drawn_to = block.span.end
    if gap := len(document.text[drawn_to:].strip()):
        yield _gap_view(gap)


def _gap_view(characters: int) -> BlockView:
    text = strings.characters_left_out(characters)
    return BlockView(kind=GAP, pieces=[PieceView(text=text, marks=[])])


def _pieces(text: str, within: Span, marks: Sequence[Mark]) -> list[PieceView]:
    here = [mark for mark in marks if mark.span.overlap(within)]
    ends = {edge for mark in here for edge in (mark.span.start, mark.span.end)}
    cuts = sorted({within.start, within.end} | {e for e in ends if within.start < e < within.end})
    return [
        PieceView(text=text[start:end], marks=_names(here, Span(start, end)))
        for start, end in pairwise(cuts)
    ]


def _names(marks: Iterable[Mark], piece: Span) -> list[str]:
    return [mark.name for mark in marks if mark.span.contains(piece)]


def _visible_blocks(document: Document, windows: Sequence[Span]) -> Iterator[Block]:
    """Yield the blocks, cut down to the windows that are drawn."""
    for block in document.blocks:
        for window in windows:
            if block.span.overlap(window):
                start = max(block.span.start, window.start)
                yield Block(Span(start, min(block.span.end, window.end)), block.kind)


def _windows(length: int, spans: Iterable[Span], most: int) -> list[Span]:
    """Return the parts of a text that are drawn.

    That is all of it if it has at most ``most`` characters, else the surroundings of ``spans``.
    """
    if length <= most:
        return [Span(0, length)]
    merged: list[Span] = []
    for start, end in sorted(_surroundings(length, spans)):
        if merged and start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Span(start, end))
    return merged


def _surroundings(length: int, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Yield what is drawn around each span; of a monstrous one, its beginning and its end."""
    for span in list(spans) or [Span(0, 0)]:
        edges = (
            [span]
            if len(span) <= WHOLE
            else [Span(span.start, span.start), Span(span.end, span.end)]
        )
        for edge in edges:
            yield max(0, edge.start - AROUND), min(length, edge.end + AROUND)
