"""Many people at once: the time of an answer for one, and for twenty who ask at the same moment.

Twice: threads that share an assistant, and sessions of the real page. Each session speaks with the
server of the page as a browser does, over a WebSocket in Streamlit's own messages, so what is timed
is all of the server's work; only the drawing is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from rag.assistant import open_assistant
from rag.evaluation.set_files import read_set
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
SET = ROOT / "tests" / "evals" / "japan_us_alliance.eval.yaml"
ALONE = 10
POLL_SECONDS = 0.15
LONGEST_SECONDS = 300

Ask = Callable[[str], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    options = parser.parse_args()
    questions = [case.question for case in read_set(SET).cases if not case.history]
    with tempfile.TemporaryDirectory() as folder:
        with open_assistant(Settings(home=Path(folder, "threads"))) as assistant:
            threads = [lambda q: _asserted(assistant.ask(q).question)] * options.users
            good = report("threads", threads, questions)
        with serving(Path(folder, "page")) as address, ExitStack() as opened:
            sessions = [Session(opened, address) for _ in range(options.users)]
            good &= report("sessions", [session.ask for session in sessions], questions)
    raise SystemExit(0 if good else 1)


def report(name: str, users: Sequence[Ask], questions: Sequence[str]) -> bool:
    """Time one user alone, then all at once, and alone again; say whether the aim was reached."""
    for question in questions[:3]:
        users[0](question)
    before = [timed(users[0], question) for question in questions[3 : 3 + ALONE]]
    together, errors = at_once(users, questions)
    after = [timed(users[0], question) for question in questions[3 : 3 + ALONE]]
    alone = statistics.median([*before, *after])  # half each, where the machine is never idle
    p95 = statistics.quantiles(together, n=20, method="inclusive")[-1] if together else 0.0
    print(
        f"{name}: alone p50 {alone * 1e3:.0f} ms; {len(users)} at once p50"
        f" {statistics.median(together) * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms,"
        f" {p95 / alone:.1f} times alone (aim: below {len(users)}), {len(errors)} errors"
    )
    for error in errors[:3]:
        print(f"  {error}")
    return not errors and p95 < len(users) * alone


def at_once(users: Sequence[Ask], questions: Sequence[str]) -> tuple[list[float], list[str]]:
    """Let all users ask at the same moment, each another question; return times and errors."""
    start = threading.Barrier(len(users))
    seconds: list[float] = []
    errors: list[str] = []

    def run(ask: Ask, question: str) -> None:
        start.wait()
        try:
            seconds.append(timed(ask, question))
        except Exception as error:  # noqa: BLE001  # counted, whatever it is
            errors.append(f"{type(error).__name__}: {error}")

    threads = [
        threading.Thread(target=run, args=(ask, questions[-1 - at])) for at, ask in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, errors


class Session:
    """One session of the page: what a browser would send, and what it would be shown."""

    def __init__(self, opened: ExitStack, address: str) -> None:
        protocols = [Subprotocol("streamlit")]
        self.connection = opened.enter_context(
            connect(address, max_size=None, subprotocols=protocols)
        )
        self.input_id = ""
        self.fragment_id = ""
        self.exchanges: list[dict[str, Any]] = []
        self._send(BackMsg())
        self._receive()  # the page, drawn once

    def ask(self, question: str) -> None:
        """Ask, and look for the answer as often as the page does, until it is there."""
        before = len(self.exchanges)
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self.input_id
        widget.chat_input_value.data = question
        self._send(message)
        until = time.monotonic() + LONGEST_SECONDS
        self._receive()
        while not self._is_answered(before + 1):
            if time.monotonic() > until:
                raise TimeoutError(f"no answer to {question!r}")
            time.sleep(POLL_SECONDS)
            poll = BackMsg()
            poll.rerun_script.fragment_id = self.fragment_id
            poll.rerun_script.is_auto_rerun = True
            self._send(poll)
            self._receive()
        _asserted(self.exchanges[-1]["question"] == question)

    def _is_answered(self, count: int) -> bool:
        states = {"waiting", "writing", "failed"}
        return len(self.exchanges) == count and self.exchanges[-1]["state"] not in states

    def _send(self, message: BackMsg) -> None:
        message.rerun_script.SetInParent()
        self.connection.send(message.SerializeToString())

    def _receive(self) -> None:
        """Take in messages until a run of the script has ended and no other follows it."""
        while True:
            data = self.connection.recv(timeout=LONGEST_SECONDS)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._take(message)
            elif kind == "auto_rerun":
                self.fragment_id = message.auto_rerun.fragment_id
            elif kind == "script_finished" and message.script_finished != _RERUN:
                return

    def _take(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.HasField("chat_input"):
            self.input_id = element.chat_input.id
        elif element.HasField("bidi_component"):
            self.exchanges = json.loads(element.bidi_component.json)["exchanges"]
        elif element.HasField("exception"):
            raise RuntimeError(element.exception.message)


_RERUN = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve the page with a new library; yield the address of its WebSocket."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    options = ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, *options, "--server.fileWatcherType", "none"],
        cwd=ROOT,
        env=os.environ | {"PINCITE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert any("URL:" in line for line in process.stdout), "the server did not start"
        yield f"ws://127.0.0.1:{port}/_stcore/stream"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def timed(ask: Ask, question: str) -> float:
    """Return the seconds of one answer."""
    started = time.perf_counter()
    ask(question)
    return time.perf_counter() - started


def _asserted(truth: object) -> None:
    assert truth


if __name__ == "__main__":
    main()
