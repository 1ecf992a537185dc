"""Compares the words of a claim with those of its source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.questions import WORD, stem, terms
from rag.sentences import split_sentences
from rag.types import Span


@dataclass(frozen=True, slots=True)
class Wording:
    """How far the words of a sentence are those of its source.

    Shares from 0 to 1: of its content words that the source does not have, of its pairs and triples
    of neighbouring words that it does not have, and of its content words that one sentence, or
    three in a row, have together. ``new`` counts content words, ``content`` is how many there are.
    """

    new: int
    content: int
    new_share: float
    new_pairs: float
    new_triples: float
    in_one: float
    in_three: float


@dataclass(frozen=True, slots=True)
class _Source:
    stems: frozenset[str]
    pairs: frozenset[tuple[str, ...]]
    triples: frozenset[tuple[str, ...]]
    sentences: tuple[frozenset[str], ...]
    threes: tuple[frozenset[str], ...]


def sentences_of(text: str) -> list[str]:
    """Cut a text into its sentences."""
    return [span.of(text) for span in split_sentences(text, Span(0, len(text)))]


def compare(sentence: str, source: str) -> Wording:
    """Compare a sentence of a claim with its source."""
    theirs = _read(source)
    words, wanted = _stems(sentence), terms(sentence)
    new = [term for term in wanted if term not in theirs.stems]
    distinct = frozenset(wanted)

    def covered(places: tuple[frozenset[str], ...]) -> float:
        return max((_share(len(distinct & own), len(distinct)) for own in places), default=0.0)

    pairs, triples = list(pairwise(words)), _triples(words)
    return Wording(
        new=len(new),
        content=len(wanted),
        new_share=_share(len(new), len(wanted)),
        new_pairs=_share(sum(pair not in theirs.pairs for pair in pairs), len(pairs)),
        new_triples=_share(sum(three not in theirs.triples for three in triples), len(triples)),
        in_one=covered(theirs.sentences),
        in_three=covered(theirs.threes),
    )


@lru_cache(maxsize=64)
def _read(source: str) -> _Source:
    words = _stems(source)
    sentences = tuple(frozenset(terms(sentence)) for sentence in sentences_of(source))
    threes = (sentences[at : at + 3] for at in range(len(sentences)))
    return _Source(
        frozenset(words),
        frozenset(pairwise(words)),
        frozenset(_triples(words)),
        sentences,
        tuple(frozenset().union(*three) for three in threes),
    )


def _stems(text: str) -> list[str]:
    return [stem(word) for word in WORD.findall(text)]


def _triples(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(words, words[1:], words[2:], strict=False))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
