"""The answerers: each writes a draft from passages, none is believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answering.condensing import WordCondenser
from rag.answering.extractive import ExtractiveDrafter
from rag.settings import BUILT_IN, Settings
from rag.types import DraftPart, Passage, Turn


class Drafter(Protocol):
    """Writes a draft from passages; what it quotes is verified, never believed."""

    def draft(self, question: str, passages: Sequence[Passage]) -> Iterator[DraftPart]:
        """Propose sentences with quotes as they come; none to refuse.

        Raises:
            ModelError: if a chat model fails, at once or midway.
        """
        ...


class Condenser(Protocol):
    """Makes a follow-up stand alone."""

    def condense(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question with what it takes over from the turns before."""
        ...


@dataclass(frozen=True, slots=True)
class Answerer:
    """All that ``PINCITE_MODEL`` decides on."""

    drafter: Drafter
    condenser: Condenser


def answerer_for(settings: Settings) -> Answerer:
    """Return the answerer that ``PINCITE_MODEL`` names.

    Raises:
        SettingsError: if the name is not one of an answerer.
        ModelError: if the chat model cannot be opened.
    """
    words = WordCondenser()
    if settings.model == BUILT_IN:
        return Answerer(ExtractiveDrafter(), words)
    return _generative(settings, words)


def _generative(settings: Settings, words: WordCondenser) -> Answerer:
    # Imported here, since chat models take a second to import that the built-in answerer spares.
    from rag.answering.generative import GenerativeDrafter, ModelCondenser
    from rag.answering.models import open_chat_model

    model = open_chat_model(settings)
    drafter = GenerativeDrafter(model, settings.model, passage_tokens=settings.passage_tokens)
    return Answerer(drafter, ModelCondenser(model, otherwise=words))
