"""The answerers: each writes a draft from passages, none is believed."""

from __future__ import annotations

from rag.answering.extractive import ExtractiveDrafter
from rag.errors import SettingsError

BUILT_IN = "extractive"


def drafter_for(model: str) -> ExtractiveDrafter:
    """Return the answerer that ``PINCITE_MODEL`` names.

    Raises:
        SettingsError: if there is no such answerer.
    """
    if model != BUILT_IN:
        raise SettingsError(
            f"PINCITE_MODEL is {model!r}, but this version has only the built-in answerer. "
            f"Set PINCITE_MODEL={BUILT_IN} or remove it."
        )
    return ExtractiveDrafter()
