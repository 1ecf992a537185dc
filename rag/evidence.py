"""How likely each sentence of a passage is to answer, from what reader and retriever say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from rag.folding import is_mark
from rag.reader import PassageText, SentenceReading
from rag.sentences import split_sentences
from rag.types import BlockKind, JudgedSentence, Passage, Span

MOST_WORDS = 12
"""A longer run of words is a sentence of its own rather than a short answer."""

LEAST_WORDS_LOGIT = 0.0
"""From here on the reader holds words of the sentence for the answer, rather than none."""

LEAST_LEAD = 1.0
"""How far those words must lead other words of their sentence, or it is unclear which answer: on
the tuning sets 82 % of 268 short answers are right, both of the two with a smaller lead wrong."""


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
    """What speaks for a sentence: two logits of the reader, one score of the retriever."""

    evidence: float
    words: float
    passage: float


WEIGHTS = Features(evidence=0.589, words=0.076, passage=0.702)
"""What each feature adds to a sentence's score, by which sentences are ranked."""

SLOPE, BIAS = 0.672, 0.221
"""How a sentence's score becomes its log-odds."""

ANSWERS_SLOPE, ANSWERS_BIAS = 1.675, 6.355
"""How ``together`` of all passages becomes the log-odds that they answer at all."""

SOFTNESS = 4.0
"""In logits: 0 would ask the likeliest passage alone, much more the mean of all. What one passage
seems to answer, and the others not at all, has less often an answer than what several seem to: on
the tuning sets the AUROC is .953 so, and .946 with a softness of 1, nearer to the likeliest alone.
Up to 10 it gets no worse there, but on SQuAD, where one passage decides, it fell from .782 at 3 to
.768 at 6 with a reader of nine layers."""

LEAST_READ, UNREAD = 8, -5.0
"""A question is judged as if so many passages had been read: what a short document lacks counts as
one that does not answer. The median logit of the passages of unanswerable questions is -4.9 on
those sets. So a passage that is alone is refused below a logit of -2.0; with -4.4 it would be
refused below -5.1."""

NOTHING = -20.0
"""The logit of a passage without a sentence of body text."""

# All of these constants are fitted by ``training/reader/calibrate.py``.


def judge(
    reader: SentenceReader, question: str, passages: Sequence[Passage]
) -> tuple[Passage, ...]:
    """Return the passages in the same order with the sentences of their body text judged.

    How likely a passage answers depends on all passages read: of the likeliest one it is how likely
    they answer together. A sentence's probability depends on nothing but its own scores.
    """
    texts = [passage_text(passage) for passage in passages]
    readings = reader.read(question, texts)
    body = [_body(*each) for each in zip(passages, texts, readings, strict=True)]
    logits = [max((reading.answers for _, reading in own), default=NOTHING) for own in body]
    best = max(logits, default=NOTHING)
    whole = together([logit for logit, own in zip(logits, body, strict=True) if own])
    return tuple(
        replace(
            passage,
            sentences=tuple(_judged(passage, span, reading) for span, reading in own),
            answers=answers_of(whole + logit - best),
        )
        for passage, own, logit in zip(passages, body, logits, strict=True)
    )


def together(answers: Sequence[float]) -> float:
    """Return one logit for the ``answers`` of all passages, between their mean and the greatest.

    The logarithm of the mean of their odds, each to the power of 1 / ``SOFTNESS``.
    """
    if not answers:
        return NOTHING
    logits = [*answers, *[UNREAD] * (LEAST_READ - len(answers))]
    most = max(logits)
    shares = math.fsum(math.exp((logit - most) / SOFTNESS) for logit in logits)
    return most + SOFTNESS * math.log(shares / len(logits))


def features_of(passage: Passage, reading: SentenceReading) -> Features:
    """Gather what is known of a sentence."""
    return Features(reading.evidence, reading.words, passage.scores.fused)


def score_of(features: Features) -> float:
    """Return a sentence's score, the higher the likelier; about -6 to 6."""
    return (
        WEIGHTS.evidence * features.evidence
        + WEIGHTS.words * features.words
        + WEIGHTS.passage * features.passage
    )


def probability_of(features: Features) -> float:
    """Return how likely a sentence answers."""
    return _logistic(SLOPE * score_of(features) + BIAS)


def answers_of(answers: float) -> float:
    """Return how likely passages answer at all, from what ``together`` makes of their logits."""
    return _logistic(ANSWERS_SLOPE * answers + ANSWERS_BIAS)


def _logistic(log_odds: float) -> float:
    return (1 + math.tanh(log_odds / 2)) / 2  # never overflows in this form


def passage_text(passage: Passage) -> PassageText:
    """Return a passage as the reader takes it, cut into sentences."""
    at = passage.span.start
    spans = split_sentences(passage.document.text, passage.span)
    return PassageText(passage.text, tuple(Span(s.start - at, s.end - at) for s in spans))


def _body(
    passage: Passage, text: PassageText, readings: Sequence[SentenceReading]
) -> list[tuple[Span, SentenceReading]]:
    """Return the places of a passage's body sentences in the document, with their readings."""
    document, by = passage.document, passage.span.start
    placed = [(_moved(s, by), r) for s, r in zip(text.sentences, readings, strict=True)]
    return [(s, r) for s, r in placed if document.kind_at(s) is BlockKind.BODY]


def _judged(passage: Passage, span: Span, reading: SentenceReading) -> JudgedSentence:
    words = _whole(passage.document.text, _moved(reading.answer, passage.span.start), span)
    few = len(words.of(passage.document.text).split()) <= MOST_WORDS
    clear = reading.words >= LEAST_WORDS_LOGIT and reading.lead >= LEAST_LEAD
    return JudgedSentence(
        span=span,
        words=words if few and clear else None,
        probability=probability_of(features_of(passage, reading)),
    )


def _whole(text: str, words: Span, sentence: Span) -> Span:
    """Return words with the marks that belong to their last letter: the reader drops accents."""
    end = words.end
    while end < sentence.end and is_mark(text[end]):
        end += 1
    return Span(words.start, end)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
