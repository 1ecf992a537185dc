"""The page, served on a free port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]
FAKES = ROOT / "tests" / "app"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def serving(
    script: Path,
    home: Path,
    settings: Mapping[str, str] = MappingProxyType({}),
    options: Sequence[str] = (),
) -> Iterator[str]:
    """Serve ``script`` with a library in ``home``, settings and options; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = [*options, "--server.port", str(port), "--server.headless", "true"]
    environment = {
        **os.environ,
        "PINCITE_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(FAKES)]),
        **settings,
    }
    with (home.parent / "server.log").open("w") as log:
        process = subprocess.Popen(
            [*command, *options, "--server.fileWatcherType", "none"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout
            assert any("URL:" in line for line in process.stdout), "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=30)
