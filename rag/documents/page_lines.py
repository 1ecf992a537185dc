"""The printed lines of a PDF's page, and which of them make a paragraph.

A PDF knows glyphs and their places only. Lines come in the order of the file, which is the reading
order of nearly all; what belongs together is told by distance, indentation and size of type.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

_SENTENCE_END = re.compile(r"[.!?:…؟。！？][\"'”’»)\]]*$")
_HYPHEN_END = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
_ITEM = re.compile(r"(?:[-*•‣◦▪–·]|\(?(?:\d{1,3}|[A-Za-z])[.)]|\[\d{1,3}\])\s")

_LEADING = 1.35
"""A distance between lines of so many times the usual one parts paragraphs."""

_OTHER_SIZE = 1.12
"""Type larger by so much is not of the same paragraph."""

_SHORT = 0.85
"""A line that fills less of its column ends a paragraph if it ends a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its words, its box in points (y grows upwards) and its type."""

    words: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool = False

    @property
    def height(self) -> float:
        """Return the height of the box."""
        return self.top - self.bottom

    def stands_beside(self, other: Line) -> bool:
        """Say whether ``other`` goes on to the right at the same height, as after a superscript."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        beside = shared > 0.4 * min(self.height, other.height)
        return beside and -self.size < other.left - self.right < 3 * self.size

    def joined(self, other: Line) -> Line:
        """Return both as one line, of the type of the part with more words.

        So neither a raised number nor a large initial, which hangs into the lines below, decides.
        """
        before, after = self.words.rstrip(), other.words.lstrip()
        numbers = (
            before[-1:].isdigit() and after[:1].isdigit()
        )  # a note's number is not the value's
        space = " " if numbers or other.left - self.right > 0.15 * self.size else ""
        main = self if len(before) >= len(after) else other
        begins_large = self.size > _OTHER_SIZE * main.size
        return Line(
            words=before + space + after,
            left=main.left if begins_large else min(self.left, other.left),
            bottom=main.bottom,
            right=max(self.right, other.right),
            top=main.top,
            size=main.size,
            bold=self.bold and other.bold,
        )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]

    @property
    def words(self) -> str:
        """Return the lines' words, a line each."""
        return "\n".join(line.words for line in self.lines)

    @property
    def size(self) -> float:
        """Return the size of the type, in points."""
        return statistics.median(line.size for line in self.lines)

    @property
    def is_bold(self) -> bool:
        """Say whether all lines are in bold type."""
        return all(line.bold for line in self.lines)

    def goes_on_in(self, following: Paragraph) -> bool:
        """Say whether ``following``, in the next column or page, is the rest of this paragraph."""
        last, first = self.lines[-1].words.rstrip(), following.lines[0].words.lstrip()
        if not _alike(self.size, following.size) or _SENTENCE_END.search(last):
            return False
        return bool(_HYPHEN_END.search(last)) or first[:1].islower()


def join_lines(lines: Sequence[Line]) -> list[Line]:
    """Join what a change of type or a raised number cut from its line."""
    joined: list[Line] = []
    for line in lines:
        if joined and joined[-1].stands_beside(line):
            joined[-1] = joined[-1].joined(line)
        else:
            joined.append(line)
    return [replace(line, words=line.words.strip()) for line in joined]


def paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Yield the paragraphs of a page, given its lines in reading order."""
    leading = _usual_leading(lines)
    start = 0
    for at, (above, below) in enumerate(pairwise(lines), start=1):
        if _parts(above, below, leading, _width(lines, above)):
            yield Paragraph(tuple(lines[start:at]))
            start = at
    if lines:
        yield Paragraph(tuple(lines[start:]))


def _usual_leading(lines: Sequence[Line]) -> float:
    """Return the usual distance between lines, in sizes of type."""
    steps = [
        (above.bottom - below.bottom) / above.size
        for above, below in pairwise(lines)
        if _alike(above.size, below.size) and 0 < above.bottom - below.bottom < 3 * above.size
    ]
    return statistics.median(steps) if steps else 1.2


def _width(lines: Sequence[Line], line: Line) -> float:
    """Return where the column of ``line`` ends: the right edge of what begins at its left."""
    near = (other.right for other in lines if abs(other.left - line.left) < 3 * line.size)
    return max(near, default=line.right)


def _parts(above: Line, below: Line, leading: float, right: float) -> bool:
    step = above.bottom - below.bottom
    if not _alike(above.size, below.size) or above.bold != below.bold:
        return True
    if step <= 0 or step > _LEADING * leading * above.size + 0.15 * above.size:
        return True
    if _ITEM.match(below.words):
        return True
    indent = below.left - above.left
    if indent > 0.8 * above.size and not _is_centred(above, below):
        return not _ITEM.match(above.words)
    short = above.right - above.left < _SHORT * (right - above.left)
    return short and bool(_SENTENCE_END.search(above.words))


def _is_centred(above: Line, below: Line) -> bool:
    return abs(above.left + above.right - below.left - below.right) < 2 * above.size


def _alike(one: float, other: float) -> bool:
    return max(one, other) <= _OTHER_SIZE * min(one, other)
