"""Describes how an answer was found, for the curious: what was searched, read, and how fast."""

from __future__ import annotations

from typing import TypedDict

from rag.types import Answer, Passage, Usage
from rag.ui import strings
from rag.ui.job import Timings
from rag.ui.place_view import PlaceView, clipped, read_place, shortened

EXCERPT_LENGTH = 180
QUESTION_LENGTH = 2_000


class FactView(TypedDict):
    """A name and what it is."""

    name: str
    value: str


class ReadView(TypedDict):
    """A passage that the answerer was given: its scores, and the numbers that cite it."""

    place: PlaceView
    number: str
    excerpt: str
    cited: str
    scores: list[FactView]


class RetrievalView(TypedDict):
    """All of the fold."""

    facts: list[FactView]
    passages: list[ReadView]


def retrieval_view(name: str, answer: Answer, timings: Timings) -> RetrievalView:
    """Describe what was searched for, the passages found, the time and the tokens it took."""
    times = [
        (strings.TIME_TO_PASSAGES, timings.passages),
        (strings.TIME_TO_SENTENCE, timings.sentence),
        (strings.TIME_TO_END, timings.end),
    ]
    searched = clipped(answer.standalone_question, QUESTION_LENGTH)
    facts = [FactView(name=strings.SEARCHED_FOR, value=searched)]
    facts += [FactView(name=n, value=strings.seconds(s)) for n, s in times if s is not None]
    if answer.usage != Usage():
        usage = strings.usage(answer.usage.read, answer.usage.written)
        facts.append(FactView(name=strings.TOKENS, value=usage))
    return RetrievalView(
        facts=facts, passages=[_read_view(name, answer, passage) for passage in answer.passages]
    )


def _read_view(name: str, answer: Answer, passage: Passage) -> ReadView:
    numbers = [
        str(citation.number)
        for citation in answer.citations
        if citation.document_id == passage.document.id and citation.span.overlap(passage.span)
    ]
    return ReadView(
        place=read_place(name, passage),
        number=str(passage.number),
        excerpt=shortened(passage.text, EXCERPT_LENGTH),
        cited=strings.cited_as(numbers) if numbers else "",
        scores=_scores(passage),
    )


def _scores(passage: Passage) -> list[FactView]:
    scores = passage.scores
    views = [
        FactView(name=strings.SCORE_DENSE, value=f"{scores.dense:.2f}"),
        FactView(name=strings.SCORE_LEXICAL, value=f"{scores.lexical:.1f}"),
        FactView(name=strings.SCORE_FUSED, value=f"{scores.fused:.2f}"),
    ]
    if passage.sentences:
        likely = strings.likelihood(passage.probability)
        views.append(FactView(name=strings.SCORE_READER, value=likely))
    return views
