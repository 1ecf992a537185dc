"""Opens any LangChain chat model that ``PINCITE_MODEL`` names."""

from __future__ import annotations

import difflib
import math
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from rag.answering.failures import chain_of, explain
from rag.answering.providers import PROVIDERS, ModelName, key_names, parse_model
from rag.errors import ModelError
from rag.settings import Settings

if TYPE_CHECKING:  # LangChain's chat models are heavy: imported when one is opened
    from langchain_core.language_models import BaseChatModel

__all__ = ["ModelName", "explain", "open_chat_model", "parse_model"]

SECRETS_FILE = Path(".streamlit", "secrets.toml")
PLACEHOLDER_KEY = "not-needed"  # OpenAI's client wants a key even where the server wants none


def open_chat_model(settings: Settings) -> BaseChatModel:
    """Open the chat model that ``settings.model`` names; nothing is sent yet.

    Raises:
        SettingsError: if ``settings.model`` is not ``provider:name``.
        ModelError: if its provider is unknown, its package is not installed, or its key is
            missing or cannot be one.
    """
    model = parse_model(settings.model)
    arguments = _arguments(model.provider, settings)
    if key := _key(model.provider, required=settings.base_url is None):
        arguments["api_key"] = key
    elif model.provider == "openai":
        arguments["api_key"] = SecretStr(PLACEHOLDER_KEY)
    from langchain.chat_models import init_chat_model

    _switch_tracing_off()
    try:
        opened: BaseChatModel = init_chat_model(
            model.name, model_provider=model.provider, **arguments
        )
    except ImportError as error:
        raise ModelError(
            f"{settings.model} needs a package that is not installed: "
            f"pip install '{_package(model.provider, error)}'."
        ) from error
    except Exception as error:
        raise _not_opened(settings.model, model.provider, error) from error
    return opened


def _arguments(provider: str, settings: Settings) -> dict[str, Any]:
    """Name the limits of ``settings`` as the provider's class does."""
    arguments: dict[str, Any] = {"temperature": 0}
    if settings.base_url is not None:
        arguments["base_url"] = settings.base_url
    if provider == "ollama":  # it cuts what is above num_ctx without a word, and never retries
        room = settings.passage_tokens * 3 // 2 + 1024  # its tokens are shorter; the instructions
        return arguments | {
            "num_ctx": room + settings.max_tokens,
            "num_predict": settings.max_tokens,
            "client_kwargs": {"timeout": settings.timeout},
        }
    arguments |= {"timeout": settings.timeout, "max_retries": settings.retries}
    if provider == "openai" and settings.base_url is not None:
        # Other servers know the older name of the limit, and only the older protocol.
        return arguments | {
            "extra_body": {"max_tokens": settings.max_tokens},
            "use_responses_api": False,
            "stream_usage": True,
        }
    if provider in ("google_genai", "mistralai"):  # they count the first attempt too
        arguments["max_retries"] = settings.retries + 1
    if provider == "mistralai":  # whole seconds only
        arguments["timeout"] = math.ceil(settings.timeout)
    return arguments | {"max_tokens": settings.max_tokens}


def _key(provider: str, *, required: bool) -> SecretStr | None:
    """Find the provider's key in the environment, else in Streamlit's secrets."""
    names = key_names(provider)
    for name in names:
        if value := (os.environ.get(name) or _secret(name) or "").strip():
            return SecretStr(_sendable(value, name))
    if names and provider in PROVIDERS and (required or provider != "openai"):
        raise ModelError(f"{provider} needs a key: set {names[0]}, or put it into {SECRETS_FILE}.")
    return None


def _secret(name: str) -> str | None:
    try:
        value = tomllib.loads(SECRETS_FILE.read_text(encoding="utf-8")).get(name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        # ``from None``: what cannot be read may be quoted by the error, and it holds keys.
        raise ModelError(
            f"{SECRETS_FILE} cannot be read as TOML: correct it, or set {name} instead."
        ) from None
    return value if isinstance(value, str) else None


def _sendable(key: str, name: str) -> str:
    """Refuse what cannot stand in a header: the client's own error would quote it."""
    if not re.fullmatch(r"[!-~]+", key):
        raise ModelError(f"{name} holds a space or a letter that no key has: copy the key again.")
    return key


def _switch_tracing_off() -> None:
    """Keep questions and passages from LangSmith, even where its variables are set."""
    import langsmith

    langsmith.configure(enabled=False)


def _package(provider: str, error: ImportError) -> str:
    if known := PROVIDERS.get(provider):
        return known.package
    missing = next((e.name for e in chain_of(error) if isinstance(e, ImportError) and e.name), "")
    return (missing or f"langchain_{provider}").partition(".")[0].replace("_", "-")


def _not_opened(model: str, provider: str, error: Exception) -> ModelError:
    if provider not in PROVIDERS and "Unsupported provider" in str(error):
        return _unknown_provider(provider)
    key = " or ".join(key_names(provider)) or "none needed"
    return ModelError(
        f"{model} cannot be opened ({type(error).__name__}): check its name, its key ({key}), "
        "PINCITE_BASE_URL and the proxy of this computer."
    )


def _unknown_provider(provider: str) -> ModelError:
    nearest = difflib.get_close_matches(provider, list(PROVIDERS), n=1, cutoff=0.0)[0]
    return ModelError(
        f"There is no provider {provider!r}. Did you mean {nearest}? Known are "
        f"{', '.join(PROVIDERS)}; for any other server that speaks OpenAI's protocol use openai "
        "with PINCITE_BASE_URL."
    )
