"""Turns claims with their documents into tokens with labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.checker import CLAIM_TOKENS, PairEncoder
from rag.cross_encoder import Tokens
from training.packed import IDS, PADDING, Packed
from training.support.examples import Example


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as tokens; ``borne_out`` has 1 or 0 for each of the claim's, or is empty.

    The claim's own tokens are from 1 to ``claim_end``.
    """

    ids: tuple[int, ...]
    claim_end: int
    supported: float
    borne_out: tuple[float, ...]


def encode(tokens: Tokens, examples: Sequence[Example]) -> list[Encoded]:
    """Encode examples as the checker reads them."""
    pairs = PairEncoder(tokens)
    return [_encoded(example, pairs, tokens) for example in examples]


def _encoded(example: Example, pairs: PairEncoder, tokens: Tokens) -> Encoded:
    ids = pairs.encode(example.sentence, example.document)
    coded = tokens.of(example.sentence)
    claim_end = 1 + min(len(coded.ids), CLAIM_TOKENS)
    borne_out: tuple[float, ...] = ()
    if example.wrong is not None:
        borne_out = tuple(
            float(not any(first < w.end and w.start < last for w in example.wrong))
            for first, last in coded.offsets[: claim_end - 1]
        )
    return Encoded(ids, claim_end, example.supported, borne_out)


def pack(encoded: Sequence[Encoded]) -> Packed:
    """Pack examples, in order; ``borne_out`` of a token is ``PADDING`` where nobody knows."""
    lengths = [len(example.ids) for example in encoded]
    places = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    borne_out = np.full(sum(lengths), PADDING, np.int8)
    for place, example in zip(places, encoded, strict=False):
        borne_out[place + 1 : place + 1 + len(example.borne_out)] = example.borne_out
    return Packed(
        places,
        {
            IDS: np.fromiter((id_ for e in encoded for id_ in e.ids), np.uint16, sum(lengths)),
            "borne_out": borne_out,
        },
        {
            "supported": np.array([example.supported for example in encoded], np.float32),
            "claim_ends": np.array([example.claim_end for example in encoded], np.int64),
        },
    )
