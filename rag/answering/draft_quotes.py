"""Finds the quotes in a bracket of a draft, however a model writes them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from rag.types import ProposedQuote

MAX_QUOTES: Final = 64
"""More quotes of one claim than this are not looked at."""

MAX_BRACKET: Final = 4_000
"""Characters after which a bracket is taken to have ended."""

_CLOSERS: Final = {
    '"': '"”“″',
    "“": '”"',
    "”": '”"',
    "„": '“”"',
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "'": "'’",
    "‘": "’'",
    "’": "’'",
    "‚": "‘’'",
    "`": "`'´",
    "「": "」",
    "『": "』",
    "《": "》",
}
OPENERS: Final = frozenset(_CLOSERS)
"""Marks that open a quote, in the ways of several languages."""

CLOSERS: Final = frozenset("".join(_CLOSERS.values()))
"""Marks that close one."""

PLACE: Final = (
    r"(?:passages?|sources?|documents?|doc|pages?|para|refs?|citations?|quotes?|no|nr|pp?)\b"
)
"""Words before a passage's number, as a part of a regular expression that ignores case."""

_MAX_DIGITS = 9
_NUMBER = rf"(?:{PLACE}[.:_-]*+\s*+|[#№§(\[]\s?)*+(?P<number>[-−–]?\d++)(?![^\W\d_])"
_SEPARATOR = r"[\s.:,;)\]|=>–—-]*+"
_MORE = rf"(?:(?:[^\W\d_]{{1,9}}\.?\s)?\d{{1,4}}{_SEPARATOR})*+"
_BEFORE_WORDS = re.compile(_NUMBER + _SEPARATOR, re.IGNORECASE)
_BEFORE_MARK = re.compile(_NUMBER + _SEPARATOR + _MORE, re.IGNORECASE)


class Bracket:
    """The inside of a bracket while it is read."""

    def __init__(self, head: str = "") -> None:
        self._content = list(head)
        self._depth = 0  # of brackets inside
        self._closing = 0  # how many "]" were just read
        self._is_quoted = False

    @property
    def content(self) -> str:
        """Return what was read, without the marks that closed the bracket."""
        return "".join(self._content)

    def read(self, character: str) -> bool:
        """Take a character; say whether it belongs to the bracket, which has ended if not."""
        if character == "]":
            self._closing += 1
            return True
        if self._closing and self._ends():
            return False
        if character == "\n" or len(self._content) >= MAX_BRACKET:
            return False
        self._depth += character == "["
        before = self._content[-1] if self._content else " "
        self._is_quoted |= character in OPENERS and not before.isalnum()
        self._content.append(character)
        return True

    def _ends(self) -> bool:
        """Say whether the ``]`` just read end the bracket; if not they belong to the quote.

        They do after a closing quotation mark, if no mark opened a quote, and in pairs, unless
        they only close brackets inside.
        """
        is_after_quote = self.content[-2:].rstrip()[-1:] in CLOSERS
        unmatched = self._closing - self._depth
        ends = unmatched > 0 and (is_after_quote or not self._is_quoted)
        if self._closing > 1:
            ends = ends or is_after_quote or self._depth < 2 or unmatched > 1
        inside = min(self._closing, self._depth if ends else MAX_BRACKET)
        if not (ends and is_after_quote):
            self._content += "]" * inside
        self._depth = max(0, -unmatched)
        self._closing = 0
        return ends


def starts_quote(head: str) -> bool:
    """Say whether what stands between ``[`` and a quotation mark names a passage."""
    return bool(_BEFORE_MARK.fullmatch(head.strip()))


def parse_quotes(bracket: str) -> tuple[ProposedQuote, ...]:
    """Return the quotes of a bracket's inside, none where it holds but a number.

    Without quotation marks all words after the number are the quote. A number that is missing is
    that of the quote before; one that was never given or has more than nine digits is 0.
    """
    words = " ".join(bracket.replace('\\"', '"').replace("\\'", "'").split()).lstrip("[ ")
    if words.endswith("]") and words.count("]") > words.count("["):
        words = words[:-1].rstrip()
    number, at = _start(words)
    opener = words[at : at + 1]
    if opener not in OPENERS:
        return (ProposedQuote(number, words[at:]),) if any(map(str.isalnum, words[at:])) else ()
    quotes = []
    at += 1
    while following := _between(opener).search(words, at):
        quotes.append(ProposedQuote(number, words[at : following.start()].strip()))
        number = _value(following["number"]) if following["number"] else number
        opener, at = words[following.end() - 1], following.end()
    quotes.append(ProposedQuote(number, _closed(words[at:], opener)))
    return tuple(quote for quote in quotes if quote.text)[:MAX_QUOTES]


def _start(words: str) -> tuple[int, int]:
    """Return the number and where the words begin; "3, line 7:" counts before a mark only."""
    found = _BEFORE_MARK.match(words)
    if not found or words[found.end() : found.end() + 1] not in OPENERS:
        found = _BEFORE_WORDS.match(words)
    return (_value(found["number"]), found.end()) if found else (0, 0)


def _value(digits: str) -> int:
    return int(re.sub("[−–]", "-", digits)) if len(digits) <= _MAX_DIGITS else 0


@cache
def _between(opener: str) -> re.Pattern[str]:
    """Compile what parts two quotes, and no quotation inside one that is opened by ``opener``."""
    marks = "".join(_CLOSERS)
    return re.compile(
        rf"(?<=\S)[{_CLOSERS[opener]}]\s?[,;:/|&+]*+\s?(?:and\s)?"
        rf"(?:{_BEFORE_WORDS.pattern}[{marks}]|{opener})(?=\S)",
        re.IGNORECASE,
    )


def _closed(words: str, opener: str) -> str:
    """Cut the last quote at its closing mark, if it has one.

    Quotations inside come in pairs, so an odd number of marks means that one closes the quote.
    """
    closers = _CLOSERS[opener]
    trimmed = words.rstrip(" .,;")
    if trimmed.endswith(tuple(closers)):
        return trimmed[:-1].strip()
    marks = {opener, *closers}
    last = max(map(words.rfind, closers))
    is_apostrophe = "'" in closers
    if last >= 0 and not is_apostrophe and sum(map(marks.__contains__, words)) % 2:
        return words[:last].strip()
    return words.strip()
