"""How likely a sentence is to answer a question, from what the reader and the retriever say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

from rag.reader import PassageText, SentenceReading
from rag.sentences import split_sentences
from rag.types import BlockKind, Passage, Span


class SentenceReader(Protocol):
    """Reads a question with passages."""

    def read(
        self, question: str, passages: Sequence[PassageText]
    ) -> Sequence[Sequence[SentenceReading]]:
        """Return one reading a sentence, passage by passage."""
        ...


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a sentence: two logits of the reader, one score of the retriever."""

    evidence: float
    words: float
    passage: float


WEIGHTS = Features(evidence=0.17, words=0.34, passage=1.5)
"""What each feature adds to the log-odds; fitted by ``training/reader/calibrate.py``."""

BIAS = -2.1
"""The log-odds of a sentence whose features are all 0."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a passage with its probability of answering, and its words that do."""

    passage: Passage
    span: Span
    answer: Span
    probability: float

    @property
    def text(self) -> str:
        """Return the sentence as it stands in the document."""
        return self.span.of(self.passage.document.text)


def score_sentences(
    reader: SentenceReader, question: str, passages: Sequence[Passage]
) -> list[ScoredSentence]:
    """Score each sentence of body text once, in its best passage; likeliest first."""
    best: dict[tuple[str, Span], ScoredSentence] = {}
    texts = [passage_text(passage) for passage in passages]
    for passage, text, readings in zip(passages, texts, reader.read(question, texts), strict=True):
        for span, reading in zip(text.sentences, readings, strict=True):
            scored = _scored(passage, span, reading)
            key = (passage.document.id, scored.span)
            if key not in best or scored.probability > best[key].probability:
                best[key] = scored
    body = [s for s in best.values() if s.passage.document.kind_at(s.span) is BlockKind.BODY]
    return sorted(body, key=lambda scored: -scored.probability)


def features_of(passage: Passage, reading: SentenceReading) -> Features:
    """Gather what is known of a sentence."""
    return Features(reading.evidence, reading.words, passage.scores.fused)


def probability_of(features: Features) -> float:
    """Weigh the features and turn them into a probability."""
    pairs = zip(astuple(WEIGHTS), astuple(features), strict=True)
    return 1 / (1 + math.exp(-BIAS - sum(weight * value for weight, value in pairs)))


def passage_text(passage: Passage) -> PassageText:
    """Return a passage as the reader takes it, cut into sentences."""
    at = passage.span.start
    spans = split_sentences(passage.document.text, passage.span)
    return PassageText(passage.text, tuple(Span(s.start - at, s.end - at) for s in spans))


def _scored(passage: Passage, span: Span, reading: SentenceReading) -> ScoredSentence:
    at = passage.span.start
    return ScoredSentence(
        passage=passage,
        span=Span(span.start + at, span.end + at),
        answer=Span(reading.answer.start + at, reading.answer.end + at),
        probability=probability_of(features_of(passage, reading)),
    )
