"""Reads a claim with the text that it was taken from: does that text support it?

The checker is a cross-encoder like the reader; ``rag/models/checker.md`` says how it was trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from rag.inference import Encoder, Float32, plan_batches, readable, tokenizer_file
from rag.questions import terms
from rag.relevance import choose
from rag.sentences import split_sentences
from rag.types import Span

MODEL_FILE = Path(__file__).parent / "models" / "checker.onnx"
MAX_TOKENS = 144
CLAIM_TOKENS = 64
"""A longer claim is read by its beginning."""
SUPPORTED, BORNE_OUT = range(2)
"""The scores that the model gives each token; the first counts at the first token alone."""
TEXTS = 512
"""How many texts are kept as tokens: the next claim is often about the same."""
MOST = 10.0
"""The logit of a claim without a word: nothing of it can be wrong."""


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """What the checker says of a claim, each a logit (about -10 to 10).

    ``supported``: the text supports all of it; ``weakest``: the token of the claim that the text
    bears out least; ``mean``: the mean of all its tokens.
    """

    supported: float
    weakest: float
    mean: float


@dataclass(frozen=True, slots=True)
class Pair:
    """The tokens of a claim with its text; the claim's own are from 1 to ``claim_end``."""

    ids: tuple[int, ...]
    claim_end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a text: its content words and its tokens."""

    terms: frozenset[str]
    ids: tuple[int, ...]


class PairEncoder:
    """Turns a claim and its text into tokens that fit the model."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._read = lru_cache(maxsize=TEXTS)(self._cut)
        vocabulary = tokenizer.get_vocab(with_added_tokens=True)
        self._opening, self._break = vocabulary["[CLS]"], vocabulary["[SEP]"]

    def encode(self, claim: str, text: str) -> Pair:
        """Return the claim with the sentences of the text that tell most about it."""
        own = self._ids(claim)[:CLAIM_TOKENS]
        room = MAX_TOKENS - len(own) - 3
        sentences = self._read(readable(text))
        places = choose(
            set(terms(claim)),
            [sentence.terms for sentence in sentences],
            [len(sentence.ids) for sentence in sentences],
            room,
        )
        inside = [id_ for place in places for id_ in sentences[place].ids][:room]
        ids = (self._opening, *own, self._break, *inside, self._break)
        return Pair(ids, 1 + len(own))

    def _cut(self, text: str) -> tuple[_Sentence, ...]:
        sentences = [span.of(text) for span in split_sentences(text, Span(0, len(text)))]
        coded = self._tokenizer.encode_batch(sentences, add_special_tokens=False)
        return tuple(
            _Sentence(frozenset(terms(sentence)), tuple(tokens.ids))
            for sentence, tokens in zip(sentences, coded, strict=True)
        )

    def _ids(self, text: str) -> list[int]:
        return self._tokenizer.encode(readable(text), add_special_tokens=False).ids


class Checker:
    """Scores sentences against texts. Safe to use from several threads."""

    def __init__(self, model_file: Path = MODEL_FILE, *, threads: int | None = None) -> None:
        tokenizer = Tokenizer.from_file(str(tokenizer_file(model_file)))
        tokenizer.no_truncation()
        self._pairs = PairEncoder(tokenizer)
        self._encoder = Encoder(model_file.read_bytes(), threads=threads)

    def read(self, sentences: Sequence[str], text: str) -> list[ClaimReading]:
        """Return one reading for each of a claim's sentences, all about the same text."""
        pairs = [self._pairs.encode(sentence, text) for sentence in sentences]
        readings: dict[int, ClaimReading] = {}
        for batch in plan_batches([len(pair.ids) for pair in pairs]):
            scores = self._encoder.run([pairs[place].ids for place in batch])
            for row, place in enumerate(batch):
                readings[place] = _reading(scores[row], pairs[place].claim_end)
        return [readings[place] for place in range(len(pairs))]


def _reading(scores: Float32, claim_end: int) -> ClaimReading:
    own = scores[1:claim_end, BORNE_OUT]
    return ClaimReading(
        supported=float(scores[0, SUPPORTED]),
        weakest=float(own.min(initial=MOST)),
        mean=float(own.mean()) if len(own) else MOST,
    )
