"""Compares the facts of a claim with those of its source: numbers, dates, names, negation.

Each rule would sooner miss a contradiction than take a true paraphrase for one: what could have
been counted, rounded, abbreviated or derived by one who read the source is let pass.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

from rag.names import KnownNames, find_names
from rag.quantities import Number, Quantities, read_quantities
from rag.questions import WORD, stem, terms


class Fact(StrEnum):
    """What of a claim its source does not bear out."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"


COUNTED = 10
"""Numbers up to here may have been counted by the writer from a list of things."""

NEAR = 0.1
"""How far a number that is said to be about another may be from it."""

ROUNDED = 0.05
"""How far a large number that was rounded may be from what it was."""

COVERED = 0.7
"""Share of a sentence's content words from which on a claim is taken to restate it."""

_quantities = lru_cache(maxsize=64)(read_quantities)
_names = lru_cache(maxsize=64)(KnownNames)

_ABOUT = frozenset("about around roughly nearly almost approximately some circa close".split())
_MORE = frozenset("than over least exceeding above exceeds exceeded".split())
_LESS = frozenset("than under most below up".split())
_IMPLIED = {
    "half": (0.5, 50), "halves": (0.5, 50), "quarter": (0.25, 25), "quarters": (0.25, 75),
    "third": (1 / 3, 33), "thirds": (67, 66, 2 / 3), "double": (2, 100), "doubled": (2, 100),
    "doubling": (2, 100), "twice": (2,), "triple": (3,), "tripled": (3,), "dozen": (12,),
    "decade": (10,), "century": (100,), "all": (100,), "fortnight": (14,), "year": (12,),
}  # fmt: skip
"""What a word of a source may well be called in numbers."""

_FOREIGN = frozenset(
    """der die das und ist nicht ein eine den dem des mit für von el la los las les des un une et
    est dans pour que por para con del y il lo gli che di é è het een en van""".split()
)
_ENGLISH = frozenset("the of and to in is was were are that for on with by at from as be".split())


def unmatched_fact(
    claim: str, source: str, sentences: Sequence[str], known: str = ""
) -> Fact | None:
    """Return a fact of a claim that its source does not have, if there is one.

    ``source`` is all that the claim may draw on, ``sentences`` are those that it quotes from, and
    ``known`` is other text whose names can tell a name from a word that begins a sentence.
    """
    ours, theirs = _quantities(claim), _quantities(source)
    if any(not _has_number(number, theirs, source) for number in ours.numbers):
        return Fact.NUMBER
    if not _has_dates(ours, theirs):
        return Fact.DATE
    if not (_is_english(claim) and _is_english(source)):
        return None
    if unmatched_names(claim, source, known):
        return Fact.NAME
    return Fact.NEGATION if turns_round(claim, sentences) else None


def _is_english(text: str) -> bool:
    """Say whether the rules for words hold: of another language, numbers alone are compared."""
    words = {word.casefold() for word in WORD.findall(text)}
    return len(words & _ENGLISH) >= len(words & _FOREIGN)


def _has_number(number: Number, source: Quantities, text: str) -> bool:
    known = source.values
    if number.values & known:
        return True
    if number.spelled and not number.ordinal and min(number.values) <= COUNTED:
        return not _counts_otherwise(number, source)
    if any(implied in number.values for implied in _implied(text)):
        return True
    return any(
        _may_mean(number, value, other) for value in number.values for other in known
    ) or _in_range(number, source)


def _counts_otherwise(number: Number, source: Quantities) -> bool:
    """Say whether the source gives another number of the same things, and never this one."""
    things = stem(number.after)
    return any(
        stem(other.after) == things and not other.ordinal and min(other.values) > 1
        for other in source.numbers
        if things and min(number.values) > 1
    )


def _implied(text: str) -> Iterator[float]:
    for word in WORD.findall(text.casefold()):
        yield from _IMPLIED.get(word, ())


def _may_mean(number: Number, value: float, other: float) -> bool:
    words = set(number.before.split())
    if words & _ABOUT and abs(value - other) <= NEAR * other:
        return True
    if words & _MORE and value <= other <= 2 * value:
        return True
    if words & _LESS and value / 2 <= other <= value:
        return True
    return _is_rounded(value, other)


def _is_rounded(value: float, other: float) -> bool:
    """Say whether ``value`` is ``other`` with fewer digits, of a decimal or a large number."""
    exact = not other.is_integer() or (other >= 1000 and not 1000 <= value <= 2100)
    if not (exact and value and abs(value - other) <= ROUNDED * abs(other)):
        return False
    digits = len(f"{value:.10g}".replace(".", "").strip("0")) or 1
    return math.isclose(float(f"{other:.{digits}g}"), value)


def _in_range(number: Number, source: Quantities) -> bool:
    """Say whether a decade or a century has a year of the source, or a range its ends."""
    value = min(number.values)
    span = 10 if number.decade else 100 if number.ordinal and number.after == "century" else 0
    first = value if number.decade else 100 * (value - 1)
    return span > 0 and any(first <= other < first + span + 1 for other in source.values)


def _has_dates(claim: Quantities, source: Quantities) -> bool:
    known = {date for dates in source.dates for date in dates}
    months = {month for month, _ in known}
    return all(
        any(date in known or (not date[1] and date[0] in months) for date in dates)
        for dates in claim.dates
    )


def unmatched_names(claim: str, source: str, known: str = "") -> list[str]:
    """Return the names of a claim that its source does not have, folded.

    A word that begins a sentence is a name only where ``known`` uses it as one.
    """
    names = _names(source)
    missing = [name for name in find_names(claim) if not names.has(name)]
    if any(name.begins for name in missing):
        named = {word for name in find_names(known) if not name.begins for word in name.words}
        missing = [name for name in missing if not name.begins or set(name.words) <= named]
    return [" ".join(name.words) for name in missing]


_NEGATIONS = frozenset("not never no none nobody nothing neither nor without cannot".split())
_DENIALS = frozenset(
    stem(word)
    for word in """fail failed refuse refused deny denied decline declined reject rejected lack
    lacked lacking absent absence unable avoid avoided prevent prevented stop stopped halt oppose
    opposed against except unless hardly barely rarely seldom scarcely few little less instead
    rather ban banned forbid forbidden prohibit prohibited cancel cancelled abandon abandoned
    impossible unlikely despite although but however only yet zero missing miss missed lose lost
    end ended ceased former free exclude excluded false wrong untrue minus if whether doubt dispute
    disputed contrary unlike different differ differs until too away out excluding unknown
    unclear impossible illegal unfair incomplete insufficient""".split()
)
_NEGATIVE_PREFIX = re.compile(r"(?:un|in|im|ir|il|dis|non|mis)(?P<rest>[a-z]{4,})")
_REACH = 3
"""A negation counts for this many words after it."""


def turns_round(claim: str, sentences: Sequence[str]) -> bool:
    """Say whether a claim denies what one of the sentences says, or says what that denies.

    Only of a claim that restates a sentence nearly word for word, and where neither has other
    words that could deny or limit something.
    """
    wanted = set(terms(claim))
    for sentence in sentences:
        shared = wanted & set(terms(sentence))
        if len(shared) < max(2, COVERED * len(wanted)):
            continue
        ours, theirs = _denied(claim), _denied(sentence)
        if bool(ours) == bool(theirs):
            continue
        plain, denied = (sentence, ours) if ours else (claim, theirs)
        if not _may_deny(plain, denied) and not _limits(claim, sentence) and denied & shared:
            return True
    return False


def negations(text: str) -> int:
    """Count the words of a text that deny."""
    return sum(map(_is_negation, _words(text)))


_NUMERO = re.compile(r"\bno\.\s*(?=\d)", re.IGNORECASE)
"""The "No." of "No. 10", which denies nothing."""


def _words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in WORD.findall(_NUMERO.sub("", text))]


def _is_negation(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def _denied(text: str) -> set[str]:
    """Return the stems of the words that follow a negation at once."""
    words = _words(text)
    return {
        stem(word)
        for at, negation in enumerate(words)
        if _is_negation(negation) and words[at + 1 : at + 2] not in (["only"], ["just"])
        for word in words[at + 1 : at + 1 + _REACH]
    }


def _may_deny(text: str, denied: Collection[str]) -> bool:
    """Say whether a text has a word that may deny; "unsigned" does where "not signed" is meant."""
    return any(
        _is_negation(word) or stem(word) in _DENIALS or _opposite(word) in denied
        for word in _words(text)
    )


def _opposite(word: str) -> str:
    found = _NEGATIVE_PREFIX.fullmatch(word)
    return stem(found["rest"]) if found else ""


def _limits(claim: str, sentence: str) -> bool:
    """Say whether the two have words of a contrast, of which a claim may take one side."""
    words = set(_words(claim)) | set(_words(sentence))
    return bool(words & {"but", "instead", "rather", "unless", "until", "although", "while"})
