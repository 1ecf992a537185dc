"""A real chromium on the real page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from serving import FLAGS, ROOT, serving
from visits import Visit, Visitor

HEIGHTS = {390: 844, 768: 1024, 1440: 900, 2560: 1440}

expect.set_options(timeout=30_000)


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
