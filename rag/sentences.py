"""Cuts text into sentences with exact offsets.

A sentence ends at a mark such as ``.``, ``?`` or ``。`` unless the words around it say otherwise:
an abbreviation, an initial, a small letter that goes on, an open bracket. A line break ends one
too, unless the line is merely wrapped. Only places to cut are chosen and the text is never
rewritten, so the offsets are right by construction.

Own rules, because no library holds (figures in ``benchmarks/README.md``): syntok joins sentences
after a number and knows no Chinese or Japanese; pysbd cuts every wrapped line, and its time grows
with the square of the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.types import Span

MAX_CHARACTERS = 1_000
"""No sentence is longer: text without full stops is cut at a clause, at a space, or anywhere."""

_NEVER_LAST = re.compile(
    "mr|mrs|ms|messrs|mme|mlle|drs?|prof|gen|sens?|rep|govs?|lt|col|sgt|capt|cmdr|maj|adm|pres"
    "|supt|rev|det|cpl|pvt|spc|insp|atty|msgr"
    r"|hon|vs|e\.g|i\.e|cf|viz|approx|esp|incl"
)
"""Abbreviations that something always follows."""

_MONTHS = "jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
_BEFORE_NUMBER = re.compile(
    _MONTHS + "|nos?|nr|vols?|pp?|ch|sec|art|figs?|eqs?|para|ca?"
    "|(?P<word>refs?|tabs?|secs|arts|app|ex)"
)
"""Abbreviations that a number follows; before ``I`` some are words, as in "the app. I use it"."""

_SELDOM_LAST = re.compile(
    _MONTHS + r"|reps|profs|brig|inc|ltd|corp|co|llc|plc|bros|jr|sr|st|mt|ft|al|ph\.d|dept|univ"
    r"|[^\W\d_](?:\.[^\W\d_]{1,2})*"  # an initial or an acronym
)
"""Abbreviations that end a sentence only where the next word clearly begins one."""

_STARTER = re.compile(
    "the|an?|this|that|these|those|he|she|it|they|we|i|you|his|her|its|their|our|my|your|there|here"
    "|in|on|at|by|for|from|with|as|if|when|while|after|before|since|because|although|though|but|and"
    "|or|so|yet|however|then|thus|meanwhile|moreover|instead|also|what|who|how|why|where|which|one"
    "|some|many|most|all|no|not|both|each|every|another|such|other|did|do|does|is|are|was|were|can"
    "|could|would|should|has|have|had",
    re.IGNORECASE,
)
"""Words that begin a sentence even after an abbreviation."""

_FOOTNOTE = r"\[(?:\d{1,3}|\^[^\s\[\]]{1,32})\]"
_CLOSING = rf"(?:[\"'”’)\]*_）】」』》〉]|[ \u00a0\u202f](?:[»)]|'')|»|{_FOOTNOTE})*+"
"""What belongs to the sentence before it: closing quotes and brackets, emphasis, footnotes."""

_NOTE = r"(?<=[^\W\d_][.!?]|[”\"’'][.!?]|[.!?][”\"’'])\d{1,3}"
"""The raised number of a note, as it is read without its height; after a figure, a decimal."""

_MARK = re.compile(
    rf"(?P<wide>[。！？｡]++)(?P<closed>{_CLOSING})"
    rf"|(?<![.!?…])(?P<mark>[.!?…।؟]++){_CLOSING}(?P<note>{_NOTE})?(?=\s|\Z)"
)
_NEXT = re.compile(r"\s*+[\"'“‘«»(\[¿¡]*+(?P<word>[^\W_]*+)(?P<stop>[.!?…]?)")
_LAST_WORD = re.compile(r"[^\s\"“”«»()\[\]/—–-]*+ ?\Z")
_ORDINAL = re.compile(r"[\s(\[•*-]*(?:\d{1,3}|[^\W\d_]|[ivxIVX]{1,4})\Z")
_ROMAN = re.compile(r"[IVXLC]+")
_FIGURE = re.compile(r"[^\W\d_]?\d")
_CLAUSE = re.compile(r"[,;:，；：、—–](?=\s|[^\x00-\x7f])")
_VISIBLE = re.compile(r"\S")

_NEW_LINE = re.compile(
    r"(?:[-*+•‣◦▪·]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s"  # a list's item
    r"|[<|]|\[?\d{1,4}[-:/.]\d\d|[^\t]{0,80}\t"  # a log's entry, a table's row
    r"|(?:[^,;\s]{0,80}[,;](?=\S)){2}"
)
_SPEAKER = re.compile(r"[\w.-]{1,24}:\s")
_GOES_ON = re.compile(
    r"(?:[.!?…,;–—-]|\b(?:a|an|and|as|at|by|for|from|in|of|on|or|that|the|to|with))\Z"
)
_NARROWEST_WRAPPED = 30
"""A line can only be full, and so wrapped, where the longest of its block has this length."""

_BRACKETS = 300
"""Characters within which a bracket is looked for."""

_NEAR = 24
"""Characters before a full stop that decide what it is."""


def split_sentences(text: str, within: Span) -> list[Span]:
    """Return the sentences of ``text`` inside ``within``, in order and without overlap.

    Each begins and ends with a visible character, together they cover every visible one, and none
    is longer than ``MAX_CHARACTERS``. Takes time in proportion to the length.
    """
    region = within.of(text)
    bounds = [0, *_ends(region), len(region)]
    pieces = (piece for start, end in pairwise(bounds) for piece in _capped(region, start, end))
    return [Span(within.start + start, within.start + end) for start, end in pieces]


def _capped(region: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what is visible from ``start`` to ``end``, in parts where it is too long."""
    while visible := _VISIBLE.search(region, start, end):
        start = visible.start()
        window = region[start : min(end, start + MAX_CHARACTERS)]
        length = len(window) if start + len(window) == end else _cut(window)
        yield start, start + len(window[:length].rstrip())
        start += length


def _cut(window: str) -> int:
    """Return where to cut a full window: in its second half, at a clause, a space, or its end."""
    half = len(window) // 2
    clauses = [found.end() for found in _CLAUSE.finditer(window, half)]
    spaces = [index + 1 for index in range(half, len(window)) if window[index].isspace()]
    return max(clauses or spaces, default=len(window))


def _ends(region: str) -> list[int]:
    """Return the offsets after which a new sentence begins, in order."""
    caseless = region == region.lower()
    breaks = list(_hard_breaks(region))
    ends = set(breaks)
    start, later = 0, iter([*breaks, len(region)])
    line_end = next(later)
    for mark in _MARK.finditer(region):
        while line_end <= mark.start():
            start, line_end = line_end, next(later)
        if _ends_sentence(region, start, mark, caseless=caseless):
            start = mark.end()
            ends.add(start)
    return sorted(ends)


def _hard_breaks(region: str) -> Iterator[int]:
    """Yield the starts of the lines that do not go on from the line above."""
    lines, at = [], 0
    for line in region.split("\n"):
        if words := line.strip():
            lines.append((at + line.index(words[0]), words))
        at += len(line) + 1
    width = max((len(words) for _, words in lines), default=0)
    for (start, above), (below_at, below) in pairwise(lines):
        blank = region.count("\n", start + len(above), below_at) > 1
        if blank or _is_new(above, below, width):
            yield below_at


def _is_new(above: str, below: str, width: int) -> bool:
    if _NEW_LINE.match(below):
        return True
    first = below[:width].split(maxsplit=1)[0]
    if width >= _NARROWEST_WRAPPED and len(above) + 1 + len(first) > 0.9 * width:
        return False
    if _GOES_ON.search(above[-10:]):
        return False
    return not below[0].islower() or bool(_SPEAKER.match(below))


def _ends_sentence(region: str, start: int, mark: re.Match[str], *, caseless: bool) -> bool:
    if mark["wide"]:
        return not (mark["closed"] and region[mark.end() : mark.end() + 1].isalnum())
    following = _NEXT.match(region, mark.end())
    word, stop = (following["word"], following["stop"]) if following else ("", "")
    if not word and stop:  # the first points of a spaced ellipsis
        return False
    if word[:1].islower() and word.islower() and not caseless:
        return False
    if _inside_brackets(region, start, mark.end()) or _is_heading(region, start, mark.end()):
        return False
    before = region[max(start, mark.start() - _NEAR) : mark.start()]
    if mark["note"]:
        return word[:1].isupper() and not _is_abbreviation(_last_word(before))
    return mark["mark"] != "." or _full_stop_ends(before, word, stop)


def _is_heading(region: str, start: int, end: int) -> bool:
    """Say whether words in bold begin a sentence: "**Tower.** There are 143 steps" is one."""
    opened = region[start : start + _NEAR].lstrip()[:2]
    return opened in ("**", "__") and region.endswith(opened, start, end)


def _is_abbreviation(word: str) -> bool:
    return any(known.fullmatch(word) for known in (_NEVER_LAST, _BEFORE_NUMBER, _SELDOM_LAST))


def _inside_brackets(region: str, start: int, at: int) -> bool:
    """Say whether ``at`` is in round brackets that did not open with the sentence."""
    near = max(start, at - _BRACKETS)
    opened = region.rfind("(", near, at)
    return (
        opened > region.rfind(")", near, at)
        and region.find(")", at, at + _BRACKETS) > 0
        and not (near == start and region[start:opened].strip() == "")
    )


def _full_stop_ends(before: str, following: str, stop: str) -> bool:
    """Say whether a full stop ends a sentence, given what is near before it and the next word."""
    if len(before) < _NEAR and _ORDINAL.match(before):
        return False
    last = _last_word(before)
    if _NEVER_LAST.fullmatch(last):
        return False
    numbered = _BEFORE_NUMBER.fullmatch(last)
    if numbered and _FIGURE.match(following):
        return False
    if numbered and not numbered["word"] and _ROMAN.fullmatch(following):
        return False
    if _SELDOM_LAST.fullmatch(last):
        return bool(_STARTER.fullmatch(following)) and not stop
    return True


def _last_word(before: str) -> str:
    found = _LAST_WORD.search(before)
    return found.group().strip(" '’‘*_").lower() if found else ""
