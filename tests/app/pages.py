"""A page that is run without a browser: what is on it, and what can be done there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from page_fakes import FakeAsker
from streamlit.testing.v1 import AppTest

from rag.conversations import Conversations
from rag.ui import session

APP = Path(__file__).parents[2] / "app.py"
Open = Callable[..., AppTest]
"""Opens the page with a scripted assistant, or with the error that opening one raises."""


@contextmanager
def pages_opened(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Open]:
    """Let pages be opened with a scripted assistant, and with conversations in ``folder``."""

    def open_with(scripted: FakeAsker | Exception) -> AppTest:
        def open_asker() -> FakeAsker:
            if isinstance(scripted, Exception):
                raise scripted
            return scripted

        monkeypatch.setattr(session, "open_asker", open_asker)
        session.assistant.clear()
        session.conversations.clear()
        return AppTest.from_file(APP, default_timeout=30).run()

    file = folder / "conversations.sqlite3"
    monkeypatch.setattr(session, "open_conversations", lambda: Conversations(file))
    yield open_with
    session.assistant.clear()
    session.conversations.clear()


def view(page: AppTest) -> dict[str, Any]:
    """Return what the component was given to draw."""
    (component,) = page.get("bidi_component")
    found: dict[str, Any] = json.loads(component.proto.json)
    return found


def ask(page: AppTest, question: str) -> AppTest:
    return page.chat_input[0].set_value(question).run()


def words(page: AppTest) -> list[str]:
    """Return all plain text of the sidebar and the page."""
    return [element.value for element in page.text]


def rendered(page: AppTest) -> str:
    """Return all that Streamlit draws as Markdown or HTML, or may draw so."""
    elements = [*page.markdown, *page.caption, *page.title, *page.subheader, *page.get("html")]
    labels = [element.label for element in (*page.button, *page.expander)]
    return "\n".join([*(str(element.value) for element in elements), *labels])


def when(page: AppTest, holds: Callable[[AppTest], bool]) -> AppTest:
    """Run the page again until something in the background has come, for a few seconds."""
    for _ in range(100):
        if holds(page):
            break
        time.sleep(0.05)
        page = page.run()
    return page


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return page.file_uploader[0].set_value([(n, b, "text/plain") for n, b in files]).run()


def press(page: AppTest, label: str) -> AppTest:
    """Press the first button whose name begins so."""
    return next(button for button in page.button if button.label.startswith(label)).click().run()


def exchanges(page: AppTest) -> list[dict[str, Any]]:
    """Return the exchanges that the component was given to draw."""
    found: list[dict[str, Any]] = view(page)["exchanges"]
    return found
