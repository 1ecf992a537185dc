"""Reads a question with passages: which sentences answer, with which words, or none.

The reader sees question and passage together, which vectors made apart cannot match.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from rag.cross_encoder import (
    ANSWERS,
    END,
    EVIDENCE,
    MARKS,
    MAX_TOKENS,
    START,
    CrossEncoder,
)
from rag.inference import Float32
from rag.types import Span

QUESTION_TOKENS = 64
"""A longer question is read by its beginning."""
MOST_WORDS = 30
"""No short answer has more word pieces, as usual for SQuAD."""
PASSAGES = 512
"""How many passages are kept as tokens: the next question is often about the same."""


_APART = np.arange(MAX_TOKENS)[None, :] - np.arange(MAX_TOKENS)[:, None]
_FAR = np.where((_APART >= 0) & (_APART < MOST_WORDS), 0.0, -np.inf).astype(np.float32)
"""Forbids the pairs of a start and an end that are no answer."""


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage and its sentences, as spans of ``text``."""

    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """What the reader says of one sentence, each a logit (about -10 to 10).

    ``evidence``: it helps to answer; ``words``: it holds the answer's words, at ``answer``;
    ``answers``: the text around it answers at all. ``lead``: by how much ``words`` is above that
    of the best other words of the sentence, at least 0, infinite where there are none.
    """

    evidence: float
    words: float
    answers: float
    answer: Span
    lead: float


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The tokens of a sentence, and where each stands in its passage."""

    span: Span
    ids: tuple[int, ...]
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens that fit the model: the question and a run of a passage's sentences.

    The first of the sentences has the number ``number`` in its passage, and its tokens begin at
    ``start``.
    """

    passage: int
    number: int
    start: int
    ids: tuple[int, ...]
    sentences: tuple[_Sentence, ...]


class Reader:
    """Scores the sentences of passages for a question. Safe to use from several threads."""

    def __init__(self, model: CrossEncoder | None = None) -> None:
        self._model = model or CrossEncoder()
        self._sentences = lru_cache(maxsize=PASSAGES)(self._cut)

    def read(
        self, question: str, passages: Sequence[PassageText]
    ) -> list[tuple[SentenceReading, ...]]:
        """Return one reading a sentence, passage by passage.

        A passage that does not fit the model is read in windows of whole sentences.
        """
        asked = self._model.tokens.of(question).ids[:QUESTION_TOKENS]
        windows = [
            window
            for number, passage in enumerate(passages)
            for window in self._windows(asked, number, passage)
        ]
        readings: list[dict[int, SentenceReading]] = [{} for _ in passages]
        scored = self._model.run([window.ids for window in windows])
        for window, scores in zip(windows, scored, strict=True):
            readings[window.passage] |= dict(enumerate(_readings(scores, window), window.number))
        return [tuple(own[number] for number in sorted(own)) for own in readings]

    def _windows(
        self, asked: Sequence[int], number: int, passage: PassageText
    ) -> Iterator[_Window]:
        room = MAX_TOKENS - len(asked) - MARKS
        sentences = [
            _Sentence(each.span, each.ids[:room], each.places[:room])
            for each in self._sentences(passage)
        ]
        for first, last in _runs([len(sentence.ids) for sentence in sentences], room):
            inside = tuple(sentences[first:last])
            ids = self._model.tokens.pair(asked, [id_ for each in inside for id_ in each.ids])
            yield _Window(number, first, len(asked) + MARKS - 1, ids, inside)

    def _cut(self, passage: PassageText) -> tuple[_Sentence, ...]:
        coded = self._model.tokens.of_all([span.of(passage.text) for span in passage.sentences])
        return tuple(
            _Sentence(
                span,
                tuple(tokens.ids),
                tuple(Span(span.start + start, span.start + end) for start, end in tokens.offsets),
            )
            for span, tokens in zip(passage.sentences, coded, strict=True)
        )


def _runs(lengths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last + 1) of runs of sentences that fit, each sentence in one run."""
    first, size = 0, 0
    for place, length in enumerate(lengths):
        if size + length > room and place > first:
            yield first, place
            first, size = place, 0
        size += length
    if lengths:
        yield first, len(lengths)


def _readings(scores: Float32, window: _Window) -> Iterator[SentenceReading]:
    """Yield one reading for each sentence of a window."""
    null = float(scores[0, START] + scores[0, END])
    answers = float(scores[0, ANSWERS])
    start = window.start
    for sentence in window.sentences:
        if not sentence.ids:
            yield SentenceReading(-10.0, -10.0, answers, sentence.span, math.inf)
            continue
        own = scores[start : start + len(sentence.ids)]
        start += len(sentence.ids)
        words = _best_words(own)
        answer = Span(sentence.places[words.first].start, sentence.places[words.last].end)
        evidence = float(own[:, EVIDENCE].mean())
        yield SentenceReading(evidence, words.score - null, answers, answer, words.lead)


class _Words(NamedTuple):
    """The first and the last token of an answer, its score, and its lead over all apart from it."""

    first: int
    last: int
    score: float
    lead: float


def _best_words(scores: Float32) -> _Words:
    """Return the start and the end, at most ``MOST_WORDS`` apart, that score best together."""
    pairs = scores[:, None, START] + scores[None, :, END] + _FAR[: len(scores), : len(scores)]
    first, last = divmod(int(pairs.argmax()), len(scores))
    before, after = pairs[:first, :first], pairs[last + 1 :, last + 1 :]
    rival = max(before.max(initial=-np.inf), after.max(initial=-np.inf))
    return _Words(first, last, float(pairs[first, last]), float(pairs[first, last] - rival))
