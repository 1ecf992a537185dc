"""Tests of adding many files at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from library_fakes import HASHED, BreakingEmbeddings, HashEmbeddings

from rag import ingestion
from rag.embedding import EmbeddingModel
from rag.errors import LibraryError
from rag.ingestion import Summary, add_files
from rag.library import Library
from rag.limits import Limits

MANY = 30
MOST = Limits(max_bytes=1_000_000)


@pytest.fixture(autouse=True)
def _read_in_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read two small files here and the others in workers, as of a large folder."""
    monkeypatch.setattr(ingestion, "FIRST_BYTES", 1_200)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Make a folder of files with distinct words."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for number in range(MANY):
        write(folder / f"{number:03}.txt", f"fox{number}")
    return folder


def write(path: Path, topic: str, sentences: int = 12) -> None:
    lines = (f"The {topic} has its own number, {n} of {topic}.\n" for n in range(sentences))
    path.write_text("".join(lines), encoding="utf-8")


def files(shelf: Path) -> list[Path]:
    return sorted(shelf.iterdir())


def add(home: Path, shelf: Path, model: EmbeddingModel = HASHED) -> Summary:
    with Library.open(home, model, chunk_tokens=32) as library:
        return add_files(library, files(shelf), limits=MOST)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    done = len(summary.added), len(summary.replaced), len(summary.unchanged)
    return (*done, len(summary.refused))


def test_a_folder_is_added_in_the_order_of_its_files(tmp_path: Path, shelf: Path) -> None:
    assert counts(add(tmp_path / "home", shelf)) == (MANY, 0, 0, 0)
    with Library.open(tmp_path / "home", HASHED) as library:
        assert [record.source for record in library.documents()] == [f.name for f in files(shelf)]
        assert library.digests() == {
            str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files(shelf)
        }
        assert library._index.chunk_ids() == library._store.chunk_ids()


def test_what_was_added_before_is_not_read_again(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = files(shelf)[:8]
    monkeypatch.setattr(ingestion, "FIRST_BYTES", 10**6)
    with Library.open(tmp_path / "home", HASHED) as library:
        add_files(library, few, limits=MOST)
        monkeypatch.setattr("rag.parsing.load_file", None)
        assert add_files(library, few, limits=MOST).unchanged == few


@pytest.mark.slow
def test_a_change_is_noticed_even_if_size_and_time_are_the_same(
    tmp_path: Path, shelf: Path
) -> None:
    add(tmp_path / "home", shelf)
    changed = files(shelf)[3]
    before = changed.stat()
    write(changed, "hen3")
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert changed.stat().st_size == before.st_size
    summary = add(tmp_path / "home", shelf)
    assert summary.replaced == [changed]
    assert counts(summary) == (0, 1, MANY - 1, 0)
    with Library.open(tmp_path / "home", HASHED) as library:
        assert library.search_lexical("fox3", 5) == []
        assert library.search_lexical("hen3", 5)


@pytest.mark.slow
def test_a_refused_file_has_its_reason_and_stops_no_other(tmp_path: Path, shelf: Path) -> None:
    (shelf / "empty.txt").write_text("")
    (shelf / "huge.txt").write_text("word " * MOST.max_bytes)
    (shelf / "zeros.txt").write_bytes(bytes(5_000))
    (shelf / "absent.txt").symlink_to(shelf / "nothing")
    summary = add(tmp_path / "home", shelf)
    assert counts(summary) == (MANY, 0, 0, 4)
    reasons = {Path(refusal.place).name: refusal.reason for refusal in summary.refused}
    assert "no text" in reasons["empty.txt"]
    assert "PINCITE_MAX_BYTES" in reasons["huge.txt"]
    assert reasons.keys() == {"empty.txt", "huge.txt", "zeros.txt", "absent.txt"}


@pytest.mark.slow
def test_files_with_the_same_words_are_one_document(tmp_path: Path, shelf: Path) -> None:
    (shelf / "copy.txt").write_bytes(files(shelf)[0].read_bytes())
    assert counts(add(tmp_path / "home", shelf)) == (MANY, 0, 1, 0)
    assert counts(add(tmp_path / "home", shelf)) == (0, 0, MANY + 1, 0)


@pytest.mark.slow
def test_adding_that_fails_keeps_what_was_written_and_continues(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingestion.BATCH_CHUNKS", 60)
    breaking = EmbeddingModel(HASHED.name, BreakingEmbeddings(TimeoutError("no answer"), batch=4))
    with pytest.raises(LibraryError, match="no answer"):
        add(tmp_path / "home", shelf, breaking)
    added, replaced, unchanged, refused = counts(add(tmp_path / "home", shelf))
    assert 0 < unchanged < MANY
    assert added == MANY - unchanged
    assert replaced == refused == 0


class CountingEmbeddings(HashEmbeddings):
    """Remembers how many texts it got at once."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(texts)
        return super().embed_documents(texts)


@pytest.mark.slow
def test_texts_of_several_documents_are_embedded_together_the_long_ones_first(
    tmp_path: Path, shelf: Path
) -> None:
    for number, file in enumerate(files(shelf)):
        write(file, f"owl{number}", sentences=1 + number % 3)
    counting = CountingEmbeddings()
    add(tmp_path / "home", shelf, EmbeddingModel(HASHED.name, counting))
    lengths = [len(text) for batch in counting.batches for text in batch]
    assert len(counting.batches[0]) > 3
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.slow
def test_progress_goes_from_nothing_to_all_bytes_of_the_files(tmp_path: Path, shelf: Path) -> None:
    (shelf / "empty.txt").write_text("")
    reports: list[tuple[int, int]] = []
    with Library.open(tmp_path / "home", HASHED, chunk_tokens=32) as library:
        add_files(
            library,
            files(shelf),
            limits=MOST,
            progress=lambda done, total: reports.append((done, total)),
        )
    total = sum(file.stat().st_size for file in files(shelf))
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)
    assert reports[-1] == (total, total)
    assert len({done for done, _ in reports}) > 3
