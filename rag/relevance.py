"""Chooses the sentences of a text that a claim has to be read with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

_REPEATED = 0.15
"""How much a word counts that a chosen sentence covers already."""


def choose(
    wanted: AbstractSet[str],
    sentences: Sequence[AbstractSet[str]],
    lengths: Sequence[int],
    room: int,
) -> list[int]:
    """Return the places, in order, of the sentences that tell most about a claim.

    ``wanted`` are the terms of the claim and ``sentences`` those of each sentence; ``lengths`` are
    the sentences' lengths, and ``room`` is what all chosen ones may take together. Each
    sentence is chosen for the rare words of the claim that those before it left uncovered. Room
    that is left over goes to the neighbours of the best sentences. Where no sentence fits, the
    best one is returned alone.
    """
    if sum(lengths) <= room:
        return list(range(len(sentences)))
    shared = [wanted & own for own in sentences]
    frequency = Counter(term for own in shared for term in own)
    weight = {term: math.log(1 + len(sentences) / n) for term, n in frequency.items()}
    order = _covering(shared, weight)
    chosen: set[int] = set()
    for place in [*order, *(near for best in order[:3] for near in (best - 1, best + 1))]:
        fits = 0 <= place < len(sentences) and lengths[place] <= room
        if fits and place not in chosen:
            chosen.add(place)
            room -= lengths[place]
    return sorted(chosen) or order[:1]


def _covering(shared: Sequence[AbstractSet[str]], weight: dict[str, float]) -> list[int]:
    """Order sentences that share words with the claim, each by what it adds to those before."""
    left = [place for place, own in enumerate(shared) if own] or [0]
    covered: set[str] = set()
    order = []

    def gain(place: int) -> float:
        return sum(weight[t] * (_REPEATED if t in covered else 1) for t in shared[place])

    while left:
        best = max(left, key=gain)
        left.remove(best)
        covered |= shared[best]
        order.append(best)
    return order
