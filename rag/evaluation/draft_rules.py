"""The rules by which questions are drafted from the sentences of a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.evaluation.cases import Case, Evidence
from rag.questions import stem, terms
from rag.sentences import split_sentences
from rag.types import BlockKind, Document

TYPE = "draft"
"""The type of every draft, until somebody has edited it."""

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"\b(?:in (?P<year>(?:(?:{_MONTHS}) )?[12]\d{{3}})"
    rf"|on (?P<day>(?:{_MONTHS}) \d{{1,2}}(?:, [12]\d{{3}})?"
    rf"|\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?))\b"
)
_STATEMENT = re.compile(
    r"(?P<subject>[A-Z][^,;:()“”\"]{1,70}?) (?P<verb>was|is|were|are|will|can|has|had) "
    r"(?P<rest>[a-z][^;:()“”\"]{8,160})\."
)
_ACTION = re.compile(
    r"(?P<subject>[A-Z][^,;:()“”\"]{1,70}?) (?P<verb>[a-z]{2,}ed|became|began|built|came|found|gave"
    r"|held|left|led|lost|made|met|sold|took|went|won|wrote) (?P<rest>[^;:()“”\"]{8,160})\."
)
_NOT_A_SUBJECT = re.compile(
    r"(?:It|He|She|They|We|I|You|This|That|These|Those|There|Here|But|And|Or|So|Yet|In|On|At|As|By"
    r"|For|From|With|When|While|After|Before|If|Since|Although|Though|Because|What|Who|Which|Why"
    r"|How|Where|Not|Its|His|Her|Their|Our|Such|One|Another|Both|Some|Many|Most|All|Each)\b"
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:(?:of|de|van|von) )?[A-Z][\w’'-]+)+")
_UNFINISHED = re.compile(
    r"\b(?:who|which|that|whose|and|or|of|to|not|be|been|being|has|have|had|is|are|was|were|\w+ly)$"
)
_LONGEST_SUBJECT = 8  # words
_ARTICLE = re.compile(r"(?:The|A|An) ")
_YEARS_OFF = (3, 7, 12)


_RELATIONS = (
    ("How much money was spent on {name}?", ("spend", "spent", "cost", "price", "paid", "dollar")),
    ("Who wrote a book about {name}?", ("book", "wrote", "author", "biography")),
    ("Which court ruled on {name}?", ("court", "ruled", "ruling", "judge", "verdict")),
    ("Which university studied {name}?", ("university", "study", "studied", "research", "scholar")),
    ("Which film is about {name}?", ("film", "movie", "cinema")),
)


@dataclass(frozen=True)
class SourceText:
    """What the rules need of a document: the sentences of its body, and the names in them."""

    document: Document

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Return the sentences of the body, as they stand."""
        blocks = [b for b in self.document.blocks if b.kind is BlockKind.BODY]
        text = self.document.text
        return tuple(s.of(text) for b in blocks for s in split_sentences(text, b.span))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of several words, in order of appearance."""
        found = (name for sentence in self.sentences for name in _NAME.findall(_flat(sentence)))
        bare = (re.sub(r"^(?:The|A|An) |[’']s$", "", name) for name in found)
        return tuple(n for n in dict.fromkeys(bare) if " " in n and not _NOT_A_SUBJECT.match(n))

    @cached_property
    def stems(self) -> tuple[frozenset[str], ...]:
        """Return what each sentence speaks of."""
        return tuple(frozenset(terms(sentence)) for sentence in self.sentences)


def questions(text: SourceText) -> list[Case]:
    """Return a draft for each sentence that a rule fits, in the order of the document."""
    drafts = []
    for sentence in text.sentences:
        words = _flat(sentence)
        date = _DATE.search(words)
        if (stated := _STATEMENT.fullmatch(words)) and _is_subject(stated):
            drafts.append(_about(stated, date, sentence))
        elif (acted := _ACTION.fullmatch(words)) and _is_subject(acted):
            drafts.append(_for_subject(acted, sentence))
        elif date and text.document.text.count(date[0]) == 1:
            drafts.append(_draft(f"What happened {date[0]}?", sentence))
    return drafts


def about_names(text: SourceText) -> list[Case]:
    """Return a draft for each name, with every sentence that has it."""
    return [
        _draft(
            f"What does the text say about {name}?",
            *(sentence for sentence in text.sentences if name in _flat(sentence)),
        )
        for name in text.names
    ]


def _about(stated: re.Match[str], date: re.Match[str] | None, sentence: str) -> Case:
    """Ask for the date of a statement where it has one, else for its subject."""
    subject, verb, rest = stated["subject"], stated["verb"], stated["rest"]
    if date is None or date[0] not in rest:
        return _for_subject(stated, sentence)
    undated = " ".join(rest.replace(date[0], "").replace(" ,", ",").split()).strip(" ,")
    asked = f"When {verb} {_inside(subject)} {undated}?"
    return _draft(asked, sentence, answer=date["year"] or date["day"])


def _for_subject(match: re.Match[str], sentence: str) -> Case:
    asking = "What" if _ARTICLE.match(match["subject"]) else "Who or what"
    asked = f"{asking} {match['verb']} {match['rest']}?"
    return _draft(asked, sentence, answer=match["subject"])


def near_misses(text: SourceText, questions: Sequence[Case]) -> list[Case]:
    """Return drafts with another name or year, where no sentence has that with what is asked."""
    misses = []
    for case in questions:
        if not case.answers and not _DATE.search(case.question):
            continue
        if date := _DATE.search(case.question):
            other = _other_year(date[0], text.document.text)
            asked = case.question.replace(date[0], other) if other else ""
        else:
            asked = _with_other_name(case.question, text)
        misses += [_miss(asked)] if asked else []
    return misses


def about_relations(text: SourceText) -> list[Case]:
    """Return drafts that ask of each name what no sentence speaks of."""
    absent = [
        asked
        for asked, words in _RELATIONS
        if not any(stem(word) in stems for stems in text.stems for word in words)
    ]
    return [
        _miss(absent[place % len(absent)].format(name=name))
        for place, name in enumerate(text.names if absent else ())
    ]


def _other_year(date: str, text: str) -> str:
    year = re.search(r"[12]\d{3}", date)
    others = [str(int(year[0]) + off) for off in _YEARS_OFF] if year else []
    absent = next((other for other in others if other not in text), "")
    return date.replace(year[0], absent) if year and absent else ""


def _with_other_name(question: str, text: SourceText) -> str:
    """Put another name of the document in the place of the one that a question has."""
    asked = next((name for name in text.names if name in question), "")
    rest = set(terms(question.replace(asked, ""))) if asked else set()
    for other in text.names:
        own = set(terms(other))
        apart = not any(own & stems and len(rest & stems) > 1 for stems in text.stems)
        if len(rest) > 1 and not own & set(terms(question)) and apart:
            return question.replace(asked, other)
    return ""


def _is_subject(match: re.Match[str]) -> bool:
    subject = match["subject"]
    told = match["rest"].startswith("that ")
    whole = not _NOT_A_SUBJECT.match(subject) and not _UNFINISHED.search(subject)
    return whole and not told and bool(terms(subject)) and len(subject.split()) <= _LONGEST_SUBJECT


def _inside(subject: str) -> str:
    """Write a subject as it stands inside a sentence."""
    return subject[0].lower() + subject[1:] if _ARTICLE.match(subject) else subject


def _flat(sentence: str) -> str:
    return " ".join(sentence.split())


def _draft(question: str, *sentences: str, answer: str = "") -> Case:
    return Case(
        id="",
        question=question,
        answers=(answer,) if answer else (),
        evidence=tuple(map(Evidence, dict.fromkeys(sentences))),
        type=TYPE,
    )


def _miss(question: str) -> Case:
    return Case(id="", question=question, answerable=False, type=TYPE)
