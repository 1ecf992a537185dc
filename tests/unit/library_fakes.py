"""Documents, and a fast embedding that never changes, for the tests of the library."""

from __future__ import annotations

import functools
import hashlib
import re
import threading
import zlib

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from rag.arrivals import Arrival
from rag.embedding import EmbeddingModel
from rag.index import VectorIndex, Vectors
from rag.types import Block, BlockKind, Chunk, Document, Span

DIMENSIONS = 64


class HashEmbeddings(Embeddings):
    """Places each word at random, by its hash: equal words make near texts."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = np.full(DIMENSIONS, 1e-6)
        for word in re.findall(r"\w+", text.lower()):
            vector += _place(word)
        unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return unit


@functools.cache
def _place(word: str) -> npt.NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(DIMENSIONS)


HASHED = EmbeddingModel("hash", HashEmbeddings())


def document(text: str, name: str = "fox.txt", *, pages: tuple[Span, ...] = ()) -> Document:
    """Make a document whose paragraphs are lines of body text."""
    blocks = tuple(Block(Span(*found.span()), BlockKind.BODY) for found in re.finditer(r".+", text))
    id_ = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Document(id_, name.split(".")[0], text, name, "text/plain", blocks, pages)


def numbered(sentences: int, topic: str) -> Document:
    """Make a document in which every sentence has a word of its own."""
    lines = (f"The {topic}{n} of {topic} has the number {n}." for n in range(sentences))
    return document("\n".join(lines), f"{topic}.txt")


def lines_of(text: Document) -> list[Chunk]:
    """Make each line of a document one chunk."""
    return [Chunk(text.id, block.span, 10, block.kind) for block in text.blocks]


def texts_of(text: Document) -> list[str]:
    """Return the words of each line."""
    return [block.span.of(text.text) for block in text.blocks]


def fill_index(index: VectorIndex, *documents: Document) -> dict[str, Vectors]:
    """Embed each line of documents and store the vectors, which are returned by document id."""
    vectors = {text.id: index.embed(texts_of(text)) for text in documents}
    for text in documents:
        index.put(lines_of(text), vectors[text.id])
    return vectors


def arrivals_of(*documents: Document) -> list[Arrival]:
    """Make arrivals of documents, each line a chunk."""
    return [Arrival(text, lines_of(text)) for text in documents]


class GatedEmbeddings(HashEmbeddings):
    """Stops before the second batch of a document until the gate is opened."""

    def __init__(self) -> None:
        self.reached, self.gate = threading.Event(), threading.Event()
        self._batches = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self._batches += 1
        if self._batches == 2:
            self.reached.set()
            assert self.gate.wait(timeout=60)
        return super().embed_documents(texts)


class BreakingEmbeddings(HashEmbeddings):
    """Fails at one batch, the second unless told otherwise."""

    def __init__(self, error: BaseException, batch: int = 2) -> None:
        self._error, self._left = error, batch

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self._left -= 1
        if self._left == 0:
            raise self._error
        return super().embed_documents(texts)
