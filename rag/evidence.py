"""How likely each sentence of a passage is to answer, from what reader and retriever say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Protocol, runtime_checkable

from rag.reader import PassageText, SentenceReading
from rag.sentences import split_sentences
from rag.types import BlockKind, JudgedSentence, Passage, Span

MOST_WORDS = 12
"""A longer run of words is a sentence of its own rather than a short answer."""

LEAST_WORDS_LOGIT = 0.0
"""From here on the reader holds words of the sentence for the answer, rather than none."""


@runtime_checkable
class SentenceReader(Protocol):
    """Reads a question with passages."""

    def read(
        self, question: str, passages: Sequence[PassageText]
    ) -> Sequence[Sequence[SentenceReading]]:
        """Return one reading a sentence, passage by passage."""
        ...


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a sentence: three logits of the reader, one score of the retriever."""

    evidence: float
    words: float
    answers: float
    passage: float


WEIGHTS = Features(evidence=0.17, words=0.34, answers=0.0, passage=1.5)
"""What each feature adds to the log-odds; fitted by ``training/reader/calibrate.py``."""

BIAS = -2.1
"""The log-odds of a sentence whose features are all 0."""


def judge(
    reader: SentenceReader, question: str, passages: Sequence[Passage]
) -> tuple[Passage, ...]:
    """Return the passages in the same order with the sentences of their body text judged."""
    texts = [passage_text(passage) for passage in passages]
    return tuple(
        replace(passage, sentences=_judged(passage, text, readings))
        for passage, text, readings in zip(
            passages, texts, reader.read(question, texts), strict=True
        )
    )


def features_of(passage: Passage, reading: SentenceReading) -> Features:
    """Gather what is known of a sentence."""
    return Features(reading.evidence, reading.words, reading.answers, passage.scores.fused)


def probability_of(features: Features) -> float:
    """Weigh the features and turn them into a probability."""
    pairs = zip(astuple(WEIGHTS), astuple(features), strict=True)
    log_odds = BIAS + sum(weight * value for weight, value in pairs)
    return (1 + math.tanh(log_odds / 2)) / 2  # the logistic function, which never overflows so


def passage_text(passage: Passage) -> PassageText:
    """Return a passage as the reader takes it, cut into sentences."""
    at = passage.span.start
    spans = split_sentences(passage.document.text, passage.span)
    return PassageText(passage.text, tuple(Span(s.start - at, s.end - at) for s in spans))


def _judged(
    passage: Passage, text: PassageText, readings: Sequence[SentenceReading]
) -> tuple[JudgedSentence, ...]:
    document, by = passage.document, passage.span.start
    judged = (
        JudgedSentence(
            span=_moved(span, by),
            words=_moved(reading.answer, by) if _few_words(text.text, reading) else None,
            probability=probability_of(features_of(passage, reading)),
        )
        for span, reading in zip(text.sentences, readings, strict=True)
    )
    return tuple(s for s in judged if document.kind_at(s.span) is BlockKind.BODY)


def _few_words(text: str, reading: SentenceReading) -> bool:
    few = len(reading.answer.of(text).split()) <= MOST_WORDS
    return few and reading.words >= LEAST_WORDS_LOGIT


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
