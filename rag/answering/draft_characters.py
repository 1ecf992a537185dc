"""Leaves out of a model's output what is no part of its answer, character by character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from rag.folding import SPACES

RESTART: Final = ""
"""Comes instead of a character where all before it turns out to have been reasoning."""

_NAMES = ("think", "thinking", "reasoning")
_TAGS = frozenset(f"<{slash}{name}>" for slash in ("", "/") for name in _NAMES)
_TAG_BEGINNINGS = frozenset(tag[:size] for tag in _TAGS for size in range(1, len(tag)))
_LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
_INVISIBLE = re.compile(f"[{SPACES}]")
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"


class AnswerCharacters:
    """Leaves out reasoning and invisible characters; knows one kind of line end and of space.

    Reasoning stands in ``<think>``, ``<thinking>`` or ``<reasoning>``, up to the end if nothing
    closes it. Where it ends but never began, ``RESTART`` is given.
    """

    def __init__(self) -> None:
        self._before = ""
        self._tag = ""
        self._is_reasoning = False

    def read(self, text: str) -> Iterator[str]:
        """Give the characters of the answer that ``text`` adds."""
        for character in text:
            if (character != "\n" or self._before != "\r") and (seen := self._seen(character)):
                yield from self._outside_reasoning(seen)
            self._before = character

    def end(self) -> Iterator[str]:
        """Give what could still have become a tag."""
        held, self._tag = self._tag, ""
        if not self._is_reasoning:
            yield from held

    def _seen(self, character: str) -> str:
        """Return what is seen of a character: itself, a line end, a space, or nothing."""
        if " " < character < "\x7f":
            return character
        if character in _LINE_ENDS:
            return "\n"
        if character.isspace():
            return " "
        if character in _JOINERS:  # they shape the letters of some scripts, and emoji
            before = self._before
            is_shaped = before > "\x7f" and unicodedata.category(before)[0] in "LMS"
            return character if is_shaped else ""
        is_hidden = _INVISIBLE.match(character) or unicodedata.category(character) in ("Cc", "Cs")
        return "" if is_hidden else character

    def _outside_reasoning(self, character: str) -> Iterator[str]:
        tag = (self._tag + character).lower()
        if tag in _TAGS:
            is_end = tag.startswith("</")
            yield RESTART if is_end and not self._is_reasoning else " "
            self._tag, self._is_reasoning = "", not is_end
        elif tag in _TAG_BEGINNINGS:
            self._tag += character
        elif self._tag:
            yield from self.end()
            yield from self._outside_reasoning(character)
        elif not self._is_reasoning:
            yield character
