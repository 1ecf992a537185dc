"""Tests of the lock on a library's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import LibraryError, LibraryLockedError
from rag.lock import locked, look, turn

HOLDER = """
import sys
from pathlib import Path
from rag.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(home: Path) -> subprocess.Popen[str]:
    """Start a process that holds ``home`` until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def take(home: Path) -> None:
    with locked(home):
        pass


def test_a_second_process_is_refused_and_told_who_has_the_folder(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        with pytest.raises(
            LibraryLockedError, match=rf"{tmp_path} .*another process \({holder.pid}"
        ):
            take(tmp_path)
        holder.communicate("")
    take(tmp_path)


def test_the_death_of_a_process_frees_the_folder(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        holder.kill()
        holder.wait()
    take(tmp_path)


def test_the_same_process_is_refused_too(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(LibraryLockedError, match="already open in this process"):
        take(tmp_path)


def test_a_holder_that_cannot_be_read_is_another_process(tmp_path: Path) -> None:
    with locked(tmp_path):
        (tmp_path / ".lock.pid").write_text("?")
        with pytest.raises(LibraryLockedError, match=r"already open in another process\."):
            take(tmp_path)


def test_a_folder_is_free_again_after_its_block(tmp_path: Path) -> None:
    for _ in range(3):
        with locked(tmp_path):
            assert (tmp_path / ".lock.pid").read_text() == str(os.getpid())


def test_a_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    take(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("inside", [".", "library"])
def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path, inside: str) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    with pytest.raises(LibraryError, match="cannot hold a library"):
        take(file / inside)
    assert file.read_text() == "kept"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody may write")
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(LibraryError, match="/proc/library cannot hold a library"):
        take(Path("/proc/library"))


def test_looking_leaves_a_folder_free_and_finds_one_that_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.lock._LOOK_SECONDS", 0.1)
    for _ in range(2):
        look(tmp_path / "new")
    with hold(tmp_path) as holder:
        with pytest.raises(LibraryLockedError, match=rf"another process \({holder.pid}"):
            look(tmp_path)
        holder.communicate("")


def test_changes_take_turns_and_the_second_is_told_if_it_waits_too_long(tmp_path: Path) -> None:
    with turn(tmp_path), pytest.raises(LibraryLockedError, match=r"Try again when it is done\."):
        wait_briefly(tmp_path)
    wait_briefly(tmp_path)


def wait_briefly(home: Path) -> None:
    with turn(home, seconds=0.1):
        pass


def test_what_goes_wrong_during_a_turn_is_not_taken_for_waiting(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match="no answer"), turn(tmp_path):
        raise TimeoutError("no answer")
    with pytest.raises(TimeoutError, match="no answer"), locked(tmp_path):
        raise TimeoutError("no answer")
