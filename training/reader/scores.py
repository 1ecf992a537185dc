"""Exact match, F1 and answerability, with SQuAD's official normalisation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from rag.evaluation.squad import token_f1
from training.reader.encoding import Encoded, batches, encode
from training.reader.examples import Example
from training.reader.measures import auroc
from training.reader.model import ANSWERABLE, END, EVIDENCE, START, Reader

MOST_WORDS = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one example."""

    answer: str
    answering: float
    evidence: tuple[float, ...]


def evaluate(
    model: Reader, tokenizer: Tokenizer, examples: Sequence[Example], device: torch.device
) -> dict[str, float]:
    """Return the measures of a model over examples, the best threshold for F1 among them."""
    draw = random.Random(0)  # noqa: S311
    encoded = [encode(tokenizer, example, draw) for example in examples]
    readings = read(model, encoded, examples, device)
    golds = [[a.of(e.passage) for a in e.answers] for e in examples]
    forced = [
        max((token_f1(g, r.answer) for g in gold), default=0.0)
        for r, gold in zip(readings, golds, strict=True)
    ]
    answering = np.array([r.answering for r in readings])
    has = np.array([bool(gold) for gold in golds])
    best = max(
        (float(np.mean(np.where(answering >= t, forced, ~has))), float(t))
        for t in np.quantile(answering, np.linspace(0, 1, 101))
    )
    firsts = [
        e.sentences[int(np.argmax(r.evidence))][2]
        for r, e in zip(readings, encoded, strict=True)
        if e.answerable
    ]
    return {
        "f1": best[0],
        "threshold": best[1],
        "f1_forced": float(np.mean([f for f, h in zip(forced, has, strict=True) if h])),
        "auroc": auroc(answering[has], answering[~has]),
        "evidence@1": float(np.mean(firsts)),
    }


@torch.no_grad()
def read(
    model: Reader, encoded: Sequence[Encoded], examples: Sequence[Example], device: torch.device
) -> list[Reading]:
    """Return one reading an example, in order."""
    model.eval()
    readings = {}
    places = {id(example): place for place, example in enumerate(encoded)}
    for batch in batches(encoded, 32, seed=0, shuffle=False):
        with torch.autocast(device.type, dtype=torch.bfloat16):
            scores = model(batch.ids.to(device), batch.mask.to(device)).float().cpu().numpy()
        for row, example in enumerate(batch.examples):
            place = places[id(example)]
            readings[place] = _reading(scores[row], example, examples[place].passage)
    return [readings[place] for place in range(len(encoded))]


def _reading(scores: np.ndarray, example: Encoded, passage: str) -> Reading:
    inside = np.array([offset is not None for offset in example.offsets])
    size = len(inside)
    starts = np.where(inside, scores[:size, START], -1e4)
    ends = np.where(inside, scores[:size, END], -1e4)
    pairs = starts[:, None] + ends[None] + np.triu(np.zeros((size, size)))
    pairs = np.where(
        np.triu(np.ones((size, size))) - np.triu(np.ones((size, size)), MOST_WORDS), pairs, -1e9
    )
    first, last = np.unravel_index(int(pairs.argmax()), pairs.shape)
    one, two = example.offsets[first], example.offsets[last]
    words = passage[one.start : two.end] if one and two else ""
    null = scores[0, START] + scores[0, END]
    answering = float(scores[0, ANSWERABLE] + 0.5 * (pairs.max() - null))
    evidence = tuple(float(scores[a:b, EVIDENCE].mean()) for a, b, _ in example.sentences)
    return Reading(words, answering, evidence)
