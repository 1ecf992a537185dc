"""Opens the vectors of a library in step with its rows, whatever happened to them before.

Chroma overwrites its files in place: one that was killed meanwhile may give wrong results, or crash
the process that loads it. So what a change left unfinished is never loaded. The vectors stand in
SQLite too, and are put into a new folder in less than a millisecond each. A server outlives the
processes that change what it has, so its collection is mended where it is.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from rag.chroma import Folder, Server
from rag.embedding import EmbeddingModel
from rag.errors import LibraryError, LibraryLockedError
from rag.index import VectorIndex
from rag.lock import turn
from rag.store import Store

_BATCH = 1024
_PLACE = "vectors at"


def open_index(folder: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    """Open the index in ``folder``, or make it again where it lacks or has more than ``store``.

    Raises:
        LibraryError: if ``folder`` cannot be used.
    """
    store.remember({_PLACE: "chunks"})
    if store.in_step() and folder.is_dir():
        with suppress(LibraryError):
            return _open_complete(folder, model, store)
    return _rebuild(folder, model, store)


def open_shared_index(url: str, home: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    """Open a library's collection on a Chroma server, in step unless a process is changing it.

    Its name has the number of the library's file, so that a copied library has its own.

    Raises:
        LibraryError: if the server cannot be used.
    """
    place = Server(url, f"{store.library_id()}-{(home / 'library.sqlite3').stat().st_ino}")
    with ExitStack() as opened:
        index = opened.enter_context(closing(VectorIndex(place, model)))
        with suppress(LibraryLockedError), turn(home, seconds=0):
            if not _seems_complete(index, store, place.collection):
                reconcile(index, store)
                store.remember({_PLACE: place.collection})
        opened.pop_all()
    return index


def reconcile(index: VectorIndex, store: Store) -> None:
    """Delete vectors without rows, and put those that are missing.

    Raises:
        LibraryError: if the index cannot be used.
    """
    store.mark(in_step=False)
    there = index.chunk_ids()
    index.remove_chunks(there - store.chunk_ids())
    for chunks, vectors in store.vectors(_BATCH):
        missing = [place for place, chunk in enumerate(chunks) if chunk.id not in there]
        index.put([chunks[place] for place in missing], vectors[missing])
    index.flush()
    store.mark(in_step=True)


def _seems_complete(index: VectorIndex, store: Store, collection: str) -> bool:
    """Say whether this collection was the last in step and still has as many vectors."""
    there = store.in_step() and store.meta().get(_PLACE) == collection
    return there and index.count() == store.count_chunks()


def _open_complete(folder: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    with ExitStack() as opened:
        index = opened.enter_context(closing(VectorIndex(Folder(folder), model)))
        if index.chunk_ids() != store.chunk_ids():
            raise LibraryError(f"The vectors in {folder} are not those of the library.")
        opened.pop_all()
    return index


def _rebuild(folder: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    _delete(folder)
    store.mark(in_step=False)
    with ExitStack() as opened:
        index = opened.enter_context(closing(VectorIndex(Folder(folder), model)))
        for chunks, vectors in store.vectors(_BATCH):
            index.put(chunks, vectors)
        index.flush()
        opened.pop_all()
    store.mark(in_step=True)
    return index


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise LibraryError(
            f"The damaged vectors in {folder} cannot be deleted: {error}. Delete that folder;"
            " nothing else is lost."
        ) from error
