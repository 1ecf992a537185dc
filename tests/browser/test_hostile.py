"""Documents and questions that would like to be more than text."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hostility import HOSTILE
from playwright.sync_api import FilePayload, expect
from visits import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

NOTE = f"""# The zebra note {HOSTILE}

The zebra of the note weighs four hundred kilograms <script>window.harmed = 1</script>.

The zebra sleeps standing up. {"z" * 2_000} {HOSTILE}
"""
LONGEST_SECONDS = 5
# The places, from left to right, of the letters after the character that turns the text.
ORDER = """node => {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf("gnp.c");
    if (at < 0) continue;
    const range = document.createRange();
    return [...Array(5).keys()].map((letter) => {
      range.setStart(walker.currentNode, at + letter);
      range.setEnd(walker.currentNode, at + letter + 1);
      return range.getBoundingClientRect().left;
    });
  }
}"""
INSIDE = """node => {
  const root = node.shadowRoot;
  return root.querySelectorAll("script, img, a, b, iframe, object, link").length;
}"""


def expect_unharmed(window: Visit) -> None:
    """Check that no word became an element, ran, or was fetched (``visit`` looks at requests)."""
    component = window.page.get_by_test_id("stBidiComponentIsolated")
    assert component.evaluate(INSIDE) == 0
    assert window.page.evaluate("window.harmed") is None
    assert window.page.locator("[data-testid=stSidebar] :is(img, a, script, b)").count() == 0


def upload(window: Visit, name: str, text: str) -> None:
    file = FilePayload(name=name, mimeType="text/markdown", buffer=text.encode())
    window.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def test_a_hostile_document_is_text_wherever_it_is_drawn(real_page: str, visit: Visitor) -> None:
    window = visit(real_page)
    upload(window, "<img src=x onerror=alert(1)>.md", NOTE)
    expect(window.page.get_by_text("Added:")).to_be_visible()
    window.ask("How much does the zebra of the note weigh?")
    expect(window.page.locator(".claim").get_by_text("<script>").first).to_be_visible()
    window.page.locator(".chip").first.click()
    expect(window.page.locator(".pane .text")).to_contain_text("<script>window.harmed = 1</script>")
    window.screenshot("hostile")
    expect_unharmed(window)
    assert window.page.evaluate("document.documentElement.scrollWidth") == 1440


def test_a_hostile_question_is_text(real_page: str, visit: Visitor) -> None:
    window = visit(real_page)
    window.ask(HOSTILE)
    expect(window.page.locator(".question p")).to_have_text(HOSTILE)
    expect_unharmed(window)


def test_a_refused_file_is_named_as_text(real_page: str, visit: Visitor) -> None:
    window = visit(real_page)
    upload(window, "![x](http:evil.example) :material:home: <b>.md", " ")
    expect(
        window.page.get_by_test_id("stSidebar").get_by_text("![x](http:evil.example)")
    ).to_be_visible()
    expect_unharmed(window)


def test_a_hostile_model_is_text_in_all_that_it_writes(scripted_page: str, visit: Visitor) -> None:
    window = visit(f"{scripted_page}/?review")
    window.ask("Be hostile")
    page = window.page
    window.expect_rest()
    expect(page.locator(".short-answer")).to_have_text(HOSTILE)
    expect(page.locator(".claim .words").first).to_have_text(HOSTILE)
    expect(page.locator(".unverified del")).to_have_text(HOSTILE)
    expect(page.locator(".notice p")).to_have_text(HOSTILE)
    page.locator(".rejections summary").click()
    page.locator(".retrieval summary").click()
    page.locator(".chip").first.hover()
    expect(page.locator(".quotation blockquote")).to_have_text(HOSTILE)
    page.locator(".chip").first.click()
    expect(page.locator(".pane h2")).to_contain_text("<script>window.harmed = 1</script>")
    window.screenshot("hostile-model")
    expect_unharmed(window)
    assert page.evaluate("document.documentElement.scrollWidth") == 1440


def test_a_character_that_turns_the_text_is_shown_and_turns_nothing(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page)
    window.ask("Be hostile")
    window.page.locator(".chip").first.hover()
    expect(window.page.locator(".quotation")).to_be_visible()
    window.page.locator(".chip").first.click()
    for where in (".claim .words", ".pane .flow", ".pane h2", ".quotation blockquote"):
        control = window.page.locator(f"{where} .control").first
        expect(control).to_have_attribute("data-name", "RLO")
    order = window.page.locator(".flow").evaluate(ORDER)
    assert order == sorted(order)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_word_of_a_million_letters_hangs_nothing(
    scripted_page: str,
    visit: Visitor,
    width: int,
    record_property: Callable[[str, object], None],
) -> None:
    window = visit(scripted_page, width=width)
    window.ask("Be monstrous")
    page = window.page
    expect(page.locator(".claim .cut").first).to_contain_text("995,000 characters not shown")
    began = time.monotonic()
    page.locator(".chip").first.click()
    expect(page.locator("mark.active").first).to_be_visible()
    if width < 900:
        page.keyboard.press("Escape")
    page.locator(".chip").last.click()
    expect(page.locator("mark.active").first).to_be_in_viewport()
    seconds = time.monotonic() - began
    record_property("two_clicks_s", seconds)
    assert seconds < LONGEST_SECONDS
    window.screenshot("monstrous")
    assert page.evaluate("document.documentElement.scrollWidth") == width
