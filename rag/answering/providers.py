"""The providers of chat models that Pincite names an extra for, and how a model is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rag.errors import SettingsError


@dataclass(frozen=True, slots=True)
class ModelName:
    """A chat model as LangChain names it: ``ollama`` and ``llama3.1:8b``."""

    provider: str
    name: str


@dataclass(frozen=True, slots=True)
class Provider:
    """What must be installed and set for a provider.

    ``key_names`` are the variables that may hold its key, the usual one first; none where it
    needs no key.
    """

    package: str
    key_names: tuple[str, ...]


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "openai": Provider("pincite[openai]", ("OPENAI_API_KEY",)),
        "anthropic": Provider("pincite[anthropic]", ("ANTHROPIC_API_KEY",)),
        "google_genai": Provider("pincite[google]", ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
        "mistralai": Provider("pincite[mistral]", ("MISTRAL_API_KEY",)),
        "ollama": Provider("pincite[ollama]", ()),
    }
)


def parse_model(text: str) -> ModelName:
    """Split ``provider:name`` at its first colon; a name may hold further ones.

    Raises:
        SettingsError: if either part is missing.
    """
    provider, _, name = (part.strip() for part in text.partition(":"))
    if not provider or not name:
        raise SettingsError(
            f"PINCITE_MODEL={text!r} is not provider:name, e.g. openai:gpt-4o-mini."
        )
    return ModelName(provider.lower().replace("-", "_"), name)


def key_names(provider: str) -> tuple[str, ...]:
    """Return the variables that may hold the provider's key; a guess where it is not known."""
    known = PROVIDERS.get(provider)
    return (f"{provider.upper()}_API_KEY",) if known is None else known.key_names
