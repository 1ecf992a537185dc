"""A library on disk: documents in SQLite, their vectors in Chroma, always in step.

SQLite decides what is there. A document's vectors are written before its rows and deleted after
them, and a mark in SQLite says that they are changing meanwhile. If a kill leaves the mark, the
next start makes the vectors again from SQLite, which has a copy of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document
from rag.closing import Closing
from rag.embedding import EmbeddingModel
from rag.errors import LibraryError, LibraryMismatchError, UnknownDocumentError
from rag.index import Hit, VectorIndex, Vectors
from rag.lock import locked
from rag.repair import open_index
from rag.store import DocumentRecord, Store
from rag.types import Chunk, Document

__all__ = ["AddOutcome", "DocumentRecord", "Library"]

_DOCUMENTS_IN_MEMORY = 64
_BATCH = 64  # chunks embedded between two reports of progress

_MODEL, _TOKENS, _OVERLAP = "embedding", "chunk tokens", "chunk overlap"
_DEFAULTS = {_TOKENS: str(DEFAULT_TOKENS), _OVERLAP: str(DEFAULT_OVERLAP)}


Progress = Callable[[int, int], None]
"""Is told how many chunks of a document are done, and how many there are in all."""


class AddOutcome(StrEnum):
    """What adding a document did."""

    ADDED = "added"
    UNCHANGED = "unchanged"


class Library(Closing):
    """The documents of one folder, searchable by meaning and by words.

    Safe to share between threads; one process at a time has a library open. Additions and
    removals wait for each other, searches do not wait for them.
    """

    def __init__(
        self, store: Store, index: VectorIndex, *, tokens: int, overlap: int, resources: ExitStack
    ) -> None:
        self._store = store
        self._index = index
        self._tokens = tokens
        self._overlap = overlap
        self._resources = resources
        self._changing = threading.Lock()
        self._unfinished: set[str] = set()
        self._caching = threading.Lock()  # else a removal could miss what is just being read
        self._document = lru_cache(maxsize=_DOCUMENTS_IN_MEMORY)(store.document)

    @classmethod
    def open(
        cls,
        home: Path,
        model: EmbeddingModel,
        *,
        chunk_tokens: int | None = None,
        chunk_overlap: int | None = None,
    ) -> Library:
        """Open the library in ``home``, or make one there; ``None`` takes what it remembers.

        Raises:
            LibraryLockedError: if another process, or another ``Library`` of this one, has it.
            LibraryMismatchError: if it was made with another embedding model or other chunks.
            LibraryError: if the folder cannot be used.
        """
        home = home.absolute()
        with ExitStack() as resources:
            resources.enter_context(locked(home))
            store = Store(home / "library.sqlite3")
            resources.callback(store.close)
            wanted = {_MODEL: model.name, _TOKENS: chunk_tokens, _OVERLAP: chunk_overlap}
            settings = _agreed(store.meta(), home, wanted)
            store.remember(settings)
            index = open_index(home / "vectors", model, store)
            resources.callback(index.close)
            tokens, overlap = int(settings[_TOKENS]), int(settings[_OVERLAP])
            return cls(store, index, tokens=tokens, overlap=overlap, resources=resources.pop_all())

    def close(self) -> None:
        """Wait for a change under way, then give the folder back."""
        with self._changing:
            self._resources.close()

    def add(self, document: Document, *, progress: Progress | None = None) -> AddOutcome:
        """Add a document unless it is there; ``progress`` gets the chunks done and all chunks."""
        with self._changing:
            if self._store.holds(document.id):
                return AddOutcome.UNCHANGED
            chunks = chunk_document(document, tokens=self._tokens, overlap=self._overlap)
            self._unfinished.add(document.id)
            try:
                self._store.mark(in_step=False)
                vectors = self._embed(document, chunks, progress or _silent)
                self._store.insert(document, chunks, vectors)
            except BaseException:
                with suppress(LibraryError):  # then it stays hidden until the next start
                    self._forget(document.id)
                raise
            self._unfinished.discard(document.id)
        return AddOutcome.ADDED

    def remove(self, document_id: str) -> None:
        """Remove a document with all that belongs to it.

        Raises:
            UnknownDocumentError: if the library has none with that id.
        """
        with self._changing:
            self._unfinished.add(document_id)
            try:
                self._store.delete(document_id)
            except LibraryError:
                self._unfinished.discard(document_id)
                raise
            with self._caching:
                self._document.cache_clear()
            self._forget(document_id)

    def add_seeds(self, documents: Iterable[Document]) -> None:
        """Add each document at most once in the library's life: what is removed stays removed."""
        for document in documents:
            if not self._store.has_seen(document.id):
                self.add(document)
                self._store.mark_seen(document.id)

    def documents(self) -> list[DocumentRecord]:
        """Return all documents in the order added."""
        return self._store.records()

    def document(self, document_id: str) -> Document:
        """Return a document.

        Raises:
            UnknownDocumentError: if the library has none with that id.
        """
        with self._caching:
            return self._document(document_id)

    def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return chunks in the order asked.

        Raises:
            UnknownDocumentError: if one belongs to no document of the library.
        """
        found = self._store.chunks(chunk_ids)
        missing = [id_ for id_ in chunk_ids if id_ not in found]
        if missing:
            raise UnknownDocumentError(
                f"The library has no chunk {missing[0]!r}; its document was removed. Search again."
            )
        return [found[id_] for id_ in chunk_ids]

    def search_dense(
        self, query: str, k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks by falling cosine similarity to ``query``."""
        hits = self._index.search(query, k, document_ids=self._scope(document_ids))
        owned = self._store.chunks([hit.chunk_id for hit in hits])
        return [hit for hit in hits if hit.chunk_id in owned]

    def search_lexical(
        self, query: str, k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks by falling BM25; any text is a valid query."""
        return self._store.search(query, k, document_ids=document_ids)

    def _scope(self, document_ids: Collection[str] | None) -> Collection[str] | None:
        """Leave out documents whose vectors are there before or after their rows."""
        if not self._unfinished:
            return document_ids
        complete = {record.id for record in self._store.records()}
        return complete if document_ids is None else complete.intersection(document_ids)

    def _embed(self, document: Document, chunks: Sequence[Chunk], progress: Progress) -> Vectors:
        parts: list[Vectors] = []
        for start in range(0, len(chunks), _BATCH):
            batch = chunks[start : start + _BATCH]
            parts.append(self._index.add(batch, [chunk.span.of(document.text) for chunk in batch]))
            progress(start + len(batch), len(chunks))
        self._index.flush()
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def _forget(self, document_id: str) -> None:
        """Delete the vectors of a document that has no rows, or no longer any."""
        self._index.remove(document_id)
        self._index.flush()
        self._store.mark(in_step=True)
        self._unfinished.discard(document_id)


def _silent(done: int, total: int) -> None:
    """Report no progress."""


def _agreed(
    remembered: Mapping[str, str], home: Path, wanted: Mapping[str, str | int | None]
) -> dict[str, str]:
    """Return the settings in force: those remembered, else those wanted, else the defaults."""
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
