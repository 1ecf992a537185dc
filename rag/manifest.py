"""What a library remembers of how it was made: its embedding model and its chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS
from rag.errors import LibraryMismatchError
from rag.store import Store

_MODEL, _TOKENS, _OVERLAP = "embedding", "chunk tokens", "chunk overlap"
_DEFAULTS = {_TOKENS: str(DEFAULT_TOKENS), _OVERLAP: str(DEFAULT_OVERLAP)}


@dataclass(frozen=True, slots=True)
class Cut:
    """How documents are cut into chunks: tokens at most, and sentences that neighbours share."""

    tokens: int
    overlap: int


def agree(store: Store, home: Path, *, model: str, tokens: int | None, overlap: int | None) -> Cut:
    """Return what is remembered, else what is asked for, else the defaults; and remember it.

    Raises:
        LibraryMismatchError: if the library was made with another embedding model or other chunks.
    """
    wanted = {_MODEL: model, _TOKENS: tokens, _OVERLAP: overlap}
    remembered = store.meta()
    settings = _agreed(remembered, home, wanted)
    if any(remembered.get(name) != value for name, value in settings.items()):
        store.remember(settings)
    return Cut(int(settings[_TOKENS]), int(settings[_OVERLAP]))


def _agreed(
    remembered: Mapping[str, str], home: Path, wanted: Mapping[str, str | int | None]
) -> dict[str, str]:
    for name, value in wanted.items():
        made_with = remembered.get(name)
        if value is not None and made_with not in (None, str(value)):
            raise LibraryMismatchError(
                f"The library in {home} was made with the {name} {made_with}, not with {value}."
                f" Set PINCITE_{name.upper().replace(' ', '_')} back, or choose an empty folder"
                " with PINCITE_HOME and add the documents again."
            )
    kept = {name: remembered[name] for name in wanted if name in remembered}
    asked = {name: str(value) for name, value in wanted.items() if value is not None}
    return {**_DEFAULTS, **asked, **kept}
