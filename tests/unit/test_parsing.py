"""Tests of the processes that read files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag import parsing
from rag.arrivals import Arrival
from rag.limits import Limits
from rag.parsing import Parsers, Refused, Rules, Task, Unchanged, parse, place_of

RULES = Rules(Limits(max_bytes=100_000), tokens=64, overlap=1)


def write(folder: Path, count: int) -> list[Task]:
    tasks = []
    for number in range(count):
        path = folder / f"{number}.txt"
        path.write_text(f"The file {number} has a sentence.\n")
        tasks.append(Task(path, path.stat().st_size))
    return tasks


def test_files_come_in_their_order_with_their_chunks(tmp_path: Path) -> None:
    tasks = write(tmp_path, 40)
    with Parsers(RULES, workers=2) as parsers:
        results = list(parsers.parse(tasks))
    assert [task for task, _ in results] == tasks
    for task, parsed in results:
        assert isinstance(parsed, Arrival)
        assert parsed == parse(task, RULES)
        assert parsed.origin.place == str(task.path)
        (chunk,) = parsed.chunks
        assert chunk.span.of(parsed.document.text) == task.path.read_text().strip()


def test_known_bytes_are_not_read_as_a_document(tmp_path: Path) -> None:
    (task,) = write(tmp_path, 1)
    parsed = parse(task, RULES)
    assert isinstance(parsed, Arrival)
    known = Task(task.path, task.size, parsed.origin.digest)
    assert parse(known, RULES) == Unchanged()
    task.path.write_text("Something else.")
    assert isinstance(parse(known, RULES), Arrival)


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task,) = write(tmp_path, 1)
    digests = iter(["before", "after"])
    monkeypatch.setattr(parsing, "_digest", lambda path: next(digests))
    parsed = parse(task, RULES)
    assert isinstance(parsed, Refused)
    assert "changed while it was read. Add it again." in parsed.reason


@pytest.mark.parametrize("name", ["nothing.txt", "", "a\x00b"])
def test_what_is_no_file_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    parsed = parse(Task(tmp_path / name, 0), RULES)
    assert isinstance(parsed, Refused)
    assert parsed.reason


def test_a_file_is_known_by_the_same_place_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert place_of(Path("../b.txt")) == place_of(tmp_path / "b.txt") == str(tmp_path / "b.txt")


@pytest.mark.slow
def test_a_file_that_kills_its_reader_is_refused_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = write(tmp_path, 6)
    monkeypatch.setattr(parsing, "parse", parse_or_die)
    with Parsers(RULES, workers=2) as parsers:
        results = dict(parsers.parse(tasks))
    for number, task in enumerate(tasks):
        assert isinstance(results[task], Refused if number == 3 else Arrival)


def parse_or_die(task: Task, rules: Rules) -> parsing.Parsed:
    """Stand for a parser that crashes on one file."""
    if task.path.name == "3.txt":
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(task, rules)


UNGUARDED = """
import sys
from pathlib import Path
from rag.limits import Limits
from rag.parsing import Parsers, Rules, Task
with Parsers(Rules(Limits(max_bytes=1000), 64, 1), workers=2) as parsers:
    list(parsers.parse([Task(Path(path), 10) for path in sys.argv[1:]]))
"""


def test_a_script_that_would_start_itself_over_is_told_so_once(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    ended = subprocess.run(
        [sys.executable, str(script), *(str(task.path) for task in write(tmp_path, 20))],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    # Not the last line always: Python may warn of what the processes left behind.
    (told,) = [line for line in ended.stderr.splitlines() if line.startswith("rag.errors.")]
    assert told.startswith("rag.errors.ParserError: The processes that read files end before")
    assert '__name__ == "__main__"' in told


PARENT = """
import sys, time
from pathlib import Path
from rag.limits import Limits
from rag.parsing import Parsers, Rules, Task
if __name__ == "__main__":
    parsers = Parsers(Rules(Limits(max_bytes=1000), 64, 1), workers=2)
    list(parsers.parse([Task(Path(sys.argv[1]), 10)] * 2))
    print(*parsers._pool._processes, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks for processes as POSIX does")
def test_readers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    (task,) = write(tmp_path, 1)
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script), str(task.path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert workers
        parent.kill()
    until = time.monotonic() + 30
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_reading_imports_neither_models_nor_chroma() -> None:
    program = (
        "import sys, rag.parsing;"
        "print({'chromadb', 'onnxruntime', 'langchain_core', 'streamlit'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "set()\n"
