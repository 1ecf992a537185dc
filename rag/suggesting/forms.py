"""The questions that a statement answers: why, who, how many, when, where, what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.suggesting.statements import AUXILIARIES, Statement, clause, cut, stands_alone, told
from rag.suggesting.verbs import base_of_past, base_of_present, is_participle


class Form(StrEnum):
    """The kinds of questions, the most interesting first."""

    LIST = "what are the"
    CAUSE = "what caused"
    REASON = "why"
    MEANS = "how"
    WHO = "who"
    AGREED = "what was agreed"
    COUNT = "how many"
    TIME = "when"
    PLACE = "where"
    MEANING = "what is"


@dataclass(frozen=True, slots=True)
class Question:
    """A question; ``promise`` ranks those of the same form, the higher the better."""

    text: str
    form: Form
    promise: float


_NUMBER_WORDS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = (
    rf"(?:\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?|(?:{_MONTHS}) \d{{1,2}}(?:, \d{{4}})?"
    rf"|(?:early |late |mid-)?(?:{_MONTHS})(?: \d{{4}})?|(?:early |late |mid-)?(?:1[5-9]|20)\d\d)"
)
_TIME = re.compile(rf"\b(?:on|in) {_DATE}(?=$|[,;]| (?:and|but|to|after|when|because|with)\b)")
_LEADING_TIME = re.compile(rf"^[OoIi]n {_DATE},? (?=\S)")
_REASON = re.compile(
    r",? (?:mainly |largely |partly |only |simply )?(?:because(?! of\b)|because of|due to|owing to"
    r"|in order to)\b"
)
_MEANS = re.compile(r" by (?!being\b)\w{3,}ing\b")
_IS_A = re.compile(r"^(?:an?|any|the (?!only\b|most\b|first\b|same\b)) ?[a-z]+")
_TERM = re.compile(r"^(?:[A-Z][\w’-]+(?: [A-Z][\w’-]+){0,3}|(?!the |a |an )[a-z]+(?: [a-z]+)?)$")
_CAUSED = re.compile(r"^caused by \w+")
_COUNTED = re.compile(
    rf"^((?:the|[A-Z]\w+[’']s)(?: \w+)? (?:{_NUMBER_WORDS}) (?:\w+ )?\w+s"
    r"(?: (?:of|for|in|at) [\w’' -]+?)?) (?:are|were)\b"
)
_QUANTITY = re.compile(
    r"^(?:about |nearly |almost |over |more than |only |some )?"
    rf"(?:\d[\d,.]*(?: (?:million|billion))?|(?:{_NUMBER_WORDS})) (?!(?:and|or|to|per|%)\b)"
    r"([a-z][a-z-]+(?: [a-z][a-z-]+){0,3})(?=$|[,;.]| )",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"^((?:[a-z-]+ ){0,2}?(?:[a-z-]+[^s\W]s|people|women|men|children))\b")
_NOT_COUNTED = re.compile(
    r"\b(?:times|years|months|weeks|days|hours|minutes|seconds|others|points|dollars|crowns|euros"
    r"|pounds|degrees|was|is|has|does|less|series|years’)\b"
)
_AGREED = frozenset("agree pledge promise decide plan propose refuse undertake intend".split())
_SAID = frozenset(
    "announce conclude recommend warn recognize recognise acknowledge discover predict".split()
)
_SHOWN = frozenset(
    """affirm approve discover guarantee highlight introduce invent prohibit propose protect
    recommend require reveal win""".split()
)
_TURNED = {
    "focus": "on",
    "depend": "on",
    "rely": "on",
    "consist": "of",
    "lead": "to",
    "result": "in",
    "suffer": "from",
    "respond": "to",
}
_PLACE = re.compile(
    r"\b(?:held|located|situated|born|built|founded|based) (in|at|on) (?=the |[A-Z])"
)
_TITLE = (
    r"(?:President|Minister|Secretary|Mayor|Dr\.?|Mr\.?|Mrs\.?|Ms\.?|Professor|General|Captain)"
)
_NAME = r"[A-Z][\w’'-]+(?: (?:[A-Z]\.|[A-Z][\w’'-]+|de|van|von|al)){1,3}"
_PERSON = re.compile(rf"^(?:[\w.-]+ )*{_TITLE}(?: of [A-Z]\w+)? {_NAME}")
_WHO_IS = re.compile(
    rf"\b{_NAME}, who ((?:became|was|is|led|leads|won|wrote|designed|built|founded) [^,;]+?)"
    r"(?=[,.;]|$)"
)
_BY_PERSON = re.compile(rf"^(\w+) by (?:{_TITLE} )?{_NAME}(?=$|[,;]| (?:in|on)\b)")

_NEVER_LAST = frozenset(
    "to of in the a an and by for with on at from as than its their be not about".split()
)
_LEAST_WORDS, _MOST_WORDS = 4, 18


def questions_about(sentence: str, names: Collection[str]) -> Iterator[Question]:
    """Yield the questions that a statement answers.

    ``sentence`` is on one line; ``names`` are the words that keep their capital (``names_in``).
    """
    if not sentence.endswith(".") or not sentence[:1].isupper() or len(sentence) > 400:
        return
    for form, text in _asked(told(sentence, names)):
        question = f"{' '.join(text.split()).strip(' ,;')}?"
        if _reads_well(question):
            yield Question(question, form, _promise(question))


def _asked(sentence: str) -> Iterator[tuple[Form, str]]:
    if found := _COUNTED.match(sentence):
        yield Form.LIST, f"What are {found[1]}"
    for found in _WHO_IS.finditer(sentence):
        yield Form.WHO, f"Who {found[1]}"
    if found := _LEADING_TIME.match(sentence):
        body = sentence[found.end() :]
        if statement := cut(body):
            yield Form.TIME, statement.asked("When", clause(statement.rest))
    elif statement := cut(sentence):
        yield from _of(statement)


def _of(statement: Statement) -> Iterator[tuple[Form, str]]:
    rest = statement.rest
    yield from _persons(statement)
    yield from _counts(statement)
    if found := _REASON.search(rest):
        yield Form.REASON, statement.asked("Why", rest[: found.start()])
    if _CAUSED.match(rest) and statement.verb in ("was", "were", "is", "are"):
        present = statement.verb in ("is", "are")
        yield Form.CAUSE, f"What {'causes' if present else 'caused'} {statement.subject}"
    yield from _times(statement)
    if (found := _PLACE.match(rest)) and statement.verb in ("is", "was", "are", "were"):
        yield Form.PLACE, statement.asked("Where", found[0].rsplit(" ", 2)[0])
    yield from _decisions(statement)
    if found := _MEANS.search(rest):
        yield Form.MEANS, statement.asked("How", clause(rest[: found.start()]))
    if (
        _IS_A.match(rest)
        and statement.verb in ("is", "was", "are")
        and _TERM.match(statement.subject)
    ):
        yield Form.MEANING, f"What {statement.verb} {statement.subject}"


def _persons(statement: Statement) -> Iterator[tuple[Form, str]]:
    if _PERSON.match(statement.subject) and statement.verb != "have":
        rest = re.split(r" and (?=[A-Z])| after | before ", clause(statement.rest))[0]
        yield Form.WHO, f"Who {statement.verb} {rest}"
    found = _BY_PERSON.match(statement.rest)
    if found and statement.verb in ("was", "were") and base_of_past(found[1]):
        yield Form.WHO, f"Who {found[1]} {statement.subject}"


def _counts(statement: Statement) -> Iterator[tuple[Form, str]]:
    """Ask for the number that the rest or the subject begins with."""
    if statement.verb.lower() not in AUXILIARIES and (found := _counted(statement.rest)):
        after = _short(clause(found.after))
        of, where = (after, "") if after.startswith(" of ") else ("", after)
        yield Form.COUNT, statement.asked(f"How many {found.noun}{of}", where)
    if found := _counted(re.sub(r"^a total of ", "", statement.subject)):
        rest = clause(statement.rest)
        yield Form.COUNT, f"How many {found.noun}{found.after} {statement.verb} {rest}"


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a number counts, and the words after it."""

    noun: str
    after: str


def _counted(words: str) -> _Counted | None:
    quantity = _QUANTITY.match(words)
    noun = _PLURAL.match(quantity[1]) if quantity else None
    if quantity is None or noun is None or _NOT_COUNTED.search(noun[1]):
        return None
    return _Counted(noun[1], words[quantity.start(1) + noun.end() :])


def _times(statement: Statement) -> Iterator[tuple[Form, str]]:
    if found := _TIME.search(statement.rest):
        before, after = statement.rest[: found.start()].strip(" ,"), statement.rest[found.end() :]
        words = before.split()
        elsewhere = len(words) > 1 and is_participle(words[-1])  # "the conference held on …"
        goes_on = clause(after) if after.startswith(" to ") else ""
        if _says_something(statement, before) and not elsewhere and "," not in before:
            yield Form.TIME, statement.asked("When", f"{before}{goes_on}")


def _decisions(statement: Statement) -> Iterator[tuple[Form, str]]:
    base = base_of_past(statement.verb) or base_of_present(statement.verb)
    found = re.match(r"^(?:[^,]{0,40} )?to [a-z]+ ", statement.rest)
    if base in _AGREED and found and len(found[0].split()) < 7:
        yield Form.AGREED, f"{statement.asked('What', '')} to do"
    if base in _SAID and statement.rest.startswith("that "):
        yield Form.AGREED, statement.asked("What", "")
    if base in _SHOWN and re.match(r"^(?!to\b|that\b|in\b|on\b|by\b)[a-z]+ ", statement.rest):
        yield Form.AGREED, statement.asked("What", "")
    preposition = statement.rest.split()[0]
    if _TURNED.get(base) == preposition:
        yield Form.AGREED, f"{statement.asked('What', '')} {preposition}"


def _says_something(statement: Statement, rest: str) -> bool:
    """Say whether there is more than a bare form of "be" before the time."""
    auxiliary = statement.verb.lower() in AUXILIARIES
    words = rest.strip(" ,").split()
    return not auxiliary or (bool(words) and (len(words) > 1 or is_participle(words[0])))


def _short(text: str) -> str:
    """Return a short addition such as "of water" or "in the first half", else nothing."""
    return text if len(text.split()) <= 7 else ""


def _reads_well(question: str) -> bool:
    _, _, others = question[:-1].partition(" ")
    words = question[:-1].split()
    complete = words[-1].lower() not in _NEVER_LAST
    return complete and stands_alone(others) and _LEAST_WORDS <= len(words) <= _MOST_WORDS


def _promise(question: str) -> float:
    """Rank a question: names and a middling length make it one that a person would ask."""
    words = question[:-1].split()
    names = sum(word[0].isupper() for word in words[1:])
    digits = sum(word[0].isdigit() for word in words)
    return min(names, 3) - 0.5 * digits - 0.25 * abs(len(words) - 9)
