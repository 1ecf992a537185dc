"""The vectors of a library's chunks, in a Chroma collection.

Only this module and ``rag.chroma`` import chromadb, and only when an index is opened: the import
takes a second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.chroma import Place
from rag.embedding import EmbeddingModel
from rag.errors import LibraryError
from rag.types import Chunk

# Measured on 5,151 passages with this model: recall@50 of an exact search 0.998, 0.991 with the
# default ``ef_search`` of 100. With Chroma's own 16 neighbors a text close to many others can be
# beyond the reach of any search; with 32 none was (``benchmarks/nearest.py``). Records beyond the
# last synchronisation are applied twice if they are searched before it, the second time slowly: 128
# instead of 1,000 keeps a removal under 0.1 s.
_HNSW = {
    "space": "cosine",
    "ef_search": 200,
    "max_neighbors": 32,
    "sync_threshold": 128,
    "batch_size": 64,
}

_EMBEDDED_AT_ONCE = 64  # between two reports of progress

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found; a higher score is better."""

    chunk_id: str
    score: float


class VectorIndex:
    """Nearest chunks by cosine similarity, kept at a ``place``.

    Raises:
        LibraryError: if the place cannot be used, or the embedding model fails.
    """

    def __init__(self, place: Place, model: EmbeddingModel) -> None:
        from langchain_chroma import Chroma

        self._place = place
        self._model = model
        self._closed = False
        with self._errors_named(), ExitStack() as opened:
            self._client = opened.enter_context(closing(place.open()))
            self._store = Chroma(
                place.collection,
                client=self._client,
                collection_configuration={"hnsw": _HNSW},  # type: ignore[arg-type]
            )
            self._collection = self._client.get_collection(
                place.collection, embedding_function=None
            )
            self._batch_size = self._client.get_max_batch_size()
            # Fails if Chroma's vectors are gone and only its records of them are left.
            self._collection.get(limit=1, include=["embeddings"])
            opened.pop_all()

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return a vector for each text as rows; ``progress`` gets how many are done.

        Texts of like length are embedded together, since the shorter ones are padded.
        """
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        rows: list[Vectors] = []
        for start in range(0, len(order), _EMBEDDED_AT_ONCE):
            batch = [texts[place] for place in order[start : start + _EMBEDDED_AT_ONCE]]
            with self._model_errors_named():
                rows.append(np.array(self._model.embeddings.embed_documents(batch), np.float32))
            if progress:
                progress(start + len(batch))
        return np.concatenate(rows)[np.argsort(order)] if rows else np.empty((0, 0), np.float32)

    def put(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Store vectors that are known, a row for each chunk.

        The words stay out of Chroma, which would index their trigrams, at four times the cost, and
        keep them after a removal. LangChain drops results without words: hence the empty ones.
        """
        for start in range(0, len(chunks), self._batch_size):
            batch = chunks[start : start + self._batch_size]
            with self._errors_named():
                self._collection.upsert(
                    ids=[chunk.id for chunk in batch],
                    embeddings=vectors[start : start + len(batch)],
                    metadatas=[{"document_id": chunk.document_id} for chunk in batch],
                    documents=[""] * len(batch),
                )

    def remove(self, document_ids: Collection[str]) -> None:
        """Delete every vector of these documents; none is not an error."""
        with self._errors_named():
            if document_ids:
                self._store.delete(where={"document_id": {"$in": sorted(document_ids)}})

    def remove_chunks(self, chunk_ids: Collection[str]) -> None:
        """Delete the vectors of these chunks."""
        ids = sorted(chunk_ids)
        with self._errors_named():
            for start in range(0, len(ids), self._batch_size):
                self._collection.delete(ids=ids[start : start + self._batch_size])

    def search(
        self, query: str, k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks, by falling cosine similarity to ``query``."""
        return self.nearest(self.embed_query(query), k, document_ids=document_ids)

    def embed_query(self, query: str) -> list[float]:
        """Return the vector of a query."""
        with self._model_errors_named():
            return self._model.embeddings.embed_query(query)

    def nearest(
        self, vector: list[float], k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks, by falling cosine similarity to ``vector``."""
        if document_ids is not None and not document_ids:
            return []
        where: Any = document_ids and {"document_id": {"$in": sorted(document_ids)}}
        with self._errors_named():
            found = self._store.similarity_search_by_vector_with_relevance_scores(
                vector, k, filter=where
            )
        return [Hit(str(document.id), 1.0 - distance) for document, distance in found]

    def count(self) -> int:
        """Count the vectors."""
        with self._errors_named():
            return int(self._collection.count())

    def chunk_ids(self) -> set[str]:
        """Return the ids of all chunks that have a vector."""
        with self._errors_named():
            return set(self._store.get(include=[])["ids"])

    def flush(self) -> None:
        """Make what was changed survive a power cut."""
        self._place.flush()

    def close(self) -> None:
        """Release the place; a use after that is a ``LibraryError``."""
        self._closed = True
        self._client.close()

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        if self._closed:
            raise LibraryError(f"The vectors in {self._place} are closed. Open the library again.")
        try:
            yield
        except BaseException as error:
            if not isinstance(error, (ChromaError, ValueError, HTTPError)) and not _is_vague(error):
                raise
            raise LibraryError(f"The vectors in {self._place} cannot be used: {error}.") from error

    @contextmanager
    def _model_errors_named(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # each provider has its own
            raise LibraryError(
                f"The embedding model {self._model.name!r} failed: {error}"
            ) from error


def _is_vague(error: BaseException) -> bool:
    """Say whether Chroma's Rust code panicked, or its server said something that has no class."""
    return type(error) is Exception or type(error).__module__ == "pyo3_runtime"
