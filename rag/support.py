"""Judges whether its grounds support a claim."""

from __future__ import annotations

from rag.facts import unmatched_fact
from rag.grounds import Grounds


class Support:
    """Says whether a claim stands on its grounds, by the rules of ``rag/facts.py``."""

    def supports(self, claim: str, grounds: Grounds) -> bool:
        """Say whether no number, date, name or negation of a claim is without grounds."""
        source = f"{grounds.text}\n{grounds.about}"
        return unmatched_fact(claim, source, grounds.sentences, grounds.shown) is None
