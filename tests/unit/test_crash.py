"""Kills real processes at any moment: a document is complete or absent after the next start."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import crash_adder
import pytest
from chroma_server import Opener
from crash_adder import ADDED, RESIDENT
from library_fakes import HASHED, numbered

from rag.chunking import chunk_document
from rag.library import Library
from rag.types import Chunk, Document

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a fork server is for POSIX"),
]

Work = Callable[[Path, str | None, Connection], None]

KILLS = 32
TOKENS = 32
if sys.platform != "win32":
    PROCESSES = multiprocessing.get_context("forkserver")


def chunks_of(text: Document) -> list[Chunk]:
    return chunk_document(text, tokens=TOKENS, overlap=0)


CHUNKS = {text.id: chunks_of(text) for text in (RESIDENT, ADDED)}


@pytest.fixture(scope="module", autouse=True)
def forks() -> None:
    """Import chromadb once, in the server that the processes are forked from."""
    PROCESSES.set_forkserver_preload(["chromadb", "langchain_chroma", "crash_adder"])


@pytest.fixture
def resident(tmp_path: Path, open_library: Opener) -> Path:
    """Make a library with one document, to be copied."""
    home = tmp_path / "resident"
    with open_library(home, HASHED, chunk_tokens=TOKENS, chunk_overlap=0) as library:
        library.add(RESIDENT)
    return home


@contextmanager
def at_work(work: Work, home: Path, url: str | None) -> Iterator[Connection]:
    """Lend a process from the moment that its work begins, and kill it afterwards."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=work, args=(home, url, theirs))
    process.start()
    theirs.close()  # so that a process that dies early ends the waiting
    try:
        assert ours.recv() == "begun"
        yield ours
        assert process.is_alive(), "the work failed"
    finally:
        process.kill()
        process.join()


def kill(work: Work, home: Path, url: str | None, after: float) -> None:
    """Kill a process so many seconds after its work began."""
    with at_work(work, home, url):
        time.sleep(after)


def kill_at_end(work: Work, home: Path, url: str | None) -> float:
    """Kill a process as soon as its work is done, and return how long that took."""
    with at_work(work, home, url) as process:
        begin = time.perf_counter()
        assert process.recv() == "done"
        return time.perf_counter() - begin


def moments(longest: float, count: int) -> list[float]:
    """Draw moments from the beginning to beyond the end, one from each of ``count`` parts."""
    drawn = random.Random(2)  # noqa: S311 - the same moments each time
    return [longest * 1.2 * (place + drawn.random()) / count for place in range(count)]


def is_there(library: Library) -> bool:
    """Say whether the document is there, after checking that it is wholly there or not at all."""
    records = {record.id: record for record in library.documents()}
    assert RESIDENT.id in records
    expected = {chunk.id for id_ in records for chunk in CHUNKS[id_]}
    assert library._store.chunk_ids() == expected
    assert library._index.chunk_ids() == expected
    for id_, record in records.items():
        assert record.chunks == len(CHUNKS[id_])
        text = library.document(id_)
        assert text == (ADDED if id_ == ADDED.id else RESIDENT)
        for chunk in CHUNKS[id_][::9]:
            words = chunk.span.of(text.text)
            assert library.search_dense(words, 1)[0].chunk_id == chunk.id
            assert library.search_lexical(words, 1)[0].chunk_id == chunk.id
    lexical = library.search_lexical("owl", 10_000)
    assert {hit.chunk_id for hit in lexical} == expected - {c.id for c in CHUNKS[RESIDENT.id]}
    return ADDED.id in records


def test_a_killed_addition_leaves_the_document_complete_or_absent(
    resident: Path, tmp_path: Path, chroma_url: str | None, open_library: Opener
) -> None:
    finished = shutil.copytree(resident, tmp_path / "finished")
    longest = kill_at_end(crash_adder.add, finished, chroma_url)
    with open_library(finished, HASHED) as library:
        assert is_there(library)
    outcomes = []
    for place, after in enumerate(moments(longest, KILLS)):
        home = shutil.copytree(resident, tmp_path / str(place))
        kill(crash_adder.add, home, chroma_url, after)
        with open_library(home, HASHED) as library:
            outcomes.append(is_there(library))
            library.add(ADDED)
            assert is_there(library)
    assert not all(outcomes)


def test_a_killed_removal_leaves_the_document_complete_or_absent(
    resident: Path, tmp_path: Path, chroma_url: str | None, open_library: Opener
) -> None:
    with open_library(resident, HASHED) as library:
        library.add(ADDED)
    finished = shutil.copytree(resident, tmp_path / "finished")
    longest = kill_at_end(crash_adder.remove, finished, chroma_url)
    with open_library(finished, HASHED) as library:
        assert not is_there(library)
    for place, after in enumerate(moments(longest, 8)):
        home = shutil.copytree(resident, tmp_path / str(place))
        kill(crash_adder.remove, home, chroma_url, after)
        with open_library(home, HASHED) as library:
            if is_there(library):
                library.remove(ADDED.id)
            assert not is_there(library)


def test_a_killed_repair_is_done_at_the_next_start(
    resident: Path, chroma_url: str | None, open_library: Opener
) -> None:
    with open_library(resident, HASHED) as library:
        library.add(ADDED)
        library._store.mark(in_step=False)
    for after in moments(0.4, 8):
        kill(crash_adder.start, resident, chroma_url, after)
    with open_library(resident, HASHED) as library:
        assert is_there(library)


def test_a_folder_added_with_five_kills_equals_one_added_in_one_go(
    tmp_path: Path, chroma_url: str | None, open_library: Opener
) -> None:
    (tmp_path / "shelf").mkdir()
    for number in range(60):
        text = numbered(5 + number % 7, f"fox{number}").text
        (tmp_path / "shelf" / f"{number:02}.txt").write_text(text)
    longest = kill_at_end(crash_adder.add_shelf, tmp_path / "once", chroma_url)
    kept = []
    for after in moments(longest / 2, 5):
        kill(crash_adder.add_shelf, tmp_path / "killed", chroma_url, after)
        with open_library(tmp_path / "killed", HASHED) as library:
            kept.append(len(library.documents()))
    kill_at_end(crash_adder.add_shelf, tmp_path / "killed", chroma_url)
    assert kept == sorted(kept)
    assert kept[-1] > 0
    assert kept[0] < 60
    assert contents(tmp_path / "killed", open_library) == contents(tmp_path / "once", open_library)


def contents(home: Path, open_library: Opener) -> list[object]:
    """Return everything in a library but the times of adding."""
    with open_library(home, HASHED) as library:
        assert library._index.chunk_ids() == library._store.chunk_ids()
        documents = [replace(record, added_at="") for record in library.documents()]
        vectors = [(chunks, rows.tolist()) for chunks, rows in library._store.vectors(10_000)]
        words = [library.search_lexical(f"fox{number}", 100) for number in range(60)]
        texts = [library.document(record.id) for record in documents]
        return [documents, vectors, words, texts, library.digests()]
