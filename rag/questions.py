"""What a question asks for, from its words alone: terms, kind, whether it follows up."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

import Stemmer

WORD = re.compile(r"\w+(?:[’'.]\w+)*", re.UNICODE)

QUESTION_MARKS = ("?", "？", "؟")

STOP_WORDS = frozenset(
    """a about after all also although an and any are as at be because been before being between
    both but by can could did do does during each for from further get give given had has have
    having he her here hers him his how i if in into is it its itself just let many may me might
    more most much must my no nor not of off on once only or other our out over own please
    said same say says shall she should so some such tell than that the their them then there
    these they this those through to too under until up upon us very was we were what when where
    which while who whom whose why will with would you your""".split()
)

_stem = Stemmer.Stemmer("english").stemWord


class QuestionKind(StrEnum):
    """What an answer must hold to answer the question."""

    PERSON = "person"
    TIME = "time"
    NUMBER = "number"
    REASON = "reason"
    LIST = "list"
    TWO = "two questions in one"
    OTHER = "other"


MANY = frozenset({QuestionKind.LIST, QuestionKind.TWO})
"""The kinds of question that are answered by all of their evidence, not by any sentence of it."""

_PLURAL = r"(?!(?:is|was|has|does|its|his|this|as|news)\b)\w+[^\W\d_sui]s\b"
"""A word that looks like several of something: "reforms", and not "was", "crisis" or "success"."""

_AUXILIARY = (
    r"(?:are|were|do|does|did|have|has|had|can|could|will|would|should|might|may|must|remain)\b"
)

_SEVERAL = "|".join(
    (
        r"\blist\b(?! prices?\b)|\benumerate\b|\beverything\b|\bstep by step\b|\beach of\b",
        r"\bname (?:all|the|both|every)\b",
        rf"\bwhich (?:{_PLURAL}|\w+ {_PLURAL} (?:\w+ ){{0,3}}?{_AUXILIARY})",
        rf"\bwhat (?:\w+ )?{_PLURAL} {_AUXILIARY}",
        rf"\bwhat (?:are|were) (?:the|its|their|his|her|all) (?:\w+ )?{_PLURAL}",
        r"\bwhat (?:kinds|sorts|types) of\b",
        r"\b(?:what|which|name) (?:are|were)? ?(?:all|the|its|their)? ?"
        r"(?:two|three|four|five|six|seven|both|main|key|several|different|various)\b",
    )
)

_TWO = re.compile(
    r"\w(?:, and|,? and(?! (?:\w+ )?(?:who|whom|whose|which)\b))"
    r" (?:(?:about|at|by|for|from|in|of|on|to|under|with) )?"
    r"(?:what|who|whom|whose|how|why|when|where|which)\b"
    r"|^\W*(who|which)\b.* and \1\b"
    r"|\w, and (?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
    r" (?:he|she|it|they|this|that|these|those|there|the|his|her|its|their)\b"
    r"|\w,? and,? if (?:so|not)\b",
    re.IGNORECASE,
)
"""What begins the second of two questions: "…, and what came of it?". Without a comma "and who"
may go on with a relative clause, unless the first begins so too."""

_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (QuestionKind.LIST, _SEVERAL),
        (
            QuestionKind.NUMBER,
            r"\bhow (?:many|much|old|long|far|tall|big|large|high|often|fast|deep|wide|heavy|thick"
            r"|hot|cold|soon|early|late)\b"
            r"|\b(?:what|which) (?:percentage|percent|proportion|share|number|amount|sum)\b",
        ),
        (
            QuestionKind.TIME,
            r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|century|decade)\b",
        ),
        (QuestionKind.PERSON, r"\bwho(?:m|se)?\b"),
        (
            QuestionKind.REASON,
            r"\bwhy\b|\bhow come\b|\bhow\b(?! (?:many|much))|\bexplain\b|\bdescribe\b"
            r"|\bwhat (?:[\w’']+ ){0,4}(?:caused|causes|led to|reason|reasons|explains)\b",
        ),
    )
)


def kind_of(question: str) -> QuestionKind:
    """Tell what kind of answer the question expects; of one, its first question word decides.

    Of a question that ``condense`` made, what the user typed decides, where it tells.
    """
    typed = _typed(question)
    kind = _kind(typed)
    return _kind(question) if kind is QuestionKind.OTHER and typed != question else kind


def _kind(question: str) -> QuestionKind:
    if _TWO.search(question):
        return QuestionKind.TWO
    found = [(match.start(), kind) for kind, form in _KINDS if (match := form.search(question))]
    return min(found, key=lambda item: item[0])[1] if found else QuestionKind.OTHER


def _typed(question: str) -> str:
    """Return a question up to its first question mark, where ``condense`` leaves the user's own."""
    ends = [question.index(mark) + 1 for mark in QUESTION_MARKS if mark in question]
    return question[: min(ends, default=len(question))]


_COMPARES = re.compile(
    r"\b(?:compar(?:e[sd]?|ing|ison)|contrast(?:s|ed)?|differ(?:s|ed|ences?)?|versus|vs|alike"
    r"|in common|disagree[sd]?|contradict(?:s|ed|ions?)?|similarit(?:y|ies))\b"
    r"|\b(?:both|two|three|all|these)(?: of the)?(?: \w+)?"
    r" (?:documents|articles|reports|texts|sources|papers|files|accounts|studies)\b"
    r"|\b(?:each|either|another) (?:document|article|report|text|source|paper|file|study)\b",
    re.IGNORECASE,
)


def compares(question: str) -> bool:
    """Say whether the question is about what several documents say."""
    return bool(_COMPARES.search(question))


_WHETHER = re.compile(
    r"\W*(?:(?:and|but|so|then|also),? )*"
    r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might"
    r"|must)(?:n[’']t)?\b(?! you\b)(?!.*\b(?:or|who|whom|whose|what|which|where|when|why|how)\b)",
    re.IGNORECASE | re.DOTALL,
)


def asks_whether(question: str) -> bool:
    """Say whether yes or no would answer: words of a sentence do not ("Did they meet?")."""
    return bool(_WHETHER.match(_typed(question)))


_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven|both|main|key|several|different|various|\d+)"
    r"\s+(\w+)(?:\s+(\w+))?",
    re.IGNORECASE,
)


def counted(question: str) -> set[str]:
    """Return the stems of what a list is asked for: "point" in "What are the three points?"."""
    return {term for words in _COUNTED.findall(question) for term in terms(" ".join(words))}


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Reduce a word to its English Snowball stem, without case and possessive."""
    bare = re.sub(r"[’']s$", "", word.casefold()).replace(".", "")
    return str(_stem(bare))


def terms(text: str) -> list[str]:
    """Return the stems of the content words of ``text``, in order, with repetitions."""
    return [stem(word) for word in WORD.findall(text) if not is_stop_word(word)]


def is_stop_word(word: str) -> bool:
    """Say whether a word carries no content; the country "US" is not the pronoun."""
    return word != "US" and word.casefold() in STOP_WORDS


_OPENERS = re.compile(
    r"^\s*(?:and|but|or|so|then|also|what about|how about|why(?: not)?\s*\?|what else|who else)\b",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|she|him|his|her|hers|this|these|those|there"
    r"|the (?:same|former|latter|other|others)|that (?:one|meeting|year|time)|ones)\b",
    re.IGNORECASE,
)
_ORDINALS = frozenset("first second third fourth fifth sixth last".split())


def follows_up(question: str) -> bool:
    """Say whether the question can hardly be understood without the one before it.

    What the second of two questions in one points to is named in the first.
    """
    second = _TWO.search(question)
    first = question[: second.start() + 1] if second and second.start() else question
    return bool(
        _OPENERS.search(question) or _POINTERS.search(first) or len(set(terms(question))) < 2
    )


def condense(question: str, earlier: list[str]) -> str:
    """Make a question that stands alone, from it and the user's ``earlier`` questions in order.

    A follow-up keeps its own words first, then takes those of the question before it that it does
    not replace: its names replace names, its ordinals ordinals, its numbers numbers. A rule, not
    a model, so that follow-ups work with no chat model at hand.
    """
    question = question.strip()
    if not earlier or not follows_up(question):
        return question
    previous = condense(earlier[-1], earlier[:-1])
    replaced = {_replaceable(word) for word in _later_words(question)} - {""}
    kept = [word for word in previous.split() if _replaceable_token(word) not in replaced]
    ended = not question or question.endswith((".", "!", "…", *QUESTION_MARKS))
    return f"{question}{'' if ended else '?'} {' '.join(kept)}".strip()


def _later_words(text: str) -> list[str]:
    """Return the words but the first, whose capital says nothing."""
    return WORD.findall(text)[1:]


def _replaceable_token(token: str) -> str:
    match = WORD.search(token)
    return _replaceable(match.group()) if match else ""


def _replaceable(word: str) -> str:
    """Name the class of words of which a follow-up keeps only its own."""
    if word.casefold() in _ORDINALS:
        return "ordinal"
    if word[0].isdigit():
        return "number"
    if word[0].isupper() and not is_stop_word(word):
        return "name"
    return ""
