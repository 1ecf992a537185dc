"""Opens the vectors of a library in step with its rows, whatever happened to them before.

Chroma overwrites its files in place: one that was killed meanwhile may give wrong results, or crash
the process that loads it. So what a change left unfinished is never loaded. The vectors stand in
SQLite too, and are put into a new folder in less than a millisecond each.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from rag.embedding import EmbeddingModel
from rag.errors import LibraryError
from rag.index import VectorIndex
from rag.store import Store

_BATCH = 1024


def open_index(folder: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    """Open the index in ``folder``, or make it again where it lacks or has more than ``store``.

    Raises:
        LibraryError: if ``folder`` cannot be used.
    """
    if store.in_step() and folder.is_dir():
        with suppress(LibraryError):
            return _open_complete(folder, model, store)
    return _rebuild(folder, model, store)


def _open_complete(folder: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    with ExitStack() as opened:
        index = opened.enter_context(closing(VectorIndex(folder, model)))
        if index.chunk_ids() != store.chunk_ids():
            raise LibraryError(f"The vectors in {folder} are not those of the library.")
        opened.pop_all()
    return index


def _rebuild(folder: Path, model: EmbeddingModel, store: Store) -> VectorIndex:
    _delete(folder)
    store.mark(in_step=False)
    with ExitStack() as opened:
        index = opened.enter_context(closing(VectorIndex(folder, model)))
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
