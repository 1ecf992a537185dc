"""A real chromium on the real page, served on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from visits import Visit, Visitor

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
HEIGHTS = {390: 844, 768: 1024, 1440: 900, 2560: 1440}

expect.set_options(timeout=30_000)


@contextmanager
def serving(
    script: Path, home: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Serve ``script`` with a library in ``home`` and further settings; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.port", str(port), "--server.headless", "true"]
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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed, and CI must not skip the browser tests")
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def real_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app with the real assistant and a new library."""
    with serving(ROOT / "app.py", tmp_path_factory.mktemp("real") / "home") as address:
        yield address


@pytest.fixture(scope="session")
def scripted_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the page with the assistant of ``scripted_page.py``."""
    script = Path(__file__).with_name("scripted_page.py")
    with serving(script, tmp_path_factory.mktemp("scripted") / "home") as address:
        yield address


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visitor]:
    """Open pages; at the end, none may have complained or asked anything of another host."""
    visits: list[Visit] = []

    def open_window(
        address: str, *, width: int = 1440, scheme: str = "light", script: str = ""
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        if script:
            context.add_init_script(script)
        visit = Visit(context.new_page(), f"{width}-{scheme}")
        visit.watch()
        visits.append(visit)
        visit.page.goto(address)
        expect(visit.page.locator(".welcome h1")).to_be_visible(timeout=60_000)
        return visit

    yield open_window
    for visit in visits:
        visit.page.context.close()
    assert [complaint for visit in visits for complaint in visit.complaints] == []
