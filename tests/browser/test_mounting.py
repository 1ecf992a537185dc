"""The component by itself, taken out and put in again as Streamlit does it, at the worst moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_fakes import article, verdicts
from playwright.sync_api import Browser, Page

from rag.ui.component import FRONTEND, LONGEST_QUESTION, SCRIPTS
from rag.ui.conversation import Answered
from rag.ui.conversation_view import conversation_view

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

_ADDRESS = "http://127.0.0.1/empty"  # nobody serves it; without an address there are no cookies
_MOUNTING = """async ([html, js, data]) => {
  const code = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const { default: draw } = await import(code);
  window.mount = () => {
    const host = document.body.appendChild(document.createElement("div"));
    const root = host.attachShadow({ mode: "open" });
    root.innerHTML = html;
    window.unmount = () => host.remove();
    draw({ data, parentElement: root, setTriggerValue: () => {} });
  };
  window.focused = () => document.activeElement.shadowRoot?.activeElement?.dataset.mark ?? "";
  const box = document.body.appendChild(document.createElement("div"));
  box.dataset.testid = "stChatInput";
  box.append(document.createElement("textarea"));
  window.mount();
}"""


@pytest.fixture
def mounted(chromium: Browser) -> Iterator[Page]:
    """Return a page with an answer of three citations and the box that one asks in."""
    view = conversation_view([Answered("Q?", verdicts(article()))], [], [])
    more = {"feedback": {}, "reading": {"document": "", "serial": 0}}
    data = {
        **view,
        **more,
        "browser": {"cookie": "", "key": ""},
        "longest_question": LONGEST_QUESTION,
    }
    js = "\n".join((FRONTEND / name).read_text("utf-8") for name in SCRIPTS)
    page = chromium.new_page()
    page.route(
        _ADDRESS, lambda route: route.fulfill(body="<body tabindex=-1>", content_type="text/html")
    )
    page.goto(_ADDRESS)
    page.evaluate(_MOUNTING, [(FRONTEND / "conversation.html").read_text("utf-8"), js, data])
    yield page
    page.close()


def remount(page: Page) -> None:
    page.evaluate("window.unmount()")
    page.evaluate("window.mount()")


def test_the_focus_stays_on_a_number_when_the_page_is_mounted_anew(mounted: Page) -> None:
    mounted.locator(".chip").nth(1).focus()
    remount(mounted)
    assert mounted.evaluate("window.focused()") == "1-2"


@pytest.mark.parametrize("asked_in", ["textarea", "body"])
def test_escape_while_the_page_is_out_leads_to_the_number_when_it_is_back(
    mounted: Page, asked_in: str
) -> None:
    mounted.locator(asked_in).focus()
    mounted.evaluate("window.unmount()")
    mounted.keyboard.press("Escape")
    mounted.evaluate("window.mount()")
    assert mounted.evaluate("window.focused()") == "1-1"


def test_the_focus_is_not_taken_from_where_one_types(mounted: Page) -> None:
    mounted.locator(".chip").first.focus()
    mounted.locator("textarea").focus()
    remount(mounted)
    assert mounted.evaluate("document.activeElement.tagName") == "TEXTAREA"
