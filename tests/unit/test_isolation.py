from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from file_makers import PAGE, lines, make_pdf

from rag.documents import load_bytes
from rag.documents.formats import Format
from rag.documents.isolation import WorkerPool
from rag.errors import DocumentError, EmptyDocumentError, ParserError
from rag.limits import Limits

SCRIPT = Path(__file__).with_name("scripted_worker.py")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="bounds memory as POSIX does")


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool((sys.executable, str(SCRIPT)))
    yield pool
    pool.close()


def ask(pool: WorkerPool, words: str, limits: Limits | None = None) -> str:
    limits = limits or Limits(max_seconds=20)
    return pool.parse(Format.PDF, words.encode(), "a.pdf", limits)[1].text


def test_a_parser_that_hangs_is_stopped_at_the_limit_and_refuses_that_file_only(
    pool: WorkerPool,
) -> None:
    started = time.monotonic()
    with pytest.raises(ParserError, match=r"a\.pdf takes longer to read than the 0\.5 seconds"):
        ask(pool, "hang", Limits(max_seconds=0.5))
    assert time.monotonic() - started < 30
    assert int(ask(pool, "well"))


@pytest.mark.parametrize("words", ["crash", "unforeseen"])
def test_a_parser_that_dies_refuses_that_file_only(pool: WorkerPool, words: str) -> None:
    with pytest.raises(ParserError, match=r"a\.pdf makes its reader crash"):
        ask(pool, words)
    assert int(ask(pool, "well"))


@POSIX
def test_a_parser_that_grows_is_stopped_at_the_limit(pool: WorkerPool) -> None:
    with pytest.raises(ParserError, match=r"needs more memory than the 800,000,000 bytes"):
        ask(pool, "grow", Limits(max_memory=800_000_000))


def test_a_parser_that_stumbles_refuses_the_file_as_damaged(pool: WorkerPool) -> None:
    before = ask(pool, "well")
    with pytest.raises(ParserError, match="is damaged"):
        ask(pool, "stumble")
    assert ask(pool, "well") == before


def test_a_refusal_comes_back_as_it_was_raised(pool: WorkerPool) -> None:
    with pytest.raises(EmptyDocumentError, match=r"a\.pdf has no text\."):
        ask(pool, "empty")


def test_what_a_parser_prints_disturbs_nothing(pool: WorkerPool) -> None:
    assert int(ask(pool, "print"))


def test_a_worker_is_used_again(pool: WorkerPool) -> None:
    assert len({ask(pool, "well") for _ in range(3)}) == 1


def test_a_worker_knows_no_keys(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert "OPENAI_API_KEY" not in ask(pool, "environment").split("\n")


@pytest.mark.slow
def test_threads_do_not_wait_for_each_other(pool: WorkerPool) -> None:
    hanging = threading.Thread(target=lambda: _refused(pool), daemon=True)
    hanging.start()
    assert int(ask(pool, "well"))
    assert hanging.is_alive()
    hanging.join(60)


def _refused(pool: WorkerPool) -> None:
    with pytest.raises(ParserError):
        ask(pool, "hang", Limits(max_seconds=10))


def test_files_are_read_from_several_threads_at_once() -> None:
    words = [f"Page of thread {number}." for number in range(6)]

    def text(line: str) -> str:
        data = make_pdf([lines(line)])
        return load_bytes(data, source="a.pdf", limits=Limits()).text

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(text, words)) == words


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_has_workers_of_its_own(pool: WorkerPool) -> None:
    mine = ask(pool, "well")
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.write(writing, ask(pool, "well").encode())
        pool.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode() != mine
    assert ask(pool, "well") == mine


def test_a_real_parser_out_of_time_is_a_refusal() -> None:
    much = "<p>Ships kept sailing. " * 2_000  # so that no clock is too slow
    long = PAGE.replace("<p>", much + "<p>", 1)
    with pytest.raises(DocumentError, match="PINCITE_MAX_SECONDS"):
        load_bytes(long.encode(), source="a.html", limits=Limits(max_seconds=0.0001))
