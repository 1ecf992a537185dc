"""Turns examples into padded tensors with labels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from rag.sentences import split_sentences
from rag.types import Span
from training.reader.examples import Example

MAX_TOKENS = 256
QUESTION_TOKENS = 64
OPENING, BREAK = "[CLS]", "[SEP]"
ROUNDING = 32
"""Lengths are padded to multiples of this: fewer shapes, so that caches of kernels stay small."""


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


def encode(tokenizer: Tokenizer, example: Example, draw: random.Random) -> Encoded:
    """Encode an example; a long passage is cut to a window that holds the evidence."""
    asked = tokenizer.encode(example.question, add_special_tokens=False).ids[:QUESTION_TOKENS]
    opening, closing = (tokenizer.token_to_id(mark) for mark in (OPENING, BREAK))
    before = [opening, *asked, closing]
    room = MAX_TOKENS - len(before) - 1
    passage, shift = _window(tokenizer, example, room, draw)
    coded = tokenizer.encode(passage, add_special_tokens=False)
    ids = [*before, *coded.ids[:room], closing]
    spans = [Span(a + shift, b + shift) for a, b in coded.offsets[:room]]
    offsets = (*(None for _ in before), *spans, None)
    start, end = (0, 0) if example.spans else (-100, -100)
    if example.answers:
        tokens = _tokens(offsets, example.answers[0])
        start, end = (tokens[0], tokens[-1]) if tokens else (-100, -100)
    sentences = []
    for span in split_sentences(example.passage, Span(0, len(example.passage))):
        tokens = _tokens(offsets, span)
        if tokens:
            known = any(span.overlap(evidence) for evidence in example.evidence)
            sentences.append((tokens[0], tokens[-1] + 1, known))
    return Encoded(tuple(ids), offsets, start, end, tuple(sentences), example.answerable)


def _tokens(offsets: Sequence[Span | None], span: Span) -> list[int]:
    return [place for place, own in enumerate(offsets) if own and own.overlap(span)]


def _window(
    tokenizer: Tokenizer, example: Example, room: int, draw: random.Random
) -> tuple[str, int]:
    """Return a run of whole sentences that fits, and where it starts in the passage."""
    if len(tokenizer.encode(example.passage, add_special_tokens=False).ids) <= room:
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
        if len(tokenizer.encode(text, add_special_tokens=False).ids) <= room:
            start = max(0, start - 1)
    return example.passage[sentences[start].start :], sentences[start].start


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors of several examples."""

    ids: torch.Tensor
    mask: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    answerable: torch.Tensor
    examples: tuple[Encoded, ...]


def batches(
    encoded: Sequence[Encoded], size: int, *, seed: int, shuffle: bool = True
) -> Iterator[Batch]:
    """Yield batches of like lengths, in random order."""
    draw = random.Random(seed)  # noqa: S311
    order = list(range(len(encoded)))
    if shuffle:
        draw.shuffle(order)
    pool = size * 50
    groups = []
    for at in range(0, len(order), pool):
        part = sorted(order[at : at + pool], key=lambda place: len(encoded[place].ids))
        groups += [part[i : i + size] for i in range(0, len(part), size)]
    if shuffle:
        draw.shuffle(groups)
    for group in groups:
        yield collate([encoded[place] for place in group])


def collate(examples: Sequence[Encoded]) -> Batch:
    """Pad examples to one length."""
    longest = max(len(example.ids) for example in examples)
    width = -(-longest // ROUNDING) * ROUNDING
    ids = torch.zeros(len(examples), width, dtype=torch.long)
    mask = torch.zeros(len(examples), width, dtype=torch.long)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        mask[row, : len(example.ids)] = 1
    return Batch(
        ids,
        mask,
        torch.tensor([example.start for example in examples]),
        torch.tensor([example.end for example in examples]),
        torch.tensor([float(example.answerable) for example in examples]),
        tuple(examples),
    )
