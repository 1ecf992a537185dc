"""Makes follow-ups stand alone by rules on words."""

from __future__ import annotations

from collections.abc import Sequence

from rag.questions import condense
from rag.types import Turn


class WordCondenser:
    """Adds the words of the questions before, where a question refers to them."""

    def condense(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question with the words that it leaves out."""
        return condense(question, [turn.question for turn in history])
