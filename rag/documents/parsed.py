"""What a parser makes of a file, and how it puts the text together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rag.errors import DocumentTooLargeError
from rag.types import Block, BlockKind, Span

_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"[^\S\n]*(?:\r\n?|[\n\v\f\x85\u2028\u2029])[^\S\n]*")
_ISO_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text that a user will see, with its blocks; the rest as in ``Document``."""

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    author: str = ""
    published: str = ""
    pages: tuple[Span, ...] = ()
    hyphens: tuple[int, ...] = ()


@dataclass(slots=True)
class Composer:
    """Puts a text together from blocks, in order, and knows where each of them stands."""

    source: str
    max_characters: int
    blocks: list[Block] = field(default_factory=list)
    length: int = 0
    _parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return what has been written so far."""
        return "".join(self._parts)

    def add(self, words: str, kind: BlockKind, *, apart: str = "\n\n") -> None:
        """Write one block, ``apart`` from the one before; nothing where it has no visible word.

        Raises:
            DocumentTooLargeError: if the text becomes longer than ``max_characters``.
        """
        words = _LINE_END.sub("\n", _UNWANTED.sub(" ", words)).strip()
        if not words:
            return
        apart = apart if self._parts else ""
        start = self.length + len(apart)
        self._parts += (apart, words)
        self.length = start + len(words)
        self.blocks.append(Block(Span(start, self.length), kind))
        if self.length > self.max_characters:
            raise DocumentTooLargeError(
                f"{self.source} has more than {self.max_characters:,} characters of text. "
                "Split the file, or raise PINCITE_MAX_CHARACTERS."
            )

    def start_after(self, length: int) -> int:
        """Return where the first block begins that was written after the text had ``length``."""
        return next(
            (block.span.start for block in self.blocks if block.span.start >= length), length
        )

    def extend(self, words: str, *, apart: str = "\n") -> None:
        """Write on in the last block, as a paragraph does that goes on in the next column."""
        last = self.blocks.pop()
        self.add(words, last.kind, apart=apart)
        end = self.blocks.pop().span.end if self.length > last.span.end else last.span.end
        self.blocks.append(Block(Span(last.span.start, end), last.kind))


def one_line(words: object) -> str:
    """Return a title or a name as one line; empty for what is no text."""
    return " ".join(_UNWANTED.sub(" ", words).split())[:500] if isinstance(words, str) else ""


def iso_date(words: object) -> str:
    """Return the ISO 8601 date that ``words`` begin with, or an empty string."""
    found = _ISO_DATE.match(words) if isinstance(words, str) else None
    return found.group() if found else ""
