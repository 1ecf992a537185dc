"""A library on disk: documents in SQLite, their vectors in Chroma, always in step.

SQLite decides what is there. A document's vectors are written before its rows and deleted after
them, and a mark in SQLite says that they are changing meanwhile. If a kill leaves the mark, the
next start, or the next change, makes the vectors those of SQLite, which has a copy of them.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack, nullcontext
from functools import lru_cache, partial
from pathlib import Path

from rag.arrivals import NOWHERE, AddOutcome, Arrival, Origin, Removed
from rag.chunking import chunk_document
from rag.closing import Closing
from rag.embedding import EmbeddingModel
from rag.errors import UnknownDocumentError
from rag.index import Hit, VectorIndex
from rag.likeness import Likeness
from rag.lock import locked, look, turn
from rag.manifest import Cut, agree
from rag.repair import open_index, open_shared_index
from rag.store import DocumentRecord, Store
from rag.types import Chunk, Document
from rag.writer import Progress, Turn, Writer

__all__ = ["AddOutcome", "DocumentRecord", "Library"]

_DOCUMENTS_IN_MEMORY = 64
_WIDENED = 4  # how many times more hits are asked for where too few belong to a document


class Library(Closing):
    """The documents of one folder, searchable by meaning and by words.

    Safe to share between threads, and with a Chroma server between processes. Additions and
    removals wait for each other, searches do not wait for them.
    """

    def __init__(
        self, store: Store, index: VectorIndex, *, cut: Cut, turn: Turn, resources: ExitStack
    ) -> None:
        self.cut = cut
        self._store = store
        self._index = index
        self._writer = Writer(store, index, turn)
        self._resources = resources
        self._caching = threading.Lock()
        self._cached_version = 0
        self._document = lru_cache(maxsize=_DOCUMENTS_IN_MEMORY)(store.document)

    @classmethod
    def open(
        cls,
        home: Path,
        model: EmbeddingModel,
        *,
        chunk_tokens: int | None = None,
        chunk_overlap: int | None = None,
        chroma_url: str | None = None,
    ) -> Library:
        """Open the library in ``home``, or make one there; ``None`` takes what it remembers.

        The vectors are in ``home`` too, or on the Chroma server at ``chroma_url``, so that several
        processes can have the library open.

        Raises:
            LibraryLockedError: if another process, or another ``Library`` of this one, has it.
            LibraryMismatchError: if it was made with another embedding model or other chunks.
            LibraryError: if the folder or the server cannot be used.
        """
        home = home.absolute()
        with ExitStack() as resources:
            if chroma_url is None:
                resources.enter_context(locked(home))
            else:
                look(home)
            store = Store(home / "library.sqlite3")
            resources.callback(store.close)
            cut = agree(store, home, model=model.name, tokens=chunk_tokens, overlap=chunk_overlap)
            turns: Turn = nullcontext
            if chroma_url is None:
                index = open_index(home / "vectors", model, store)
            else:
                index = open_shared_index(chroma_url, home, model, store)
                turns = partial(turn, home)
            resources.callback(index.close)
            return cls(store, index, cut=cut, turn=turns, resources=resources.pop_all())

    def close(self) -> None:
        """Wait for a change under way, then give the folder back."""
        with self._writer.pause():
            self._resources.close()

    def add(
        self, document: Document, *, origin: Origin = NOWHERE, progress: Progress | None = None
    ) -> AddOutcome:
        """Add a document unless it is there; one that stood at the same origin leaves.

        ``progress`` gets the chunks embedded and all chunks.
        """
        with self._writer.change() as change:
            (outcome,) = change.add(self._arrivals(document, [origin]), progress)
        return outcome

    def add_all(
        self, arrivals: Sequence[Arrival], *, progress: Progress | None = None
    ) -> tuple[AddOutcome, ...]:
        """Add documents that are cut as ``cut`` says, all at once: after a kill, all or none."""
        with self._writer.change() as change:
            return change.add(arrivals, progress)

    def remove(self, document_id: str) -> Removed:
        """Remove a document with all that belongs to it; return what ``put_back`` needs.

        Raises:
            UnknownDocumentError: if the library has none with that id.
        """
        with self._writer.change() as change:
            removed = Removed(self.document(document_id), self._store.origins(document_id))
            change.remove(document_id)
        return removed

    def put_back(self, removed: Removed) -> None:
        """Add a document again with the places it was read from, unless another stands there."""
        with self._writer.change() as change:
            free = [o for o in removed.origins if self._store.document_at(o) is None]
            if free or not self._store.holds(removed.document.id):
                change.add(self._arrivals(removed.document, free or [NOWHERE]), None)

    def _arrivals(self, document: Document, origins: Sequence[Origin]) -> list[Arrival]:
        """Return a document as it arrives from each origin, cut into chunks unless it is there."""
        chunks: Sequence[Chunk] = ()
        if not self._store.holds(document.id):
            chunks = chunk_document(document, tokens=self.cut.tokens, overlap=self.cut.overlap)
        return [Arrival(document, chunks, origin) for origin in origins]

    def add_seeds(self, documents: Iterable[Document]) -> None:
        """Add each document at most once in the library's life: what is removed stays removed."""
        for document in documents:
            if not self._store.has_seen(document.id):
                self.add(document)
                self._store.mark_seen(document.id)

    def documents(self) -> list[DocumentRecord]:
        """Return all documents in the order added."""
        return self._store.records()

    def alike(self, document_id: str) -> tuple[Likeness, ...]:
        """Return the documents, added before, that this one is nearly the same as."""
        return self._store.alike(document_id)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of the bytes that were read at each place."""
        return self._store.digests()

    def document(self, document_id: str) -> Document:
        """Return a document.

        Raises:
            UnknownDocumentError: if the library has none with that id.
        """
        with self._caching:
            if self._cached_version != (version := self._store.version()):
                self._document.cache_clear()
                self._cached_version = version
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

    def texts(self, chunks: Sequence[Chunk]) -> list[str]:
        """Return the words of chunks, without reading the whole of each short document.

        Raises:
            UnknownDocumentError: if one belongs to no document of the library.
        """
        short = self._store.texts([chunk.id for chunk in chunks])
        return [
            short.get(chunk.id) or chunk.span.of(self.document(chunk.document_id).text)
            for chunk in chunks
        ]

    def search_dense(
        self, query: str, k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks by falling cosine similarity to ``query``.

        Vectors are there before and after the rows of their document: those are left out.
        """
        vector, wanted = self._index.embed_query(query), k
        while True:
            hits = self._index.nearest(vector, wanted, document_ids=document_ids)
            held = self._store.held([hit.chunk_id for hit in hits])
            owned = [hit for hit in hits if hit.chunk_id in held]
            if len(owned) >= k or len(hits) < wanted:
                return owned[:k]
            wanted *= _WIDENED

    def search_lexical(
        self, query: str, k: int, *, document_ids: Collection[str] | None = None
    ) -> list[Hit]:
        """Return at most ``k`` chunks by falling BM25; any text is a valid query."""
        return self._store.search(query, k, document_ids=document_ids)
