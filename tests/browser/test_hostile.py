"""Documents and questions that would like to be more than text."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, expect
from visits import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HOSTILE = (
    "<script>window.harmed = 1</script> "
    "<img src=http://evil.example/a.png onerror=window.harmed=2> "
    "![picture](http://evil.example/b.png) [link](javascript:window.harmed=3) "
    "<b>bold</b> http://evil.example \u202egnp.c"
)
NOTE = f"""# The zebra note {HOSTILE}

The zebra of the note weighs four hundred kilograms <script>window.harmed = 1</script>.

The zebra sleeps standing up. {"z" * 2_000} {HOSTILE}
"""
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
