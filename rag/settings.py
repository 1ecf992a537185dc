"""One frozen ``Settings``, read once from the environment and passed explicitly."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError
from rag.limits import Limits

PREFIX = "PINCITE_"
ENV_FILE = ".env"
BUILT_IN = "extractive"
"""The answerer that needs no chat model."""


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("pincite", appauthor=False))


def _server_address(address: str) -> str:
    """Accept ``http(s)://host[:port][/path]`` only: a password or a query may be shown or logged.

    Raises:
        ValueError: if the address is anything else.
    """
    parts = urlsplit(address)
    port_is_possible = parts.port is None or parts.port > 0  # ``port`` raises above 65535
    is_server = parts.scheme in ("http", "https") and parts.hostname and port_is_possible
    if not is_server or "@" in parts.netloc or re.search(r"[?#\s]", address):
        raise ValueError(
            "expected an http(s) address without password or query, "
            "such as http://localhost:8080/v1"
        )
    return address


class Settings(BaseSettings):
    """What a user may change, each from ``PINCITE_<NAME>`` or a ``.env`` file.

    ``chunk_tokens`` and ``chunk_overlap`` apply to a new library; an existing one remembers its
    own, and ``None`` accepts whatever it remembers.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # an address may hold a password
    )

    home: Annotated[Path, Field(description="where the library lives")] = Field(
        default_factory=_default_home
    )
    model: Annotated[str, Field(description="the answerer")] = BUILT_IN
    base_url: Annotated[
        str | None,
        Field(description="address of a server that speaks OpenAI's protocol"),
        AfterValidator(lambda address: None if address is None else _server_address(address)),
    ] = None
    strict: Annotated[bool, Field(description="leave unverified sentences out")] = True
    timeout: Annotated[
        float, Field(gt=0, le=3600, allow_inf_nan=False, description="seconds without an answer")
    ] = 60
    retries: Annotated[
        int, Field(ge=0, le=10, description="further attempts when a model's server fails")
    ] = 2
    passage_tokens: Annotated[
        int, Field(ge=128, le=1_000_000, description="most tokens of passages given to a model")
    ] = 6000
    max_tokens: Annotated[
        int, Field(ge=16, le=100_000, description="most tokens in a model's answer")
    ] = 1024
    top_k: Annotated[int, Field(ge=1, le=50, description="passages given to the answerer")] = 6
    chunk_tokens: Annotated[
        int | None, Field(ge=16, le=2048, description="most tokens in a chunk")
    ] = None
    chunk_overlap: Annotated[
        int | None, Field(ge=0, le=8, description="sentences that neighbouring chunks share")
    ] = None
    embedding: Annotated[str, Field(description="builtin, or provider:model")] = "builtin"
    chroma_url: Annotated[
        str | None,
        Field(description="address of a Chroma server that several processes share"),
        AfterValidator(lambda address: None if address is None else _server_address(address)),
    ] = None
    max_bytes: Annotated[int, Field(ge=1, description="largest file that is read")] = 50_000_000
    max_pages: Annotated[int, Field(ge=1, description="most pages of a document")] = 5_000
    max_characters: Annotated[
        int, Field(ge=1, description="most characters of a document's text")
    ] = 20_000_000
    max_expansion: Annotated[
        int, Field(ge=1, description="how many times its size an archive may unpack to")
    ] = 100
    max_nesting: Annotated[
        int, Field(ge=8, le=5_000, description="how deep the elements of a page may lie")
    ] = 250
    max_seconds: Annotated[
        float, Field(gt=0, le=3600, description="most seconds for parsing one file")
    ] = 60
    max_memory: Annotated[
        int, Field(ge=500_000_000, description="bytes of memory for parsing one file")
    ] = 1_500_000_000
    allow_urls: Annotated[bool, Field(description="fetch documents from addresses")] = True
    fetch_seconds: Annotated[
        float, Field(gt=0, le=3600, description="most seconds for fetching one address")
    ] = 30

    @property
    def limits(self) -> Limits:
        """Return the limits of what is read."""
        return Limits(
            max_bytes=self.max_bytes,
            max_pages=self.max_pages,
            max_characters=self.max_characters,
            max_expansion=self.max_expansion,
            max_nesting=self.max_nesting,
            max_seconds=self.max_seconds,
            max_memory=self.max_memory,
        )


def load_settings(**overrides: object) -> Settings:
    """Read the settings once; ``overrides`` win over the environment.

    Raises:
        SettingsError: if a ``PINCITE_`` name is unknown or a value is impossible.
    """
    _refuse_unknown_names()
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{str(item['loc'][0]).upper()}={_shown(item.get('input'))}: {item['msg']}"
            for item in error.errors()
        )
        raise SettingsError(f"A setting has an impossible value. {problems}.") from error


def _shown(value: object) -> str:
    """Write a value for a message, without the password or the query of an address."""
    return re.sub(r"\?.*", "?…", re.sub(r"//.*@", "//…@", repr(value)))


def _refuse_unknown_names() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted({*os.environ, *dotenv_values(ENV_FILE)}):
        if name.startswith(PREFIX) and name not in known:
            nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)
            raise SettingsError(f"There is no setting {name}. Did you mean {nearest[0]}?")


def seed_files() -> list[Path]:
    """List the articles that a new library starts with: in a checkout, else in the package."""
    package = Path(__file__).parent
    folders = (package.parent / "seeds", package / "seeds")
    return sorted(path for folder in folders for path in folder.glob("*.txt"))
