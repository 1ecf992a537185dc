"""Tests of one library that several processes have open, with its vectors on a Chroma server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from library_fakes import HASHED, numbered

from rag.arrivals import Origin
from rag.errors import LibraryError, LibraryLockedError, UnknownDocumentError
from rag.library import Library
from rag.lock import turn

FOXES, HENS, OWLS = numbered(60, "fox"), numbered(60, "hen"), numbered(60, "owl")

OTHER = """
import sys
from pathlib import Path
from library_fakes import HASHED, numbered
from rag.arrivals import Origin
from rag.library import Library
with Library.open(Path(sys.argv[1]), HASHED, chroma_url=sys.argv[2]) as library:
    print("open", flush=True)
    for line in sys.stdin:
        action, topic = line.split()
        document = numbered(60, topic)
        if action == "add":
            library.add(document, origin=Origin("/shelf/a.txt", topic))
        else:
            library.remove(document.id)
        print("done", flush=True)
"""


class OtherProcess:
    """Another process that has the same library open."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._expect("open")

    def does(self, action: str, topic: str) -> None:
        """Let it add or remove a document and wait until it has."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{action} {topic}\n")
        self._process.stdin.flush()
        self._expect("done")

    def _expect(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{word}\n"


@contextmanager
def other_process(home: Path, url: str) -> Iterator[OtherProcess]:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(home), url],
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{Path(__file__).parent}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield OtherProcess(process)
        process.kill()


def open_shared(home: Path, url: str) -> Library:
    return Library.open(home, HASHED, chroma_url=url)


def titles(library: Library) -> list[str]:
    return [record.title for record in library.documents()]


def found(library: Library, question: str) -> set[str]:
    hits = library.search_dense(question, 100)
    return {chunk.document_id for chunk in library.chunks([hit.chunk_id for hit in hits])}


def test_a_process_sees_what_another_adds_replaces_and_removes(
    tmp_path: Path, server_url: str
) -> None:
    with open_shared(tmp_path, server_url) as library, other_process(tmp_path, server_url) as other:
        library.add(FOXES)
        other.does("add", "hen")
        assert titles(library) == ["fox", "hen"]
        assert found(library, "the number") == {FOXES.id, HENS.id}
        assert library.document(HENS.id) == HENS
        other.does("add", "owl")
        assert found(library, "the number") == {FOXES.id, OWLS.id}
        with pytest.raises(UnknownDocumentError):
            library.document(HENS.id)
        other.does("remove", "fox")
        assert titles(library) == ["owl"]
        library.add(HENS, origin=Origin("/shelf/a.txt", "hen"))
        assert titles(library) == ["hen"]
        assert library._index.chunk_ids() == library._store.chunk_ids()


def test_a_change_waits_for_that_of_another_process_and_reading_does_not(
    tmp_path: Path, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_shared(tmp_path, server_url) as library:
        library.add(FOXES)
        with turn(tmp_path):
            with open_shared(tmp_path, server_url) as reader:
                assert found(reader, "the number") == {FOXES.id}
            monkeypatch.setattr(library._writer, "_turn", lambda: turn(tmp_path, seconds=0.1))
            with pytest.raises(LibraryLockedError, match=r"changing the library .* Try again"):
                library.add(HENS)
        library.add(HENS)
        assert titles(library) == ["fox", "hen"]


def test_what_a_killed_process_left_is_mended_by_the_next_change_of_another(
    tmp_path: Path, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_shared(tmp_path, server_url) as library, open_shared(tmp_path, server_url) as killed:

        def die(*_: object) -> None:
            monkeypatch.setattr(killed._index, "remove", die)
            raise SystemExit

        monkeypatch.setattr(killed._store, "insert", die)
        with pytest.raises(SystemExit):
            killed.add(FOXES)
        assert library._index.count() > 0
        assert found(library, "the number") == set()
        library.add(HENS)
        assert library._index.chunk_ids() == library._store.chunk_ids()
        assert found(library, "the number") == {HENS.id}


def test_two_libraries_share_a_server_and_a_copy_is_a_library_of_its_own(
    tmp_path: Path, server_url: str
) -> None:
    with open_shared(tmp_path / "a", server_url) as one:
        one.add(FOXES)
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    with (
        open_shared(tmp_path / "a", server_url) as one,
        open_shared(tmp_path / "b", server_url) as two,
        open_shared(tmp_path / "copy", server_url) as copy,
    ):
        two.add(HENS)
        copy.add(OWLS)
        copy.remove(FOXES.id)
        assert found(one, "the number") == {FOXES.id}
        assert found(two, "the number") == {HENS.id}
        assert found(copy, "the number") == {OWLS.id}


def test_a_library_moves_from_its_folder_to_a_server_and_back(
    tmp_path: Path, server_url: str
) -> None:
    for url, text in ((None, FOXES), (server_url, HENS), (None, FOXES), (server_url, OWLS)):
        with Library.open(tmp_path, HASHED, chroma_url=url) as library:
            library.add(text, origin=Origin("/shelf/a.txt", text.title))
            assert found(library, "the number") == {text.id}
            assert library._index.chunk_ids() == library._store.chunk_ids()


def test_a_server_that_lost_its_vectors_gets_them_again(tmp_path: Path, server_url: str) -> None:
    with open_shared(tmp_path, server_url) as library:
        library.add(FOXES)
        library._index.remove([FOXES.id])
    with open_shared(tmp_path, server_url) as library:
        assert found(library, "the number") == {FOXES.id}


def test_a_library_open_without_a_server_is_refused_with_one(
    tmp_path: Path, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.lock._LOOK_SECONDS", 0.1)
    with (
        Library.open(tmp_path, HASHED),
        pytest.raises(LibraryLockedError, match="already open in this process"),
    ):
        open_shared(tmp_path, server_url)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"http://127\.0\.0\.1:9 cannot be used: Could not conn"):
        open_shared(tmp_path, "http://127.0.0.1:9")


def test_a_server_that_is_no_chroma_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        server.settimeout(0.1)
        server.close()
        with pytest.raises(LibraryError, match="cannot be used"):
            open_shared(tmp_path, url)


def test_nothing_is_sent_to_anyone_but_the_server(
    tmp_path: Path, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    resolve = socket.getaddrinfo

    def record(host: object, *arguments: object, **options: object) -> object:
        asked.append(host)
        return resolve(host, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", record)
    with open_shared(tmp_path, server_url) as library:
        library.add(FOXES)
        assert found(library, "the number") == {FOXES.id}
        assert not library._index._client.get_settings().anonymized_telemetry
    assert {str(host) for host in asked} == {"127.0.0.1"}
