"""Tests of the start of a library whose vectors are not those of its rows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from library_fakes import (
    HASHED,
    BreakingEmbeddings,
    arrivals_of,
    fill_index,
    lines_of,
    numbered,
    texts_of,
)

from rag.chroma import Folder
from rag.embedding import EmbeddingModel
from rag.errors import LibraryError
from rag.index import VectorIndex
from rag.repair import open_index
from rag.store import Store

FOXES, HENS = numbered(200, "fox"), numbered(200, "hen")
UNUSED = EmbeddingModel("hash", BreakingEmbeddings(AssertionError("embedded again"), batch=1))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a library's folder with two documents, in step."""
    store = Store(tmp_path / "library.sqlite3")
    index = open_index(tmp_path / "vectors", HASHED, store)
    store.insert(arrivals_of(FOXES, HENS), fill_index(index, FOXES, HENS))
    index.close()
    store.close()
    return tmp_path


def vectors(home: Path) -> Path:
    return home / "vectors"


def segment(home: Path) -> Path:
    """Return the folder of the synchronised vectors."""
    (folder,) = (path for path in vectors(home).iterdir() if path.is_dir())
    return folder


def damage_records(home: Path) -> None:
    (vectors(home) / "chroma.sqlite3").write_bytes(b"not a database" * 1_000)


def damage_pages(home: Path) -> None:
    path = vectors(home) / "chroma.sqlite3"
    content = path.read_bytes()
    path.write_bytes(content[:40_960] + b"\xff" * 81_920 + content[122_880:])


def empty_records(home: Path) -> None:
    os.truncate(vectors(home) / "chroma.sqlite3", 0)


def delete_all(home: Path) -> None:
    shutil.rmtree(vectors(home))


def delete_segment(home: Path) -> None:
    shutil.rmtree(segment(home))


def cut_metadata(home: Path) -> None:
    os.truncate(segment(home) / "index_metadata.pickle", 100)


def damage_header(home: Path) -> None:
    (segment(home) / "header.bin").write_bytes(b"\xff" * 100)


def lose_a_document(home: Path) -> None:
    index = VectorIndex(Folder(vectors(home)), HASHED)
    index.remove([FOXES.id])
    index.close()


def gain_a_document(home: Path) -> None:
    stray = numbered(10, "owl")
    index = VectorIndex(Folder(vectors(home)), HASHED)
    fill_index(index, stray)
    index.close()


def leave_a_change_unfinished(home: Path) -> None:
    """Leave what would crash the process that loads it."""
    store = Store(home / "library.sqlite3")
    store.mark(in_step=False)
    store.close()
    os.truncate(segment(home) / "data_level0.bin", 1_000)


@pytest.mark.parametrize(
    "damage",
    [
        damage_records,
        damage_pages,
        empty_records,
        delete_all,
        delete_segment,
        cut_metadata,
        damage_header,
        lose_a_document,
        gain_a_document,
        leave_a_change_unfinished,
    ],
)
def test_damaged_vectors_are_made_again_without_embedding(
    home: Path, damage: Callable[[Path], None]
) -> None:
    damage(home)
    for _ in range(2):
        store = Store(home / "library.sqlite3")
        index = open_index(vectors(home), UNUSED, store)
        assert index.chunk_ids() == store.chunk_ids()
        assert store.in_step()
        for text in (FOXES, HENS):
            for chunk, words in list(zip(lines_of(text), texts_of(text), strict=True))[::20]:
                assert index.search(words, 1)[0].chunk_id == chunk.id
        index.close()
        store.close()


def test_vectors_in_step_are_left_as_they_are(home: Path) -> None:
    before = segment(home)
    store = Store(home / "library.sqlite3")
    open_index(vectors(home), UNUSED, store).close()
    store.close()
    assert segment(home) == before


def test_vectors_that_cannot_be_deleted_are_named(home: Path) -> None:
    shutil.rmtree(vectors(home))
    vectors(home).write_text("a file")
    store = Store(home / "library.sqlite3")
    with pytest.raises(LibraryError, match=r"cannot be deleted: .*Delete that folder"):
        open_index(vectors(home), HASHED, store)
    store.close()
