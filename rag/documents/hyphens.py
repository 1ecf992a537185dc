"""Tells hyphens that the end of a printed line put into a word from those of the word itself."""

from __future__ import annotations

import re

_LINE_END = re.compile(
    r"(?P<before>[^\W\d_]+)(?P<hyphen>[-\u2010\u00ad])[^\S\n]*\n\s*(?P<after>[^\W\d_]+)"
)
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)+")
_WORD = re.compile(r"[^\W\d_]+")


def line_end_hyphens(text: str) -> tuple[int, ...]:
    """Return the offsets of the hyphens that belong to a line's end and not to a word.

    A hyphen before a capital belongs to its word ("Franco-German"), and so does one of a compound
    that the text also has inside a line ("well-known"), unless it has the closed word too.
    """
    compounds = {
        word.casefold().replace("\u2010", "-")
        for word in _COMPOUND.findall(_LINE_END.sub(" ", text))
    }
    words = {word.casefold() for word in _WORD.findall(text)} if compounds else set()

    def is_of_the_line(found: re.Match[str]) -> bool:
        before, after = found["before"].casefold(), found["after"].casefold()
        if found["after"][0].isupper() and not found["before"].isupper():
            return False
        return f"{before}-{after}" not in compounds or before + after in words

    matches = _LINE_END.finditer(text)
    return tuple(found.start("hyphen") for found in matches if is_of_the_line(found))
