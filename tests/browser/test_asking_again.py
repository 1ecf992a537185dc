"""Asking anew: a question edited, an answer that was cut short."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from visits import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_an_edited_question_takes_the_place_of_the_old_one_and_of_what_followed(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page)
    page = window.page
    for question in ("Show all verdicts", "Cite a page", "Cite two documents"):
        window.ask(question)
    second = page.locator(".exchange").nth(1)
    second.get_by_role("button", name="Edit the question").focus()
    page.keyboard.press("Enter")
    expect(second.get_by_text("The exchange after this question will be removed.")).to_be_visible()
    window.screenshot("editing")
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    box.fill("Review this")
    page.keyboard.press("Enter")
    expect(page.locator(".question p")).to_have_text(["Show all verdicts", "Review this"])
    expect(page.locator(".exchange.partial")).to_have_count(2)


def test_editing_can_be_given_up_and_changes_nothing(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    page = window.page
    window.ask("Show all verdicts")
    edit = page.get_by_role("button", name="Edit the question")
    ways: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="Cancel").click(),
    ]
    for leave in ways:
        edit.focus()
        page.keyboard.press("Enter")
        page.get_by_label("Your question").fill("Something else")
        leave()
        expect(edit).to_be_focused()
        expect(page.locator(".question p")).to_have_text(["Show all verdicts"])


def test_an_answer_that_was_stopped_can_be_asked_again(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    page = window.page
    window.begin_to_ask("Write slowly")
    expect(page.locator(".exchange.writing .claim")).to_have_count(3)
    expect(page.get_by_role("button", name="Edit the question")).to_have_count(0)
    page.locator(".stop").click()
    page.locator(".notice").get_by_role("button", name="Ask again").click()
    expect(page.locator(".exchange.writing")).to_have_count(1)
    page.locator(".stop").click()
    expect(page.locator(".notice")).to_be_visible()
