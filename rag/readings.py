"""The ways to read a proposed quote: a writer trims, capitalises and elides what he copies."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.folding import DASHES, QUOTATION_MARKS, SPACES, Folded, fold
from rag.words import has_word, is_long_enough

_AROUND = SPACES + QUOTATION_MARKS
_MARKS = re.compile(rf"\A[{_AROUND}]*+")
_OPENING = re.compile(rf"\A[{_AROUND}]*+(?:[{_AROUND}{DASHES}.,;:!?…•*]++(?!\d))?+")
_PAUSES = re.compile(rf"\A[{_AROUND},;:!?，；：！？、]*+")
_CLOSING = re.compile(rf"\A[{_AROUND}{DASHES},;:!?，；：！？、.…。*]*+")
_QUOTED = re.compile(f"[{QUOTATION_MARKS}]{{2}}")

_DOTS = r"(?:[…⋯]|\.(?:\s?\.){2,}+)"
_ELLIPSIS = re.compile(rf"\[\s?{_DOTS}\s?\]|\(\s?{_DOTS}\s?\)|{_DOTS}")


def readings(text: str) -> tuple[str, ...]:
    """Return ``text`` without its surrounding quotation marks, then with ever less punctuation.

    The first two differ from ``text`` in white space and quotation marks around it only. A dash
    or point in front of a digit is a sign or a decimal point and stays.
    """
    bare = text.strip()
    if len(bare) > 1 and _QUOTED.match(bare[0] + bare[-1]):
        bare = bare[1:-1].strip()
    trims = ((_MARKS, _MARKS), (_OPENING, _PAUSES), (_OPENING, _CLOSING))
    return bare, *(_trim(bare, opening, closing) for opening, closing in trims)


def is_verbatim(words: str, proposed: str) -> bool:
    """Say whether ``words`` are as proposed, but for white space and quotation marks around."""
    return words in readings(proposed)[:2]


@lru_cache(maxsize=64)
def folded_readings(text: str) -> tuple[Folded, ...]:
    """Fold the distinct readings of ``text``, then those with the first letter's other case."""
    plain = readings(text)
    distinct = dict.fromkeys((*plain, *map(_other_case, plain)))
    return tuple(folded for folded in map(fold, distinct) if folded.text)


def split_at_ellipses(text: str) -> tuple[str, ...]:
    """Return the parts of ``text`` between its ellipses, however those are written."""
    return tuple(part for part in map(str.strip, _ELLIPSIS.split(text)) if part)


def is_quotation(parts: tuple[str, ...]) -> bool:
    """Say whether one part is long enough by itself and, of several, each has a real word."""
    trimmed = [readings(part)[-1] for part in parts]
    return any(map(is_long_enough, trimmed)) and (len(parts) == 1 or all(map(has_word, trimmed)))


def _trim(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    rest = opening.sub("", text, count=1)
    return closing.sub("", rest[::-1], count=1)[::-1]


def _other_case(text: str) -> str:
    """Change the case of the first letter, which a writer capitalises at will."""
    first = next((at for at, character in enumerate(text) if character.isalnum()), 0)
    swapped = text[first : first + 1].swapcase()
    return text[:first] + swapped + text[first + 1 :] if len(swapped) == 1 else text
