"""Public question sets read into ours, one module a format.

What a set says of evidence becomes words of a document; what cannot be said so is left out and
counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rag.evaluation.imports import chunking, clapnq, mtrag, quotesum, squad
from rag.evaluation.imports.imported import Imported

__all__ = ["FORMATS", "Imported"]

FORMATS: Mapping[str, Callable[[Sequence[Path]], Imported]] = MappingProxyType(
    {
        "squad": squad.read,
        "clapnq": clapnq.read,
        "quotesum": quotesum.read,
        "mtrag": mtrag.read,
        "chunking": chunking.read,
    }
)
"""Each format's reader: takes files of one set and returns them as one of ours."""
