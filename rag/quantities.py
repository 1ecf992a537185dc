"""Reads the numbers and dates of a text, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ONES = {
    word: float(number)
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""".split()
    )
}
_TENS = {
    word: 10.0 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
    )
}
_CARDINALS = _ONES | _TENS
_ORDINALS = {
    word: float(number)
    for number, word in enumerate(
        """third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
        fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
        3,
    )
}
_SMALL_ORDINALS = {"first": 1.0, "second": 2.0} | _ORDINALS
_SCALES = {
    name: 10.0**power
    for power, names in {
        2: "hundred",
        3: "thousand k",
        6: "million millions m mn mln",
        9: "billion billions bn b",
        12: "trillion tn",
    }.items()
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        """january/jan february/feb march/mar april/apr may june/jun july/jul august/aug
        september/sep/sept october/oct november/nov december/dec""".split(),
        1,
    )
    for name in names.split("/")
}
_SHORT_MONTH = 3
_JOINING = frozenset("to and until through or".split())
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

_TOKEN = re.compile(
    r"(?P<iso>\b\d{4}-\d{2}-\d{2}(?!\d))"
    r"|(?P<day>\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d))"
    r"|(?P<time>\b\d{1,2}:\d{2}(?!\d))"
    r"|(?P<code>\b[A-Z]{1,5}-?\d\w*)"
    r"|(?P<digits>(?:(?<![\w.])|(?<=[A-Z]\$)|(?<=\d[-–]))"
    r"(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\w.,]*\d)|\d+(?:[.,]\d+)*))"
    r"(?P<after>[A-Za-z]{0,5})(?![A-Za-z])"
    r"|(?P<fraction>[½¼¾⅓⅔])"
    r"|(?P<word>[A-Za-z]+)"
)
_SECOND_YEAR = re.compile(r"\b(\d\d)\d\d[-–/](\d\d)(?![\d-])")
_ITEM = re.compile(r"\s*\(?\d{1,2}[.)]\s")
_BETWEEN_DAYS = re.compile(r"\s*[-–—]\s*")
_BY_SPACES = re.compile(r"\d{1,3}(?:\s\d{3})+")
_BY_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BY_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text: what it may amount to, and the words before and after it.

    Of an ambiguous one, such as "3.000", ``values`` has every reading. ``spelled`` says that it is
    in words, ``decade`` that it is one such as "1990s", ``ordinal`` that it is one such as "19th".
    """

    values: frozenset[float]
    before: str
    after: str
    spelled: bool = False
    decade: bool = False
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class Quantities:
    """The numbers of a text and its dates.

    A date is the set of what it may mean, as (month, day), the day 0 where only a month is named.
    """

    numbers: tuple[Number, ...]
    dates: tuple[frozenset[tuple[int, int]], ...]

    @property
    def values(self) -> frozenset[float]:
        """Return all that the numbers may amount to."""
        return frozenset(value for number in self.numbers for value in number.values)


def read_quantities(text: str) -> Quantities:
    """Find the numbers and dates of ``text``; days of months and years are numbers too."""
    return _Reading(text).result()


def _after_numeral(text: str) -> int:
    """Return where the text begins after the number of a list's item."""
    item = _ITEM.match(text)
    return item.end() if item else 0


class _Reading:
    """Reads one text, token by token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_TOKEN.finditer(text, _after_numeral(text)))
        self._numbers: list[Number] = []
        self._dates: list[frozenset[tuple[int, int]]] = []

    def result(self) -> Quantities:
        at = 0
        while at < len(self._tokens):
            at = self._read(at)
        for century, year in _SECOND_YEAR.findall(self._text):
            self._add((float(century + year),), 0, 0)
        return Quantities(tuple(self._numbers), tuple(self._dates))

    def _read(self, at: int) -> int:
        """Read what begins at a token and return where to go on."""
        token = self._tokens[at]
        match token.lastgroup:
            case "iso":
                year, month, day = map(int, token.group().split("-"))
                self._add_date((month, day))
                self._add((year,), at, at + 1)
            case "day":
                one, two, year = map(int, re.split(r"[/.]", token.group()))
                self._add_date((one, two), (two, one))
                self._add((year, 2000 + year, 1900 + year), at, at + 1)
            case "time":
                hour, minute = map(int, token.group().split(":"))
                self._add((hour % 12 + minute / 100, hour, hour % 12), at, at + 1)
            case "fraction":
                self._add((_FRACTIONS[token.group()],), at, at + 1)
            case "after" | "digits":
                return self._read_digits(at)
            case "word":
                return self._read_word(at)
        return at + 1

    def _read_digits(self, at: int) -> int:
        token = self._tokens[at]
        values, suffix = _values(token["digits"]), token["after"].casefold()
        end = at + 1
        if self._is_next(end) and self._tokens[end].lastgroup == "fraction":
            values = [value + _FRACTIONS[self._tokens[end].group()] for value in values]
            end += 1
        scale = _SCALES.get(suffix, 1.0)
        while scale == 1.0 and self._is_next(end) and (more := _SCALES.get(self._word(end))):
            scale, end = more, end + 1
        self._add(
            [value * scale for value in values],
            at,
            end,
            decade=suffix == "s",
            ordinal=suffix in {"st", "nd", "rd", "th"},
        )
        self._note_day(values, at, end)
        return end

    def _read_word(self, at: int) -> int:
        word = self._word(at)
        if month := self._month(at):
            self._dates.append(frozenset({(month, 0)}))
            return at + 1
        if word in _SMALL_ORDINALS:
            if word in _ORDINALS:
                self._add((_ORDINALS[word],), at, at + 1, spelled=True, ordinal=True)
            self._note_spelled_day(_SMALL_ORDINALS[word], at, at + 1)
            return at + 1
        if word == "half" and self._word(at + 1) == "a" and self._is_scale(at + 2):
            self._add((_SCALES[self._word(at + 2)] / 2,), at, at + 3, spelled=True)
            return at + 3
        if word in _CARDINALS or (word == "a" and self._is_scale(at + 1)):
            return self._read_spelled(at)
        return at + 1

    def _read_spelled(self, at: int) -> int:
        """Read "two hundred and five", "twenty-first", "a million" or "two and a half million"."""
        whole, part, end, ordinal = 0.0, 0.0, at, False
        while end < len(self._tokens) and (end == at or self._is_next(end)):
            word = self._word(end)
            if word in _CARDINALS and (part % 100 == 0 or (part % 100 >= 20 and word in _ONES)):
                part += _CARDINALS[word]
            elif part % 100 >= 20 and word in _SMALL_ORDINALS:
                part, ordinal = part + _SMALL_ORDINALS[word], True
            elif word == "a" and end == at:
                part = 1.0
            elif part and word == "hundred":
                part *= 100
            elif part and self._is_scale(end):
                whole, part = whole + part * _SCALES[word], 0.0
            elif part and [self._word(end + n) for n in range(3)] == ["and", "a", "half"]:
                part, end = part + 0.5, end + 2
            elif not (word == "and" and self._goes_on(end, part)):
                break
            end += 1
        self._add((whole + part,), at, end, spelled=True, ordinal=ordinal)
        if ordinal:
            self._note_spelled_day(whole + part, at, end)
        return end

    def _goes_on(self, at: int, part: float) -> bool:
        follows = at + 1 < len(self._tokens) and self._word(at + 1) in _CARDINALS
        return follows and part >= 100 and part % 100 == 0

    def _is_scale(self, at: int) -> bool:
        """Say whether a token is a scale in full, "million" rather than "m"."""
        return len(self._word(at)) > 2 and self._word(at) in _SCALES

    def _note_day(self, values: Sequence[float], at: int, end: int) -> None:
        """Note the day of "March 12", "12th of March", "12 to 14 March" and "March 12-14"."""
        near = [at - 1, end]
        if self._word(end) == "of":
            near.append(end + 1)
        later = end + (self._word(end) in _JOINING)
        if self._is_day(later) and (later > end or self._are_joined(later - 1, later)):
            near.append(later + 1)
        if self._is_day(at - 1) and self._are_joined(at - 1, at):
            near.append(at - 2)
        self._note_days(values, near)

    def _note_spelled_day(self, value: float, at: int, end: int) -> None:
        """Note the day of "April third" and "the third of April"."""
        self._note_days([value], [at - 1, end + 1] if self._word(end) == "of" else [at - 1])

    def _note_days(self, values: Sequence[float], near: Sequence[int]) -> None:
        months = [month for place in near if (month := self._month(place))]
        for value in values:
            if value in range(1, 32):
                self._dates += [frozenset({(month, int(value))}) for month in months]

    def _is_day(self, at: int) -> bool:
        return self._word(at).isdecimal() and int(self._word(at)) in range(1, 32)

    def _are_joined(self, at: int, later: int) -> bool:
        """Say whether a dash alone stands between two tokens."""
        between = self._text[self._tokens[at].end() : self._tokens[later].start()]
        return bool(_BETWEEN_DAYS.fullmatch(between))

    def _add_date(self, *readings: tuple[int, int]) -> None:
        """Add a date, and its days as numbers."""
        dates = [(month, day) for month, day in readings if 1 <= month <= 12 and 1 <= day <= 31]
        if dates:
            self._dates.append(frozenset(dates))
            self._add([day for _, day in dates], 0, 0)

    def _add(
        self,
        values: Iterable[float],
        at: int,
        end: int,
        *,
        spelled: bool = False,
        decade: bool = False,
        ordinal: bool = False,
    ) -> None:
        known = frozenset(float(value) for value in values)
        before = " ".join(self._word(place) for place in range(max(0, at - 2), at))
        self._numbers.append(
            Number(known, before, self._word(end), spelled, decade=decade, ordinal=ordinal)
        )

    def _word(self, at: int) -> str:
        return self._tokens[at].group().casefold() if 0 <= at < len(self._tokens) else ""

    def _is_next(self, at: int) -> bool:
        """Say whether a token follows the one before it with no more than a space or hyphen."""
        if at >= len(self._tokens):
            return False
        return self._text[self._tokens[at - 1].end() : self._tokens[at].start()] in {" ", "-", ""}

    def _month(self, at: int) -> int | None:
        """Return the number of a month; "may" and "march" are months beside a number or "in"."""
        if not 0 <= at < len(self._tokens) or not self._tokens[at].group()[0].isupper():
            return None
        word = self._word(at)
        month = _MONTHS.get(word)
        if month and (word in {"may", "march"} or len(word) <= _SHORT_MONTH):
            near = [self._word(at - 1), self._word(at + 1)]
            dated = any(w[:1].isdigit() for w in near) or near[0] in _BEFORE_MONTH
            return month if dated else None
        return month


_BEFORE_MONTH = frozenset("in of since until by last early late mid this next and to from".split())


def _values(digits: str) -> Sequence[float]:
    """Return what digits may amount to: points and commas part thousands, or decimals.

    Spaces part thousands, or numbers.
    """
    if _BY_SPACES.fullmatch(digits):
        parts = digits.split()
        return [float(reading) for reading in ["".join(parts), *parts]]
    readings = []
    if _BY_COMMAS.fullmatch(digits):
        readings.append(digits.replace(",", ""))
    if _BY_POINTS.fullmatch(digits):
        readings.append(digits.replace(".", "").replace(",", "."))
    if digits.count(".") + digits.count(",") <= 1:
        readings.append(digits.replace(",", "."))
    return [float(reading) for reading in readings] or [
        float(part) for part in re.split("[.,]", digits)
    ]
