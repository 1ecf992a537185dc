"""Tests of the library as a whole: SQLite and Chroma in step."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chroma_server import Opener
from library_fakes import (
    HASHED,
    BreakingEmbeddings,
    GatedEmbeddings,
    HashEmbeddings,
    document,
    numbered,
)

from rag.arrivals import Outcomes
from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document
from rag.documents import load_file
from rag.embedding import EmbeddingModel, load_embedding_model
from rag.errors import (
    LibraryError,
    LibraryLockedError,
    LibraryMismatchError,
    UnknownDocumentError,
)
from rag.library import AddOutcome, Library
from rag.limits import Limits
from rag.types import Document

ARTICLE = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
FOXES, HENS = numbered(60, "fox"), numbered(60, "hen")
MANY = numbered(2_000, "owl")
"""Has several batches of chunks."""


@pytest.fixture
def library(tmp_path: Path, open_library: Opener) -> Iterator[Library]:
    with open_library(tmp_path, HASHED) as opened:
        yield opened


def chunk_ids(text: Document) -> set[str]:
    chunks = chunk_document(text, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP)
    return {chunk.id for chunk in chunks}


def found(library: Library, question: str, k: int = 1_000) -> tuple[set[str], set[str]]:
    """Return the documents of the hits of both searches."""
    dense = library.chunks([hit.chunk_id for hit in library.search_dense(question, k)])
    lexical = library.chunks([hit.chunk_id for hit in library.search_lexical(question, k)])
    return {chunk.document_id for chunk in dense}, {chunk.document_id for chunk in lexical}


def titles(library: Library) -> list[str]:
    return [record.title for record in library.documents()]


def assert_whole(library: Library, *documents: Document) -> None:
    """Check that these documents, and nothing else, are in both stores."""
    expected = set().union(*map(chunk_ids, documents))
    assert [record.id for record in library.documents()] == [text.id for text in documents]
    assert {chunk.id for chunk in library.chunks(sorted(expected))} == expected
    assert library._store.chunk_ids() == expected
    assert library._index.chunk_ids() == expected
    for text in documents:
        assert library.document(text.id) == text


def test_an_article_is_found_by_its_meaning_and_by_its_words(
    tmp_path: Path, open_library: Opener
) -> None:
    article = load_file(ARTICLE, limits=Limits(max_bytes=1_000_000))
    with open_library(tmp_path, load_embedding_model("builtin")) as library:
        assert library.add(article) is AddOutcome.ADDED
        library.add(FOXES)
        for search, question, words in (
            (
                library.search_dense,
                "naval drills around disputed islands",
                "joint military exercises",
            ),
            (library.search_lexical, "Which China Coast Guard law?", "China Coast Guard Law"),
        ):
            texts = [
                chunk.span.of(article.text)
                for chunk in library.chunks([hit.chunk_id for hit in search(question, 3)])
            ]
            assert any(words in text for text in texts)


def test_adding_reports_progress_from_the_first_to_the_last_chunk(library: Library) -> None:
    reports: list[tuple[int, int]] = []
    library.add(MANY, progress=lambda done, total: reports.append((done, total)))
    total = len(chunk_ids(MANY))
    assert [done for done, _ in reports] == sorted({done for done, _ in reports})
    assert {of for _, of in reports} == {total}
    assert len(reports) > 1
    assert reports[-1] == (total, total)


def test_a_document_is_added_once(library: Library) -> None:
    assert library.add(FOXES) is AddOutcome.ADDED
    assert library.add(replace(FOXES, title="other", source="other.txt")) is AddOutcome.UNCHANGED
    assert_whole(library, FOXES)


def test_documents_come_in_the_order_added_and_stay_after_closing(
    tmp_path: Path, open_library: Opener
) -> None:
    with open_library(tmp_path, HASHED) as library:
        library.add(HENS)
        library.add(FOXES)
    with open_library(tmp_path, HASHED) as library:
        assert_whole(library, HENS, FOXES)
        assert found(library, "fox3")[1] == {FOXES.id}


def test_removing_leaves_nothing_behind_in_either_store(
    tmp_path: Path, open_library: Opener
) -> None:
    with open_library(tmp_path, HASHED) as library:
        for text in (FOXES, HENS):
            library.add(text)
        library.remove(FOXES.id)
        assert_whole(library, HENS)
        assert found(library, "fox3 of fox") == ({HENS.id}, set())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"hen3 of hen" in path.read_bytes() for path in files)
    assert not any(b"fox3 of fox" in path.read_bytes() for path in files)


def test_a_removed_document_can_be_added_again(library: Library) -> None:
    for _ in range(3):
        library.add(FOXES)
        library.remove(FOXES.id)
    assert_whole(library)
    library.add(FOXES)
    assert_whole(library, FOXES)


def test_an_unknown_document_is_an_error(library: Library) -> None:
    for ask in (library.document, library.remove):
        with pytest.raises(UnknownDocumentError, match="no document 'nobody'"):
            ask("nobody")
    library.add(FOXES)
    assert_whole(library, FOXES)


def test_a_removed_document_is_unknown_even_if_it_was_read_before(library: Library) -> None:
    library.add(FOXES)
    assert library.document(FOXES.id) is library.document(FOXES.id)
    library.remove(FOXES.id)
    with pytest.raises(UnknownDocumentError):
        library.document(FOXES.id)


def test_chunks_come_in_the_order_asked(library: Library) -> None:
    library.add(FOXES)
    ids = sorted(chunk_ids(FOXES), reverse=True)
    assert [chunk.id for chunk in library.chunks(ids)] == ids
    assert library.chunks([]) == []
    with pytest.raises(UnknownDocumentError, match="Search again"):
        library.chunks([*ids, "gone:0-1"])


def test_a_search_stays_in_the_documents_named(library: Library) -> None:
    for text in (FOXES, HENS):
        library.add(text)
    for search in (library.search_dense, library.search_lexical):
        hits = search("the number", 100, document_ids=frozenset([HENS.id]))
        assert {hit.chunk_id for hit in hits} == chunk_ids(HENS)
        assert search("the number", 100, document_ids=[]) == []


def test_japanese_is_found_by_its_words(library: Library) -> None:
    library.add(document("会談は東京で行われた。\n\n天気はよかった。"))
    library.add(document("The weather was good.\n\nNothing else happened."))
    (hit,) = library.search_lexical("東京の会談", 5)
    assert library.chunks([hit.chunk_id])


def test_a_seed_is_added_once_in_the_life_of_a_library(
    tmp_path: Path, open_library: Opener
) -> None:
    for _ in range(2):
        with open_library(tmp_path, HASHED) as library:
            library.add_seeds([FOXES, HENS])
            with suppress(UnknownDocumentError):
                library.remove(FOXES.id)
            library.add_seeds(iter([FOXES, HENS]))
            assert titles(library) == ["hen"]


def test_a_seed_that_failed_is_added_the_next_time(tmp_path: Path, open_library: Opener) -> None:
    broken = EmbeddingModel(HASHED.name, BreakingEmbeddings(TimeoutError("no answer"), batch=1))
    with open_library(tmp_path, broken) as library:
        with pytest.raises(LibraryError):
            library.add_seeds([FOXES])
        library.add_seeds([FOXES])
        assert titles(library) == ["fox"]


def test_a_library_remembers_its_chunks(tmp_path: Path, open_library: Opener) -> None:
    with open_library(tmp_path, HASHED, chunk_tokens=32, chunk_overlap=0) as library:
        library.add(FOXES)
        few = len(library.search_lexical("fox", 1_000))
    assert few == len(chunk_document(FOXES, tokens=32, overlap=0))
    with open_library(tmp_path, HASHED) as library:
        library.add(HENS)
        assert len(library.search_lexical("hen", 1_000)) == few
    with open_library(tmp_path, HASHED, chunk_tokens=32, chunk_overlap=0):
        pass


@pytest.mark.parametrize(
    ("tokens", "overlap", "message"),
    [
        (64, None, r"chunk tokens 32, not with 64\. Set PINCITE_CHUNK_TOKENS back"),
        (32, 3, r"chunk overlap 0, not with 3\. Set PINCITE_CHUNK_OVERLAP back"),
    ],
)
def test_other_chunks_are_refused(
    tmp_path: Path, tokens: int | None, overlap: int | None, message: str, open_library: Opener
) -> None:
    open_library(tmp_path, HASHED, chunk_tokens=32, chunk_overlap=0).close()
    with pytest.raises(LibraryMismatchError, match=message):
        open_library(tmp_path, HASHED, chunk_tokens=tokens, chunk_overlap=overlap)
    open_library(tmp_path, HASHED).close()


def test_another_embedding_model_is_refused(tmp_path: Path, open_library: Opener) -> None:
    open_library(tmp_path, HASHED).close()
    other = EmbeddingModel("some:model", HashEmbeddings())
    with pytest.raises(
        LibraryMismatchError, match=r"embedding hash, not with some:model\. Set PINCITE_EMBEDDING "
    ):
        open_library(tmp_path, other)


def test_a_library_is_open_once(tmp_path: Path) -> None:
    with (
        Library.open(tmp_path, HASHED),
        pytest.raises(LibraryLockedError, match="this process"),
    ):
        Library.open(tmp_path, HASHED)
    Library.open(tmp_path, HASHED).close()


def test_a_closed_library_says_so(tmp_path: Path, open_library: Opener) -> None:
    library = open_library(tmp_path, HASHED)
    library.close()
    library.close()
    for use in (
        library.documents,
        lambda: library.search_dense("fox", 1),
        lambda: library.add(HENS),
    ):
        with pytest.raises(LibraryError, match="closed"):
            use()


def test_a_library_stays_in_its_folder_when_the_process_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_library: Opener
) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    with open_library(Path("home"), HASHED) as library:
        monkeypatch.chdir(tmp_path)
        library.add(FOXES)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    with open_library(tmp_path / "a" / "home", HASHED) as library:
        assert_whole(library, FOXES)


@pytest.mark.parametrize("error", [TimeoutError("no answer"), KeyboardInterrupt()])
def test_a_failed_addition_leaves_nothing(
    tmp_path: Path, error: BaseException, open_library: Opener
) -> None:
    breaking = EmbeddingModel(HASHED.name, BreakingEmbeddings(error, batch=3))
    with open_library(tmp_path, breaking) as library:
        library.add(FOXES)
        with pytest.raises((LibraryError, KeyboardInterrupt)):
            library.add(MANY)
        assert_whole(library, FOXES)
        assert library._store.in_step()
        assert library.add(MANY) is AddOutcome.ADDED
        assert_whole(library, FOXES, MANY)


def test_progress_that_raises_stops_the_addition(library: Library) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        library.add(MANY, progress=stop)
    assert_whole(library)


def test_vectors_that_cannot_be_taken_back_stay_hidden_until_they_can(
    tmp_path: Path, open_library: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(tmp_path, HASHED) as library:
        library.add(FOXES)

        def lose_the_index(*_: object) -> None:
            library._index._closed = True
            raise InterruptedError

        with monkeypatch.context() as patch:
            patch.setattr(library._store, "insert", lose_the_index)
            with pytest.raises(InterruptedError):
                library.add(MANY)
        library._index._closed = False
        assert found(library, "the number") == ({FOXES.id}, {FOXES.id})
        assert not library._store.in_step()
        library.add(HENS)
        assert_whole(library, FOXES, HENS)


def test_a_document_is_not_seen_before_it_is_complete(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(FOXES)
    every = len(chunk_ids(FOXES))
    insert = library._store.insert
    seen: list[object] = []

    def look(*arguments: Any) -> Outcomes:
        assert library._index.count() == every + len(chunk_ids(MANY))
        dense = library.search_dense("the owl7 of owl", every)
        chosen = library.search_dense("the owl7 of owl", every, document_ids=[MANY.id])
        seen.append((titles(library), {hit.chunk_id for hit in dense}, chosen))
        return insert(*arguments)

    monkeypatch.setattr(library._store, "insert", look)
    library.add(MANY)
    assert seen == [(["fox"], chunk_ids(FOXES), [])]
    assert found(library, "the owl7 of owl", 3) == ({MANY.id}, {MANY.id})


def test_searching_does_not_wait_for_an_addition(tmp_path: Path, open_library: Opener) -> None:
    gated = GatedEmbeddings()
    with open_library(tmp_path, EmbeddingModel(HASHED.name, gated)) as library:
        library.add(FOXES)
        adding = threading.Thread(target=library.add, args=(HENS,))
        adding.start()
        assert gated.reached.wait(timeout=60)
        assert found(library, "fox3") == ({FOXES.id}, {FOXES.id})
        assert adding.is_alive()
        gated.gate.set()
        adding.join()
        assert_whole(library, FOXES, HENS)


def test_closing_waits_for_an_addition(tmp_path: Path, open_library: Opener) -> None:
    gated = GatedEmbeddings()
    library = open_library(tmp_path, EmbeddingModel(HASHED.name, gated))
    library.add(FOXES)
    adding = threading.Thread(target=library.add, args=(HENS,))
    closing = threading.Thread(target=library.close)
    adding.start()
    assert gated.reached.wait(timeout=60)
    closing.start()
    closing.join(timeout=0.2)
    assert closing.is_alive()
    gated.gate.set()
    closing.join()
    with open_library(tmp_path, HASHED) as library:
        assert_whole(library, FOXES, HENS)


def test_two_threads_add_a_document_once(library: Library) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(library.add, [FOXES] * 4))
    assert sorted(outcomes) == [AddOutcome.ADDED] + [AddOutcome.UNCHANGED] * 3
    assert_whole(library, FOXES)


def test_threads_add_remove_and_search_at_once(library: Library) -> None:
    kept = [numbered(20, topic) for topic in ("ant", "bee", "cat", "dog")]
    passing = [numbered(20, topic) for topic in ("elk", "gnu", "kid", "pig")]

    def change(place: int) -> None:
        library.add(passing[place])
        library.add(kept[place])
        library.remove(passing[place].id)

    def search(_: int) -> None:
        for _ in range(20):
            assert len(library.search_dense("the number", 3)) <= 3
            library.search_lexical("the number", 3)
            library.documents()

    with ThreadPoolExecutor(8) as pool:
        for done in [*pool.map(change, range(4)), *pool.map(search, range(4))]:
            assert done is None
    assert {record.id for record in library.documents()} == {text.id for text in kept}
    assert library._index.chunk_ids() == library._store.chunk_ids()


FULL = """
import resource, sys
from pathlib import Path
from library_fakes import HASHED, numbered
from rag.errors import LibraryError
from rag.library import Library
with Library.open(Path(sys.argv[1]), HASHED) as library:
    library.add(numbered(60, "fox"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        library.add(numbered(2_000, "owl"))
    except LibraryError as error:
        print(error)
    print([record.title for record in library.documents()], len(library.search_dense("fox", 1)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
@pytest.mark.parametrize(("limit", "file"), [(200_000, "vectors"), (450_000, "library.sqlite3")])
def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path: Path, limit: int, file: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    message, state = run.stdout.splitlines()
    assert str(tmp_path / file) in message
    assert "disk I/O error" in message
    assert state == "['fox'] 1"
    with Library.open(tmp_path, HASHED) as library:
        assert_whole(library, FOXES)
        library.add(MANY)
        assert_whole(library, FOXES, MANY)
