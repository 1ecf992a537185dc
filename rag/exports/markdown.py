"""A conversation as Markdown with footnotes, which GitHub, Obsidian and Pandoc understand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.exports.talk import Note, Talk, facts_of
from rag.types import Claim

_REFUSED = "*The sources do not say.*"

# What Markdown or its usual extensions would make more than a character of: marks of emphasis, the
# dots and colons that make a link of an address, and what begins a list or a rule.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&$^@]|:(?=//|[^\W\d])|(?<=www)\.|^[-+=]", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")


def to_markdown(talk: Talk) -> str:
    """Write each question as a heading, each answer with footnotes that quote and place."""
    parts = [f"# {_words(talk.title)}"]
    for place, exchange in enumerate(talk.exchanges):
        if place:
            parts.append(f"## {_words(exchange.question)}")
        answer = exchange.answer
        told = [_words(fact) for fact in facts_of(answer)]
        told += [_claim(talk, place, claim) for claim in answer.claims]
        parts += told or [_REFUSED]
        parts += [f"*{_words(answer.notice)}*"] if answer.notice else []
    parts += _footnotes(talk)
    return "\n\n".join(parts) + "\n"


def _claim(talk: Talk, place: int, claim: Claim) -> str:
    numbers = dict.fromkeys(talk.notes[place, c.number].number for c in claim.citations)
    return _words(claim.text) + "".join(f"[^{number}]" for number in numbers)


def _footnotes(talk: Talk) -> Iterator[str]:
    for note in talk.notes.values():
        yield f"[^{note.number}]: “{_words(note.citation.quote)}” — {_origin(note)}"


def _origin(note: Note) -> str:
    source = f" ({_words(note.source)})" if note.source else ""
    return f"{_words(note.title)}{source}, {note.place}; {note.citation.verdict.value}"


def _words(text: str) -> str:
    """Return ``text`` on one line, with nothing in it that Markdown would act on."""
    marked = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\\2", marked)
