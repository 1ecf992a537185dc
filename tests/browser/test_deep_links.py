"""Addresses of places: copied from a citation, they open the source with its words lit up."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from visits import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
NO_COPYING = NO_CLIPBOARD + "document.execCommand = () => false;"
COPY = "Copy a link to this place"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_copied_link_opens_the_source_at_its_words(
    scripted_page: str, visit: Visitor, width: int
) -> None:
    window = visit(scripted_page, width=width)
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.ask("Show all verdicts")
    window.page.locator(".chip").nth(1).click()
    words = "".join(window.page.locator("mark.active").all_text_contents())
    window.page.get_by_role("button", name=COPY).click()
    expect(window.page.locator(".copied")).to_be_visible()
    link = window.page.evaluate("navigator.clipboard.readText()")
    assert set(parse_qs(urlsplit(link).query)) == {"document", "start", "end"}
    opened = visit(link, width=width)
    expect(opened.page.locator("mark.active").first).to_be_in_viewport()
    assert "".join(opened.page.locator("mark.active").all_text_contents()) == words
    expect(opened.page.locator(".verdict strong")).to_have_text("Linked place")
    opened.screenshot("link")


def test_without_a_clipboard_the_link_is_copied_the_old_way(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page, script=NO_CLIPBOARD)
    window.ask("Show all verdicts")
    window.page.locator(".chip").first.click()
    copy = window.page.get_by_role("button", name=COPY)
    copy.click()
    expect(window.page.locator(".copied")).to_be_visible()
    expect(copy).to_be_focused()


def test_where_nothing_can_be_copied_the_address_is_shown(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page, script=NO_COPYING)
    window.ask("Show all verdicts")
    window.page.locator(".chip").first.click()
    window.page.get_by_role("button", name=COPY).click()
    address = window.page.get_by_label("Copy this address by hand:")
    expect(address).to_be_focused()
    assert "document=" in address.input_value()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("document=unknown&start=1&end=9", "not in the library"),
        ("document=second&start=9&end=1", "within 53 characters"),
        ("document=second&start=0&end=54", "within 53 characters"),
        ("document=second&start=-1&end=zero", "within 53 characters"),
        ("document=monstrous&start=0&end=900000", "more than 20,000 characters"),
    ],
)
def test_a_link_that_points_nowhere_says_so_in_a_sentence(
    scripted_page: str, visit: Visitor, query: str, told: str
) -> None:
    page = visit(f"{scripted_page}/?{query}").page
    expect(page.get_by_role("alert")).to_contain_text(told)
    expect(page.locator("mark.active")).to_have_count(0)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_link_to_a_document_alone_shows_the_document(scripted_page: str, visit: Visitor) -> None:
    page = visit(f"{scripted_page}/?document=second").page
    expect(page.locator(".pane h2")).to_have_text("A second opinion")
    expect(page.get_by_role("alert")).to_have_count(0)
