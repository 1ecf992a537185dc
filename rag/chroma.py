"""Where Chroma keeps a collection: in a folder of this process, or on a server that many share."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from chromadb.api.client import Client

SERVER_TIMEOUT = 60.0  # seconds; chromadb's own client would wait for ever


class Place(ABC):
    """A place for the vectors of a library."""

    @property
    @abstractmethod
    def collection(self) -> str:
        """Name the collection there."""

    @abstractmethod
    def open(self) -> Client:
        """Open a client.

        Raises:
            ChromaError, ValueError: if the place cannot be used.
        """

    @abstractmethod
    def flush(self) -> None:
        """Make what was changed survive a power cut, where that is this process's to do."""


@dataclass(frozen=True, slots=True)
class Folder(Place):
    """An embedded Chroma, which loses records if two processes have it open."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def collection(self) -> str:
        """Name the only collection."""
        return "chunks"

    def open(self) -> Client:
        """Open the folder, or make it."""
        from chromadb.api.client import Client
        from chromadb.config import Settings

        settings = Settings(
            persist_directory=str(self.path), is_persistent=True, anonymized_telemetry=False
        )
        try:
            return Client(settings=settings)
        except BaseException:
            Client.clear_system_cache()  # it keeps what failed, for the next try to trip over
            raise

    def flush(self) -> None:
        """Write to the disk what Chroma leaves to the system."""
        for path in filter(Path.is_file, self.path.rglob("*")):
            with path.open("r+b") as file:
                os.fsync(file)


@dataclass(frozen=True, slots=True)
class Server(Place):
    """A Chroma server; ``library`` tells this library's collection from others on it."""

    url: str
    library: str

    def __str__(self) -> str:
        return self.url

    @property
    def collection(self) -> str:
        """Name the collection after the library."""
        return f"pincite-{self.library}"

    def open(self) -> Client:
        """Open a connection."""
        from chromadb.api.client import Client
        from chromadb.config import Settings

        client = Client(
            settings=Settings(
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=self.url,
                chroma_server_http_port=urlsplit(self.url).port or 0,  # not used, yet required
                anonymized_telemetry=False,
            )
        )
        client._server._session.timeout = SERVER_TIMEOUT  # type: ignore[attr-defined]
        return client

    def flush(self) -> None:
        """Leave it to the server, which others rely on too."""
