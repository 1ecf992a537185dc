"""Folds typography, so that words can be compared, with a map back to the source.

What is one text to a reader becomes one string: quotation marks, dashes, white space, ligatures,
full-width and presentation forms, canonically equal sequences, soft hyphens and invisible
characters. Letter case stays, and so does what could change a value: superscripts, fractions.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache

from rag.types import Span

DASHES = "\\-\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe31\ufe32\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs, as the inside of a regular expression's character class."""

_SINGLE = "'`\u00b4\u02b9\u02bb-\u02bd\u02c8\u2018-\u201b\u2032\u2035\u2039\u203a\u275b\u275c\uff07"
_DOUBLE = '"\u00ab\u00bb\u201c-\u201f\u2033\u2036\u275d\u275e\u300c-\u300f\u301d-\u301f\uff02'
QUOTATION_MARKS = _SINGLE + _DOUBLE
"""Quotation marks, apostrophes and primes, as the inside of a character class."""

_INVISIBLE = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
SPACES = rf"\s{_INVISIBLE}"
"""White space and what has no width, as the inside of a character class."""

_GAP = f"[{SPACES}]"
_NEWLINE = r"\r\n\v\f\x85\u2028\u2029"
_LINE_END = re.compile(rf"[\-\u00ad\u2010\uff0d][{_INVISIBLE}]*+[^\S{_NEWLINE}]*+[{_NEWLINE}]")
_CLASSES = tuple(
    (re.compile(f"[{inside}]"), folded)
    for inside, folded in (
        (r"a-zA-Z0-9", None),
        (_SINGLE, "'"),
        (_DOUBLE, '"'),
        (DASHES, "-"),
        (_INVISIBLE, ""),
        (r"\s", " "),
    )
)
_COMPATIBLE = ("compat", "final", "font", "initial", "isolated", "medial", "narrow", "small")
_COMPATIBLE_TAGS = frozenset(f"<{tag}" for tag in (*_COMPATIBLE, "square", "vertical", "wide"))
_REPLACED = {"pair": '"', "dots": "..."}
_NESTED_MARK = re.compile(r'(?<!\d)"')


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one typography, and where each of its characters came from.

    Dashes between letters are left out of ``text``, for a hyphen at the end of a line may belong
    to the word ("Japan-U.S.") or to the line ("opera-tional"). ``hyphens`` has the positions in
    ``text`` where one certainly belongs, ``breaks`` those where one may. Each run that was not
    copied as it stands has two entries in ``edges`` and ``origins``: its start and its end, in
    ``text`` and in the source. All four ascend.
    """

    text: str
    hyphens: array[int]
    breaks: array[int]
    edges: array[int]
    origins: array[int]

    def source(self, span: Span) -> Span:
        """Return the place in the source of a ``span`` of ``text``, which must not be empty."""
        return Span(self._origin(span.start).start, self._origin(span.end - 1).end)

    def splits_character(self, at: int) -> bool:
        """Say whether ``at`` lies inside what is one character in the source, as in "ﬁ"."""
        edge = bisect_right(self.edges, at) - 1
        return edge >= 0 and edge % 2 == 0 and self.edges[edge] < at

    def has_hyphen(self, at: int) -> bool:
        """Say whether a dash that certainly belongs to the text was left out at ``at``."""
        return bisect_left(self.hyphens, at) < bisect_right(self.hyphens, at)

    def agrees(self, other: Folded, at: int) -> bool:
        """Say whether ``other``, whose text stands here from ``at``, has the same dashes."""
        size = len(other.text)
        mine, yours = _within(self.hyphens, at, size), _within(other.hyphens, 0, size)
        return mine <= yours | _within(other.breaks, 0, size) and yours <= mine | _within(
            self.breaks, at, size
        )

    def _origin(self, at: int) -> Span:
        edge = bisect_right(self.edges, at) - 1
        if edge >= 0 and edge % 2 == 0:
            return Span(self.origins[edge], self.origins[edge + 1])
        start = at if edge < 0 else self.origins[edge] + at - self.edges[edge]
        return Span(start, start + 1)


def fold(text: str) -> Folded:
    """Fold the typography of ``text``, in time linear in its length."""
    characters = {character: fold_character(character) for character in set(text)}
    wide = "".join(sorted(c for c, folded in characters.items() if len(folded) > 1))
    tape = _Tape(text)
    for run in _runs(wide).finditer(text):
        tape.copy(run.start())
        if run.lastgroup == "wide":
            tape.write(run, characters[run[0]])
        elif run.lastgroup in _REPLACED:
            tape.write(run, _REPLACED[run.lastgroup])
        else:
            tape.write_gap(run)
    return tape.finish(characters)


def is_letter(character: str) -> bool:
    """Say whether ``character`` is a letter or a mark upon one; the empty string is neither."""
    return character.isalpha() or is_mark(character)


def is_mark(character: str) -> bool:
    """Say whether ``character`` is a combining mark; the empty string is not."""
    return character != "" and unicodedata.category(character).startswith("M")


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """Return the folded form of one character, empty if it is invisible."""
    for characters, folded in _CLASSES:
        if characters.match(character):
            return character if folded is None else folded
    return "".join(map(_fold_compatible, unicodedata.normalize("NFD", character)))


def _fold_compatible(character: str) -> str:
    tag = unicodedata.decomposition(character).partition(">")[0]
    if tag not in _COMPATIBLE_TAGS:
        return character
    folded = unicodedata.normalize("NFKD", character)
    ambiguous = len(folded) > 1 and any(c.isdigit() or c.isspace() for c in folded)
    return character if ambiguous else "".join(map(fold_character, folded))


@lru_cache(maxsize=64)
def _runs(wide: str) -> re.Pattern[str]:
    """Compile what finds the runs that cannot be folded character by character.

    ``wide`` are the characters that fold to several. Every quantifier is possessive: the pattern
    never backtracks. The look ahead only makes it faster.
    """
    wide = re.escape(wide)
    first = rf"(?=[{SPACES}{DASHES}{_SINGLE}.…⋯{wide}])"
    dash = rf"(?P<dash>{_GAP}*+[{DASHES}](?:{_GAP}|[{DASHES}])*+)"
    dots = rf"(?P<dots>{_GAP}*+(?:[…⋯]|\.(?:{_GAP}?\.){{2,}}+){_GAP}*+)"
    gap = rf"(?P<gap>{_GAP}{{2,}}+|[{_INVISIBLE}])"
    pair = rf"(?P<pair>[{_SINGLE}]{{2}})"
    expand = f"|(?P<wide>[{wide}])" if wide else ""
    return re.compile(f"{first}(?:{dash}|{dots}|{gap}|{pair}{expand})")


def _order_marks(text: str, marks: Set[str]) -> str:
    """Bring the marks upon each letter into canonical order.

    ``unicodedata.normalize`` would do the same, in time quadratic in the marks upon one letter.
    """
    if len(set(map(unicodedata.combining, marks))) < 2:
        return text
    several = re.compile(f"[{re.escape(''.join(sorted(marks)))}]{{2,}}+")
    return several.sub(lambda run: "".join(sorted(run[0], key=unicodedata.combining)), text)


def _within(positions: array[int], start: int, size: int) -> set[int]:
    """Return the positions inside a stretch, counted from its start."""
    first, last = bisect_right(positions, start), bisect_left(positions, start + size)
    return {position - start for position in positions[first:last]}


@dataclass(slots=True)
class _Tape:
    """The folded text while it is written."""

    text: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    done: int = 0
    hyphens: array[int] = field(default_factory=lambda: array("I"))
    breaks: array[int] = field(default_factory=lambda: array("I"))
    edges: array[int] = field(default_factory=lambda: array("I"))
    origins: array[int] = field(default_factory=lambda: array("I"))

    def copy(self, end: int) -> None:
        """Take over the source up to ``end``."""
        self.parts.append(self.text[self.done : end])
        self.length += end - self.done
        self.done = end

    def write(self, run: re.Match[str], folded: str) -> None:
        """Write ``folded`` for a run of the source."""
        self.parts.append(folded)
        self.edges.extend((self.length, self.length + len(folded)))
        self.origins.extend(run.span())
        self.length += len(folded)
        self.done = run.end()

    def write_gap(self, run: re.Match[str]) -> None:
        """Write white space, invisible characters or dashes, at a line's end or elsewhere."""
        start, end = run.span()
        before, after = self.text[max(0, start - 1) : start], self.text[end : end + 1]
        between_letters = is_letter(before) and after.isalpha()
        starts_word = before.islower() and after.isupper()
        if between_letters and not starts_word and _LINE_END.match(run[0]):
            self.breaks.append(self.length)
            self.write(run, "")
        elif run.lastgroup == "dash":
            if between_letters:
                self.hyphens.append(self.length)
            self.write(run, "" if between_letters else "-")
        else:
            self.write(run, " " if any(map(str.isspace, run[0])) else "")

    def finish(self, characters: Mapping[str, str]) -> Folded:
        """Fold the rest character by character; this changes no length, so no edge moves."""
        self.copy(len(self.text))
        narrow = {ord(c): folded for c, folded in characters.items() if len(folded) == 1}
        marks = {c for folded in characters.values() for c in folded if unicodedata.combining(c)}
        folded = _order_marks("".join(self.parts).translate(narrow), marks)
        text = _NESTED_MARK.sub("'", folded)
        return Folded(text, self.hyphens, self.breaks, self.edges, self.origins)
