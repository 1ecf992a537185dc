"""Judges whether a text supports a claim: rules of fact, then what words tell, then the checker."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from typing import Protocol

from rag.facts import negations, unmatched_fact
from rag.grounds import Grounds
from rag.inference import usable_threads
from rag.wording import Wording, compare, sentences_of


class ClaimReader(Protocol):
    """Scores the sentences of a claim against a text."""

    def read(self, sentences: Sequence[str], text: str) -> Sequence[float]:
        """Return for each sentence the logit that the text supports it."""
        ...


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a claim or against it, over all of its sentences.

    The first is the checker's logit, the rest compares words and facts with the source's.
    """

    supported: float
    new: float
    new_share: float
    new_pairs: float
    new_triples: float
    in_one: float
    in_three: float
    unmatched: float
    negations: float
    content: float
    sentences: float


WEIGHTS = Features(
    supported=0.5138,
    new=0.1909,
    new_share=-1.0906,
    new_pairs=-0.2498,
    new_triples=-0.5016,
    in_one=-0.0620,
    in_three=-0.2231,
    unmatched=-0.4965,
    negations=-0.2140,
    content=-0.1929,
    sentences=0.0916,
)
BIAS = 1.8651
"""What each feature adds to the log-odds; fitted by ``training/support/calibrate.py``."""

THRESHOLD = 0.30
"""How likely a claim must be supported to be shown. Low, since it is to let an error pass sooner
than reject a paraphrase: of sentences that people wrote from marked evidence, about 4 % more are
rejected than by the rules of fact alone (``rag/models/checker.md``)."""
NEEDED = math.log(THRESHOLD / (1 - THRESHOLD))
"""The same as log-odds."""

LEAST = -2.5
"""What the checker adds at least to the log-odds of nearly every claim. Where words and facts
outweigh this, it is not asked, since it takes many times as long as they do: of 2,464 claims none
would be judged otherwise, as ``training/support/calibrate.py`` counts."""

BEGUN = 64
"""How many claims are kept that were begun with: what is expected soon comes."""


def features_of(claim: str, text: str, reader: ClaimReader | None = None) -> Features:
    """Gather what is known of a claim; a claim is as weak as its weakest sentence.

    Without a reader the checker's logit is 0.
    """
    sentences = sentences_of(claim)
    wordings = [compare(sentence, text) for sentence in sentences]

    def most(of: Callable[[Wording], float]) -> float:
        return max(map(of, wordings), default=0.0)

    known = Features(
        supported=0.0,
        new=math.log1p(sum(wording.new for wording in wordings)),
        new_share=most(lambda wording: wording.new_share),
        new_pairs=most(lambda wording: wording.new_pairs),
        new_triples=most(lambda wording: wording.new_triples),
        in_one=min((wording.in_one for wording in wordings), default=0.0),
        in_three=min((wording.in_three for wording in wordings), default=0.0),
        unmatched=float(sum(unmatched_fact(s, text, ()) is not None for s in sentences)),
        negations=math.log1p(negations(claim)),
        content=math.log1p(max((wording.content for wording in wordings), default=0)),
        sentences=math.log(max(1, len(sentences))),
    )
    return _heard(known, reader.read(sentences, text)) if reader else known


def _heard(known: Features, logits: Sequence[float]) -> Features:
    """Add what the checker says of a claim's sentences."""
    return replace(known, supported=min(logits, default=0.0))


def repeats(features: Features) -> bool:
    """Say whether a claim only repeats its source: any three words in a row stand there so."""
    return features.in_one == 1 and features.new_pairs == features.new_triples == 0


def log_odds(features: Features) -> float:
    """Return how likely a claim with these features is supported, as log-odds."""
    pairs = zip(astuple(WEIGHTS), astuple(features), strict=True)
    return math.fsum(weight * value for weight, value in pairs) + BIAS


def probability_of(features: Features) -> float:
    """Return how likely a claim with these features is supported, 0 to 1."""
    return (1 + math.tanh(log_odds(features) / 2)) / 2  # never overflows in this form


class Support:
    """Says whether a claim stands on its grounds. Safe to use from several threads."""

    def __init__(self, reader: ClaimReader) -> None:
        self._reader = reader
        self._pool = ThreadPoolExecutor(usable_threads(), thread_name_prefix="checking")
        self._begun = lru_cache(maxsize=BEGUN)(self._begin)
        self._ruled = lru_cache(maxsize=BEGUN)(_ruled)

    def supports(self, claim: str, grounds: Grounds) -> bool:
        """Say whether no fact of a claim is without grounds, and the checker does not object."""
        known = self._ruled(claim, grounds)
        if isinstance(known, bool):
            return known
        logits = self._begun(claim, grounds.text).result()
        return log_odds(_heard(known, logits)) >= NEEDED

    def expect(self, claim: str, grounds: Grounds) -> None:
        """Let the checker begin with a claim that may soon be judged, where it would be asked."""
        if not isinstance(self._ruled(claim, grounds), bool):
            self._begun(claim, grounds.text)

    def _begin(self, claim: str, text: str) -> Future[Sequence[float]]:
        return self._pool.submit(self._reader.read, sentences_of(claim), text)


def _ruled(claim: str, grounds: Grounds) -> bool | Features:
    """Judge a claim by facts and words; where these leave it to the checker, return them."""
    source = f"{grounds.text}\n{grounds.about}"
    if unmatched_fact(claim, source, grounds.sentences, grounds.shown):
        return False
    known = features_of(claim, grounds.text)
    return repeats(known) or log_odds(known) + LEAST >= NEEDED or known
