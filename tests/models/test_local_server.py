"""Tests of the local model's server, and that it ends with whoever started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import local_server as module
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI
from local_server import LocalServer, missing_packages, serving_local_model
from pydantic import SecretStr

pytest_plugins = ["local_server"]

PROMPT = (
    "Answer the question from the passage.\n\nPassage: Foreign Minister Motegi Toshimitsu met "
    "with Secretary of State Antony Blinken.\n\nQuestion: Whom did Motegi meet?"
)

STARTER = """
import sys
from pathlib import Path
from local_server import serving_local_model
with serving_local_model(Path(sys.argv[1])) as server:
    print(server.base_url, flush=True)
    sys.stdin.read()
"""

needs_packages = pytest.mark.skipif(
    bool(missing_packages()) and not os.environ.get("CI"), reason="the local model is not installed"
)


def listens(base_url: str) -> bool:
    address = urlsplit(base_url)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname or "", address.port or 0)) == 0


def wait_until_down(base_url: str) -> bool:
    for _ in range(100):
        if not listens(base_url):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.model
def test_the_local_model_answers_in_a_stream(local_server: LocalServer) -> None:
    model = ChatOpenAI(
        base_url=local_server.base_url,
        model=local_server.model,
        api_key=SecretStr("none"),
        temperature=0,
        max_retries=0,
        timeout=120,
        stream_usage=True,
        max_completion_tokens=40,
    )
    chunks = list(model.stream(PROMPT))
    assert len([chunk for chunk in chunks if chunk.text]) > 3
    whole = sum(chunks[1:], start=chunks[0])
    assert isinstance(whole, AIMessageChunk)
    assert "Blinken" in whole.text
    assert whole.usage_metadata
    assert whole.usage_metadata["output_tokens"] <= 40


@pytest.mark.model
@needs_packages
def test_the_server_is_down_after_its_block(tmp_path: Path) -> None:
    with serving_local_model(tmp_path / "server.log") as server:
        assert listens(server.base_url)
    assert wait_until_down(server.base_url)


@pytest.mark.model
@needs_packages
def test_the_server_ends_even_if_its_starter_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path / "server.log")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout
    base_url = starter.stdout.readline().strip()
    assert listens(base_url)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    assert wait_until_down(base_url)


def test_a_server_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SERVER", "raise SystemExit('no such model')")
    monkeypatch.setattr(module, "weights", lambda: tmp_path / "model.gguf")
    with (
        pytest.raises(RuntimeError, match="no such model"),
        serving_local_model(tmp_path / "server.log"),
    ):
        pytest.fail("it started")


@pytest.mark.parametrize(("ci", "outcome"), [("", "skipped"), ("true", "errors")])
def test_without_its_packages_tests_are_skipped_but_fail_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(module, "PACKAGES", {"no_such_module": "pip install no-such-package"})
    pytester.makepyfile("def test_it(local_server): pass")
    result = pytester.runpytest_inprocess("-rs", "-p", "local_server")
    result.assert_outcomes(**{outcome: 1})
    result.stdout.fnmatch_lines(["*the local model is not installed: pip install no-such-package*"])
