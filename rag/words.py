"""Where words and numbers begin and end, and how many words make a quotation."""

from __future__ import annotations

import re

from rag.folding import Folded, fold_character, is_letter, is_mark
from rag.types import Span

MIN_WORDS = 3
MIN_CHARACTERS = 15
MIN_IDEOGRAPHS = 6
"""Any one of the three makes a quotation; ideographs and kana stand without spaces."""

_IDEOGRAPHS = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff"
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_UNSPACED = re.compile(f"[{_IDEOGRAPHS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Scripts without spaces between words: Chinese, Japanese, Thai, Lao, Burmese and Khmer."""

_APOSTROPHE = "'\u2019"
_HYPHEN = "\\-\u2010-\u2013\u2212\ufe63\uff0d"
_JOINER = f".,:/{_APOSTROPHE}\uff0c\uff0e"
_FRACTION = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2044\u2070-\u2079\u2150-\u2189"
_INITIALS = r"(?<=\b[^\W\d_])\.[^\W\d_]\b|(?<=\b[^\W\d_]\.)[^\W\d_]\b"
_GOES_ON = re.compile(
    rf"(?<=\d)(?:[{_JOINER}{_HYPHEN}]\d|[{_FRACTION}])"  # 1|,000   3|-5   5|½
    rf"|(?<=[^\W_])[{_APOSTROPHE}][^\W_]|(?<=[^\W_][{_APOSTROPHE}])[^\W_]"  # can|'t   China|'s
    rf"|{_INITIALS}"  # U|.S.
)
_HAD_BEGUN = re.compile(
    rf"(?<=\d[{_JOINER}])\d|(?<=[{_HYPHEN}\u2044])\d|(?<=\d)[{_FRACTION}]"  # 1,|000   −|5
    r"|(?<![^\s(]\.)(?<=\.)\d"  # .|5
    rf"|(?<=[^\W_][{_APOSTROPHE}])(?:[stdm]|re|ve|ll)\b"  # can'|t, but not l'|alliance
    rf"|{_INITIALS}"
)


def cuts_word(text: str, folded: Folded, span: Span) -> bool:
    """Say whether a span of ``folded``, which ``text`` folds to, starts or ends inside a word.

    Numbers count as words with their sign, decimals and ranges: a piece of one is another number.
    """
    source = folded.source(span)
    return (
        _is_inside_word(folded, span.start)
        or _is_inside_word(folded, span.end)
        or _HAD_BEGUN.match(text, source.start) is not None
        or _GOES_ON.match(text, source.end) is not None
    )


def is_long_enough(text: str) -> bool:
    """Say whether ``text`` is long enough to be told from a chance match."""
    words = _words(text)
    characters = [c for c in " ".join(words) if fold_character(c) and not is_mark(c)]
    return (
        len(words) >= MIN_WORDS
        or len(characters) >= MIN_CHARACTERS
        or sum(map(_is_ideograph, characters)) >= MIN_IDEOGRAPHS
    )


def has_word(text: str) -> bool:
    """Say whether ``text`` has a word of three characters, or two ideographs."""
    return any(
        sum(2 if _is_ideograph(c) else c.isalnum() for c in word) > 2 for word in _words(text)
    )


def _words(text: str) -> list[str]:
    return [word for word in text.split() if any(map(str.isalnum, word))]


def _is_ideograph(character: str) -> bool:
    return _IDEOGRAPH.match(character) is not None


def _is_inside_word(folded: Folded, at: int) -> bool:
    before, after = folded.text[max(0, at - 1) : at], folded.text[at : at + 1]
    if is_mark(after) or folded.splits_character(at):
        return True
    if folded.has_hyphen(at) or not (_is_word(before) and _is_word(after)):
        return False
    return not (_UNSPACED.match(before) or _UNSPACED.match(after))


def _is_word(character: str) -> bool:
    return is_letter(character) or character.isdecimal()
