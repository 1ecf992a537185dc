"""Reads a question with passages: which sentences answer, with which words, or none.

The reader sees question and passage together, which vectors made apart cannot match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.cross_encoder import (
    ANSWERS,
    END,
    EVIDENCE,
    MARKS,
    MAX_TOKENS,
    START,
    ParallelCrossEncoder,
)
from rag.inference import Float32
from rag.types import Span

QUESTION_TOKENS = 64
"""A longer question is read by its beginning."""
MOST_WORDS = 30
"""No short answer has more word pieces, as usual for SQuAD."""


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage and its sentences, as spans of ``text``."""

    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """What the reader says of one sentence, each a logit (about -10 to 10).

    ``evidence``: it helps to answer; ``words``: it holds the answer's words, at ``answer``;
    ``answers``: the text around it answers at all.
    """

    evidence: float
    words: float
    answers: float
    answer: Span


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens that fit the model: the question and a run of a passage's sentences."""

    passage: int
    first: int
    last: int
    ids: tuple[int, ...]
    offsets: tuple[Span | None, ...]


class Reader:
    """Scores the sentences of passages for a question. Safe to use from several threads."""

    def __init__(self, model: ParallelCrossEncoder | None = None) -> None:
        self._model = model or ParallelCrossEncoder()

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
            spans = passages[window.passage].sentences[window.first : window.last]
            readings[window.passage] |= {
                window.first + number: reading
                for number, reading in enumerate(_readings(scores, window, spans))
            }
        return [tuple(own[number] for number in sorted(own)) for own in readings]

    def _windows(
        self, asked: Sequence[int], number: int, passage: PassageText
    ) -> Iterator[_Window]:
        room = MAX_TOKENS - len(asked) - MARKS
        before = (None,) * (len(asked) + MARKS - 1)
        tokens = [
            [
                (id_, Span(start + span.start, end + span.start))
                for id_, (start, end) in zip(coded.ids, coded.offsets, strict=True)
            ][:room]
            for span in passage.sentences
            for coded in [self._model.tokens.of(span.of(passage.text))]
        ]
        for first, last in _runs([len(sentence) for sentence in tokens], room):
            inside = [token for sentence in tokens[first:last] for token in sentence]
            ids = self._model.tokens.pair(asked, [id_ for id_, _ in inside])
            offsets = (*before, *(span for _, span in inside), None)
            yield _Window(number, first, last, ids, offsets)


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


def _readings(
    scores: Float32, window: _Window, sentences: Sequence[Span]
) -> Iterator[SentenceReading]:
    """Yield one reading for each sentence of a window."""
    null = float(scores[0, START] + scores[0, END])
    answers = float(scores[0, ANSWERS])
    for sentence in sentences:
        tokens = [
            place
            for place, offset in enumerate(window.offsets)
            if offset is not None and offset.overlap(sentence)
        ]
        if not tokens:
            yield SentenceReading(-10.0, -10.0, answers, sentence)
            continue
        own = scores[tokens[0] : tokens[-1] + 1]
        score, first, last = _best_words(own)
        one, two = window.offsets[tokens[0] + first], window.offsets[tokens[0] + last]
        answer = Span(one.start, two.end) if one and two else sentence
        yield SentenceReading(float(own[:, EVIDENCE].mean()), score - null, answers, answer)


def _best_words(scores: Float32) -> tuple[float, int, int]:
    """Return the best score of a start and an end at most ``MOST_WORDS`` apart, and the two."""
    size = len(scores)
    pairs = scores[:, None, START] + scores[None, :, END]
    near = np.triu(np.ones((size, size), bool)) & ~np.triu(np.ones((size, size), bool), MOST_WORDS)
    pairs = np.where(near, pairs, -np.inf)
    first, last = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return float(pairs[first, last]), int(first), int(last)
