"""A page in a browser window, and what can be done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

SCREENSHOTS = Path(__file__).parents[2] / "out"


@dataclass
class Visit:
    """A page in a browser window, with all that it complained about or asked of other hosts."""

    page: Page
    name: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda m: self._complain(m.type == "error", m.text))
        self.page.on("pageerror", lambda error: self._complain(True, str(error)))
        self.page.on("dialog", lambda dialog: self._complain(True, dialog.message))
        self.page.on("request", lambda r: self._complain(not _is_local(r.url), r.url))

    def _complain(self, really: bool, text: str) -> None:
        if really:
            self.complaints.append(text)

    def ask(self, question: str) -> None:
        before = self.page.locator(".exchange").count()
        box = self.page.get_by_test_id("stChatInputTextArea")
        box.fill(question)
        box.press("Enter")
        self.expect_answers(before + 1)

    def expect_answers(self, count: int) -> None:
        expect(self.page.locator(".exchange:not(.waiting)")).to_have_count(count)

    def screenshot(self, what: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{what}-{self.name}.png", animations="disabled")


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname == "127.0.0.1" or parts.scheme in ("data", "blob")


Visitor = Callable[..., Visit]
