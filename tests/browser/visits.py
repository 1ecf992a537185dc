"""A page in a browser window, and what can be done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

_FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return `${node?.className ?? ""} ${node?.textContent ?? ""}`.trim();
}"""
SCREENSHOTS = Path(__file__).parents[2] / "out"


@dataclass
class Visit:
    """A page in a browser window, with all that it complained about or asked of other hosts."""

    page: Page
    name: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    sent: int = 0

    def watch(self) -> None:
        self.page.on("console", lambda m: self._complain(m.type == "error", m.text))
        self.page.on("pageerror", lambda error: self._complain(True, str(error)))
        self.page.on("dialog", lambda dialog: self._complain(True, dialog.message))
        self.page.on("request", lambda r: self._complain(not _is_local(r.url), r.url))
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("websocket", lambda socket: socket.on("framesent", self._count_message))

    def _count_message(self, _: object) -> None:
        self.sent += 1

    def _complain(self, really: bool, text: str) -> None:
        if really:
            self.complaints.append(text)

    def begin_to_ask(self, question: str) -> None:
        box = self.page.get_by_test_id("stChatInputTextArea")
        box.fill(question)
        box.press("Enter")

    def ask(self, question: str) -> None:
        before = self.page.locator(".exchange").count()
        self.begin_to_ask(question)
        self.expect_answers(before + 1)

    def expect_answers(self, count: int) -> None:
        expect(self.page.locator(".exchange:not(.waiting)")).to_have_count(count)

    def expect_rest(self) -> None:
        """Wait until the script of the page has come to its end."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")

    def focused(self) -> str:
        """Return the class and the label of what has the focus."""
        found: str = self.page.evaluate(_FOCUSED)
        return found

    def screenshot(self, what: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{what}-{self.name}.png", animations="disabled")


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname == "127.0.0.1" or parts.scheme in ("data", "blob")


Visitor = Callable[..., Visit]
