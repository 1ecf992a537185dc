"""Cuts a statement at its verb, if it is plain enough to be asked back.

The subject comes first, then a verb that is known (``rag.suggesting.verbs``), then the rest. What
refers to something outside the statement, such as a pronoun, makes no question.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rag.suggesting.verbs import base_of_past, base_of_present, is_participle

AUXILIARIES = frozenset("is are was were will has have had can must".split())

_INSIDE = re.compile(r"(?<=[\w,;’'] )[A-Z][\w’'-]*")
_LEADING = re.compile(
    r"^(?:(?:According to|In|During|After|Before|Despite|Following|Under) [^,]{3,60}, "
    r"|(?:Currently|However|Indeed|Meanwhile|Also|Today|Later|Finally|Therefore|Moreover), "
    r"|(?:The|Another|A) (?:\w+ )?\w+ (?:is|was) that |[^,]{3,40} notwithstanding, "
    r"|It (?:was|is) (?:also )?(?:\w+ly )?(?:reported|said|agreed|announced|known) that )"
    r"(?<!\d, )"  # a date is an answer
)
_ASIDE = re.compile(r" ?\([^()]*\)")
_REFERS = re.compile(
    r"\b(?:I|we|our|ours|us|my|you|your|he|she|it|they|him|his|her|hers|them|this|these|those"
    r"|such|here|there|above|below|latter|former|same|other|others|another|first|second|third"
    r"|then|also|too|however|himself|herself|itself|one)\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_ODD = re.compile(r"[\[\]{}()<>|=*_\"“”„«»:;!?/\\#@]|\d+ ?[.)]$|\bwho\b|\bwhich\b|\bthat\b")
_DETERMINERS = frozenset(
    "The A An All Any At Both Each Every Few Its Many Most No On Several Some".split()
)
_NOT_FIRST = frozenset(
    """after although as at because before but by despite during following for from how if in on
    once since so what when where whether while with without and or to under until yet not only most
    currently according recently today later now nearly about more""".split()
)
_NOT_LAST = frozenset("of in and the a to for by as with who".split())
_MOST_SUBJECT_WORDS = 10


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence cut at its verb; ``rest`` has no full stop at its end."""

    subject: str
    verb: str
    rest: str

    def asked(self, opening: str, rest: str) -> str:
        """Return a question with the verb before the subject: "When did the library reopen"."""
        words = rest.strip(" ,;")
        if self.verb in AUXILIARIES:
            return f"{opening} {self.verb} {self.subject} {words}"
        if base := base_of_past(self.verb):
            return f"{opening} did {self.subject} {base} {words}"
        return f"{opening} does {self.subject} {base_of_present(self.verb)} {words}"


def names_in(text: str) -> frozenset[str]:
    """Return the words that are written with a capital in the middle of a sentence."""
    return frozenset(_INSIDE.findall(text))


def told(sentence: str, names: Collection[str]) -> str:
    """Return what a sentence tells without its full stop, its opening and its asides.

    Its first word has a capital only if it is a name.
    """
    plain = _LEADING.sub("", _ASIDE.sub("", sentence.removesuffix(".")))
    first, space, others = plain.partition(" ")
    named = first in names and first not in _DETERMINERS
    common = not named and (first[1:].islower() or first == "A")
    return first.lower() + space + others if common else plain


def cut(sentence: str) -> Statement | None:
    """Cut a sentence at its verb, if its subject is plain."""
    words = sentence.split()
    for place, word in enumerate(words[: _MOST_SUBJECT_WORDS + 1]):
        if place and _is_verb(word) and not _is_verb(words[place - 1]):
            adverb = words[place - 1].endswith("ly") and place > 1
            subject = " ".join(words[: place - adverb])
            rest = " ".join(words[place + 1 :])
            plain = _is_plain(subject) and not _only_describes(word, rest)
            return Statement(subject, word, rest) if rest and plain else None
    return None


def clause(text: str) -> str:
    """Return the text up to where another clause begins."""
    return re.split(
        r"[,;]| (?:and|but|while|when|where|which|who|because|although|since|so) ", text
    )[0]


def stands_alone(words: str) -> bool:
    """Say whether words refer to nothing outside, and hold no sign that speech does not have."""
    return not (_REFERS.search(words) or _ODD.search(words))


def _is_verb(word: str) -> bool:
    known = word in AUXILIARIES or base_of_past(word) or base_of_present(word)
    return word.islower() and bool(known)


def _is_plain(subject: str) -> bool:
    """Say whether a subject stands for itself: no pronoun, no clause, no number alone."""
    words = subject.lower().split()
    return (
        "," not in subject
        and stands_alone(subject)
        and _OWN.search(subject) is None
        and words[0] not in _NOT_FIRST
        and words[-1] not in _NOT_LAST
        and len(words[-1]) > 1
    )


def _only_describes(verb: str, rest: str) -> bool:
    """Say whether the "verb" only describes the subject: "The ship built in 1988 was sold"."""
    if verb in AUXILIARIES or not is_participle(verb):
        return False
    follows = clause(rest)
    finite = re.search(r"\b(?:is|are|was|were|has|have|had|will)\b", follows)
    return follows.startswith("by ") or finite is not None
