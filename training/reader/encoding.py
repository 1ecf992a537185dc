"""Turns examples into padded tensors with labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.cross_encoder import MARKS, MAX_TOKENS, Tokens
from rag.reader import QUESTION_TOKENS
from rag.sentences import split_sentences
from rag.types import Span
from training.packed import IDS, PADDING, Packed
from training.reader.examples import Example

MOST_SENTENCES = 64
"""Of one example; those after are not trained on."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as tokens.

    ``offsets`` has each token's span in the passage, ``None`` outside it. ``start`` and ``end``
    are tokens, 0 where there is no answer, -100 where it is unknown. ``sentences`` has the tokens
    of each sentence as (first, last + 1) and whether it is evidence.
    """

    ids: tuple[int, ...]
    offsets: tuple[Span | None, ...]
    start: int
    end: int
    sentences: tuple[tuple[int, int, bool], ...]
    answerable: bool


def encode(tokens: Tokens, example: Example, draw: random.Random) -> Encoded:
    """Encode an example; a long passage is cut to a window that holds the evidence."""
    asked = tokens.of(example.question).ids[:QUESTION_TOKENS]
    room = MAX_TOKENS - len(asked) - MARKS
    passage, shift = _window(tokens, example, room, draw)
    coded = tokens.of(passage)
    ids = tokens.pair(asked, coded.ids[:room])
    spans = [Span(a + shift, b + shift) for a, b in coded.offsets[:room]]
    offsets = (*(None for _ in range(len(asked) + MARKS - 1)), *spans, None)
    start, end = (0, 0) if example.spans else (-100, -100)
    if example.answers:
        inside = _tokens(offsets, example.answers[0])
        start, end = (inside[0], inside[-1]) if inside else (-100, -100)
    sentences = []
    for span in split_sentences(example.passage, Span(0, len(example.passage))):
        inside = _tokens(offsets, span)
        if inside:
            known = any(span.overlap(evidence) for evidence in example.evidence)
            sentences.append((inside[0], inside[-1] + 1, known))
    return Encoded(ids, offsets, start, end, tuple(sentences), example.answerable)


def _tokens(offsets: Sequence[Span | None], span: Span) -> list[int]:
    return [place for place, own in enumerate(offsets) if own and own.overlap(span)]


def _window(tokens: Tokens, example: Example, room: int, draw: random.Random) -> tuple[str, int]:
    """Return a run of whole sentences that fits, and where it starts in the passage."""
    if len(tokens.of(example.passage).ids) <= room:
        return example.passage, 0
    sentences = split_sentences(example.passage, Span(0, len(example.passage)))
    needed = example.answers[:1] or example.evidence[:1]
    held = [s for s in sentences if any(s.overlap(span) for span in needed)] or [
        draw.choice(sentences)
    ]
    start = sentences.index(held[0])
    for _ in range(draw.randint(0, 4)):
        earlier = sentences[max(0, start - 1)].start
        text = example.passage[earlier : held[-1].end]
        if len(tokens.of(text).ids) <= room:
            start = max(0, start - 1)
    return example.passage[sentences[start].start :], sentences[start].start


def pack(encoded: Sequence[Encoded]) -> Packed:
    """Pack examples, in order.

    ``sentences`` has the number of each token's sentence within its example, and ``evidence`` one
    bit for each number.
    """
    lengths = [len(example.ids) for example in encoded]
    places = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    sentences = np.full(sum(lengths), PADDING, np.int8)
    evidence = np.zeros((len(encoded), MOST_SENTENCES), bool)
    for row, example in enumerate(encoded):
        own = sentences[places[row] : places[row + 1]]
        for number, (first, last, known) in enumerate(example.sentences[:MOST_SENTENCES]):
            own[first:last] = number
            evidence[row, number] = known
    ids = np.fromiter((id_ for e in encoded for id_ in e.ids), np.uint16, sum(lengths))
    return Packed(
        places,
        {IDS: ids, "sentences": sentences},
        {
            "starts": np.array([example.start for example in encoded], np.int64),
            "ends": np.array([example.end for example in encoded], np.int64),
            "answerable": np.array([example.answerable for example in encoded], np.float32),
            "evidence": np.packbits(evidence, axis=1),
        },
    )
