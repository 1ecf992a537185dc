"""Makes the pictures of README.md: ``python tests/browser/pictures.py``."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect, sync_playwright
from serving import FLAGS, ROOT, serving

DOCS = ROOT / "docs"
QUESTION = "What are the three points that show the meeting’s significance?"
SIZE = {"width": 1280, "height": 800}
ARROW = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))
QUALITY = 80

expect.set_options(timeout=180_000)


@dataclass
class Film:
    """Frames of a page, each with how long it is shown and where the pointer is."""

    page: Page
    pointer: tuple[float, float] = (640, 400)
    frames: list[Image.Image] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)

    def take(self, milliseconds: int) -> None:
        frame = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        x, y = self.pointer
        outline = [(x + right, y + down) for right, down in ARROW]
        ImageDraw.Draw(frame).polygon(outline, fill="black", outline="white")
        self.frames.append(frame)
        self.durations.append(milliseconds)

    def point(self, at: Locator) -> None:
        box = at.bounding_box()
        assert box
        self.pointer = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.move(*self.pointer)

    def save(self, file: Path) -> None:
        first, *others = self.frames
        first.save(
            file,
            save_all=True,
            append_images=others,
            duration=self.durations,
            loop=0,
            quality=QUALITY,
            method=6,
        )


@contextmanager
def opened(address: str, scheme: str) -> Iterator[Page]:
    """Open the page in a browser of its own."""
    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(
            viewport={"width": SIZE["width"], "height": SIZE["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page.goto(address, timeout=180_000)
        expect(page.locator(".welcome h1")).to_be_visible()
        yield page
        browser.close()


def ask(page: Page) -> None:
    """Send what stands in the input, and wait for the answer."""
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.locator(".exchange.answered")).to_have_count(1)
    page.mouse.move(5, 5)


def picture(address: str, scheme: str, file: Path) -> None:
    """Take a picture of an answer with its second citation lit up."""
    with opened(address, scheme) as page:
        page.get_by_test_id("stChatInputTextArea").fill(QUESTION)
        ask(page)
        page.locator(".chip").nth(1).click()
        expect(page.locator("mark.active").first).to_be_in_viewport()
        page.mouse.move(5, 5)
        expect(page.locator(".quotation")).to_be_hidden()
        page.screenshot(path=file)


def film(address: str, file: Path) -> None:
    """Film a question, its answer, and the ways to its source."""
    with opened(address, "light") as page:
        reel = Film(page)
        reel.take(1200)
        box = page.get_by_test_id("stChatInputTextArea")
        for end in range(12, len(QUESTION) + 12, 12):
            box.fill(QUESTION[:end])
            reel.take(120)
        ask(page)
        reel.take(1600)
        chips = page.locator(".chip")
        reel.point(chips.nth(0))
        expect(page.locator(".quotation")).to_be_visible()
        reel.take(2200)
        for place in range(chips.count()):
            reel.point(chips.nth(place))
            chips.nth(place).click()
            expect(page.locator("mark.active").first).to_be_in_viewport()
            expect(page.locator(".quotation")).to_be_hidden()
            reel.take(1800)
        page.locator(".retrieval summary").click()
        reel.point(page.locator(".retrieval summary"))
        page.locator(".retrieval").scroll_into_view_if_needed()
        reel.take(2200)
        reel.save(file)


def main() -> None:
    """Write the pictures into ``docs``."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(ROOT / "app.py", Path(folder) / "home") as address,
    ):
        picture(address, "light", DOCS / "page.png")
        picture(address, "dark", DOCS / "page-dark.png")
        film(address, DOCS / "page.webp")


if __name__ == "__main__":
    main()
