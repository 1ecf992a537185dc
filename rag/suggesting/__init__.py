"""Questions to begin with, made from a document's own sentences and kept if they are answered.

A statement is turned into the question that it answers ("The library reopened on 3 February." →
"When did the library reopen?"), by a few rules that are strict about what they understand: no
question is better than an odd one. Each is then asked, and suggested only if the answer cites the
sentence that it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.sentences import split_sentences
from rag.suggesting.forms import Form, Question, questions_about
from rag.suggesting.statements import names_in
from rag.types import Answer, BlockKind, Document, Span

MOST = 4
MOST_ASKED = 24
"""Questions that are tried for a document; each takes about a tenth of a second."""

LEAST_PROBABILITY = 0.5
"""How likely the answer's first sentence must be to answer, where the answerer knows."""

MOST_CHARACTERS = 60_000
"""Only so much of a document is looked at: suggestions are to begin with."""

Ask = Callable[[str, str], Answer]
"""Answers a question from the document with an id."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with the place of the sentence that it was made from."""

    question: Question
    span: Span


def suggest(document: Document, ask: Ask) -> tuple[str, ...]:
    """Return at most ``MOST`` questions that ``ask`` answers from the right place, best first."""
    answered: list[Candidate] = []
    for candidate in islice(_in_turns(candidates(document)), MOST_ASKED):
        if _is_answered(candidate, ask(candidate.question.text, document.id)):
            answered.append(candidate)
        if len(answered) == MOST:
            break
    answered.sort(key=lambda candidate: candidate.span)
    return tuple(candidate.question.text for candidate in answered)


def candidates(document: Document) -> list[Candidate]:
    """Return all questions that the rules make of a document, in the order of its sentences."""
    seen: dict[str, Candidate] = {}
    names = names_in(document.text[:MOST_CHARACTERS])
    for span in _sentences(document):
        for question in questions_about(" ".join(span.of(document.text).split()), names):
            seen.setdefault(question.text.casefold(), Candidate(question, span))
    return list(seen.values())


def _sentences(document: Document) -> Iterator[Span]:
    for block in document.blocks:
        if block.span.start > MOST_CHARACTERS:
            return
        if block.kind is BlockKind.BODY:
            yield from split_sentences(document.text, block.span)


def _in_turns(found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield the best of each form, then the second best of each: a mixture, no sentence twice."""
    by_form = {
        form: sorted(
            (c for c in found if c.question.form is form), key=lambda c: -c.question.promise
        )
        for form in Form
    }
    taken: set[Span] = set()
    for turn in range(max((len(own) for own in by_form.values()), default=0)):
        for own in by_form.values():
            if turn < len(own) and own[turn].span not in taken:
                taken.add(own[turn].span)
                yield own[turn]


def _is_answered(candidate: Candidate, answer: Answer) -> bool:
    """Say whether the answer begins with the sentence that the question was made from."""
    if not answer.claims:
        return False
    first = answer.claims[0]
    probable = first.probability is None or first.probability >= LEAST_PROBABILITY
    return probable and any(c.span.overlap(candidate.span) for c in first.citations)
