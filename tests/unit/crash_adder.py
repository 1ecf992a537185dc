"""What the processes do that test_crash.py kills."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from library_fakes import HashEmbeddings, numbered

from rag import ingestion
from rag.chunking import count_tokens
from rag.embedding import EmbeddingModel
from rag.library import Library
from rag.limits import DEFAULT_LIMITS

RESIDENT, ADDED = numbered(60, "fox"), numbered(600, "owl")
PAUSE = 0.02

count_tokens("")  # loads the vocabulary once, before the processes are forked


class SlowEmbeddings(HashEmbeddings):
    """Takes a while for each batch, so that kills fall between the writes as well as into them."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        time.sleep(PAUSE)
        return super().embed_documents(texts)


SLOW = EmbeddingModel("hash", SlowEmbeddings())


def add(home: Path, url: str | None, parent: Connection) -> None:
    """Add a document to the library, and stay until killed."""
    with Library.open(home, SLOW, chroma_url=url) as library:
        parent.send("begun")
        library.add(ADDED)
        parent.send("done")
        time.sleep(60)


def add_shelf(home: Path, url: str | None, parent: Connection) -> None:
    """Add the folder beside the library, a few documents at a time, and stay until killed."""
    ingestion.FIRST_BYTES, ingestion.BATCH_CHUNKS = 10**6, 15
    files = sorted((home.parent / "shelf").iterdir())
    with Library.open(home, SLOW, chunk_tokens=32, chunk_overlap=0, chroma_url=url) as library:
        parent.send("begun")
        ingestion.add_files(library, files, limits=DEFAULT_LIMITS)
        parent.send("done")
        time.sleep(60)


def remove(home: Path, url: str | None, parent: Connection) -> None:
    """Remove the document, and stay until killed."""
    with Library.open(home, SLOW, chroma_url=url) as library:
        parent.send("begun")
        library.remove(ADDED.id)
        parent.send("done")
        time.sleep(60)


def start(home: Path, url: str | None, parent: Connection) -> None:
    """Open the library, which may have to be repaired, and stay until killed."""
    parent.send("begun")
    with Library.open(home, SLOW, chroma_url=url):
        parent.send("done")
        time.sleep(60)
