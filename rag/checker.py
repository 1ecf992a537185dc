"""Reads a claim with the text that it was taken from: does that text support it?

``rag/models/checker.md`` says how well it does so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.cross_encoder import MARKS, MAX_TOKENS, SUPPORTED, CrossEncoder, Tokens
from rag.inference import readable
from rag.questions import terms
from rag.relevance import choose
from rag.sentences import split_sentences
from rag.types import Span

CLAIM_TOKENS = 64
"""A longer claim is read by its beginning."""
TEXTS = 512
"""How many texts are kept as tokens: the next claim is often about the same."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a text: its content words and its tokens."""

    terms: frozenset[str]
    ids: tuple[int, ...]


class PairEncoder:
    """Turns a claim and its text into tokens that fit the model."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._read = lru_cache(maxsize=TEXTS)(self._cut)

    def encode(self, claim: str, text: str) -> tuple[int, ...]:
        """Return the claim with the sentences of the text that tell most about it."""
        own = self._tokens.of(claim).ids[:CLAIM_TOKENS]
        room = MAX_TOKENS - len(own) - MARKS
        sentences = self._read(readable(text))
        places = choose(
            set(terms(claim)),
            [sentence.terms for sentence in sentences],
            [len(sentence.ids) for sentence in sentences],
            room,
        )
        inside = [id_ for place in places for id_ in sentences[place].ids][:room]
        return self._tokens.pair(own, inside)

    def _cut(self, text: str) -> tuple[_Sentence, ...]:
        sentences = [span.of(text) for span in split_sentences(text, Span(0, len(text)))]
        return tuple(
            _Sentence(frozenset(terms(sentence)), tuple(tokens.ids))
            for sentence, tokens in zip(sentences, self._tokens.of_all(sentences), strict=True)
        )


class Checker:
    """Scores sentences against texts. Safe to use from several threads."""

    def __init__(self, model: CrossEncoder | None = None) -> None:
        self._model = model or CrossEncoder()
        self._pairs = PairEncoder(self._model.tokens)

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        """Return for each sentence of a claim the logit (-10 to 10) that the text supports it."""
        scored = self._model.run([self._pairs.encode(sentence, text) for sentence in sentences])
        return [float(scores[0, SUPPORTED]) for scores in scored]
