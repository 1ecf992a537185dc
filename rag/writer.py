"""Changes a library, one change at a time: the vectors first, then the rows that say they count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial

import numpy as np

from rag.arrivals import AddOutcome, Arrival
from rag.errors import LibraryError
from rag.index import VectorIndex, Vectors
from rag.repair import reconcile
from rag.store import Store

Progress = Callable[[int, int], None]
"""Is told how many chunks are embedded, and how many there are in all."""

Turn = Callable[[], AbstractContextManager[None]]
"""Waits for the changes of other processes and keeps them waiting."""


class Writer:
    """Adds and removes documents; the threads of this process and other processes take turns."""

    def __init__(self, store: Store, index: VectorIndex, turn: Turn) -> None:
        self._turn = turn
        self._changing = threading.Lock()
        self._store = store
        self._index = index
        self._change = Change(store, index)

    def pause(self) -> AbstractContextManager[object]:
        """Wait for a change under way, and let none begin meanwhile."""
        return self._changing

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Change alone, from vectors in step: another process may have been killed meanwhile.

        Raises:
            LibraryLockedError: if another process takes too long.
        """
        with self._changing, self._turn():
            if not self._store.in_step():
                reconcile(self._index, self._store)
            yield self._change


class Change:
    """What may be done while nobody else changes the library."""

    def __init__(self, store: Store, index: VectorIndex) -> None:
        self._store = store
        self._index = index

    def add(self, arrivals: Sequence[Arrival], progress: Progress | None) -> tuple[AddOutcome, ...]:
        """Add what is new of ``arrivals`` and take out what it replaces, in one transaction."""
        new: dict[str, Arrival] = {}
        for arrival in arrivals:
            if not self._store.holds(arrival.document.id):
                new.setdefault(arrival.document.id, arrival)
        vectors = self._embed(new, progress)
        try:
            self._put(new, vectors)
            outcomes = self._store.insert(arrivals, vectors)
        except BaseException:
            with suppress(LibraryError):  # then they stay hidden until the next change
                self._forget(new.keys())
            raise
        self._forget(outcomes.left)
        return outcomes.each

    def remove(self, document_id: str) -> None:
        """Remove a document.

        Raises:
            UnknownDocumentError: if there is none with that id.
        """
        self._store.delete(document_id)
        self._forget([document_id])

    def _embed(self, arrivals: dict[str, Arrival], progress: Progress | None) -> dict[str, Vectors]:
        """Return the vectors of each document by its id."""
        texts = [
            chunk.span.of(arrival.document.text)
            for arrival in arrivals.values()
            for chunk in arrival.chunks
        ]
        report = partial(_report, progress, len(texts)) if progress else None
        vectors = self._index.embed(texts, progress=report)
        parts: dict[str, Vectors] = {}
        start = 0
        for document_id, arrival in arrivals.items():
            parts[document_id] = vectors[start : start + len(arrival.chunks)]
            start += len(arrival.chunks)
        return parts

    def _put(self, arrivals: dict[str, Arrival], vectors: dict[str, Vectors]) -> None:
        """Store the vectors of documents that have no rows yet."""
        chunks = [chunk for arrival in arrivals.values() for chunk in arrival.chunks]
        if chunks:
            self._store.mark(in_step=False)
            self._index.put(chunks, np.concatenate(list(vectors.values())))
            self._index.flush()

    def _forget(self, document_ids: Collection[str]) -> None:
        """Delete the vectors of documents that have no rows, or no longer any."""
        if document_ids:
            self._index.remove(document_ids)
            self._index.flush()
            self._store.mark(in_step=True)


def _report(progress: Progress, total: int, done: int) -> None:
    progress(done, total)
