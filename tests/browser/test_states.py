"""What the real assistant never says: every verdict, words left out, a failure."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from visits import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_what_was_left_out_is_told_with_its_reason(
    scripted_page: str, visit: Visitor, width: int, scheme: str
) -> None:
    window = visit(scripted_page, width=width, scheme=scheme)
    window.ask("Show all verdicts")
    left_out = window.page.locator(".rejections")
    left_out.get_by_text("1 statement was not verified and left out").click()
    expect(left_out.get_by_text("These words are not in the sources.")).to_be_visible()
    window.screenshot("partial")


def test_each_verdict_is_said_in_words(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    window.ask("Show all verdicts")
    for chip, verdict in enumerate(("Exact", "Typography differs", "Moved")):
        window.page.locator(".chip").nth(chip).click()
        expect(window.page.locator(".verdict strong")).to_have_text(verdict)
        expect(window.page.locator(".verdict .explanation")).to_contain_text("The source has these")


def test_a_citation_of_another_document_shows_that_document(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page)
    window.ask("Cite two documents")
    title = window.page.locator(".pane h2")
    for number, words in ((0, "The Japan-US Alliance"), (1, "A second opinion")):
        window.page.locator(".chip").nth(number).click()
        expect(title).to_contain_text(words)
        expect(window.page.locator("mark.active").first).to_be_in_viewport()


def test_an_older_answer_keeps_its_citations(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    window.ask("Cite two documents")
    window.ask("Show all verdicts")
    window.page.locator(".exchange").first.locator(".chip").nth(1).click()
    expect(window.page.locator(".pane h2")).to_have_text("A second opinion")
    expect(window.page.locator("mark.active").first).to_be_in_viewport()


def test_a_failure_keeps_the_question_and_can_be_tried_again(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page)
    window.ask("Fail every other time")
    expect(window.page.locator(".failure")).to_contain_text("The server is down.")
    expect(window.page.get_by_test_id("stChatInputTextArea")).to_have_value("Fail every other time")
    window.screenshot("failure")
    window.page.get_by_role("button", name="Try again").click()
    expect(window.page.locator(".exchange.partial")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_sentences_appear_while_more_is_written_and_stay_when_it_is_stopped(
    scripted_page: str, visit: Visitor, width: int
) -> None:
    window = visit(scripted_page, width=width)
    window.begin_to_ask("Write slowly")
    writing = window.page.locator(".exchange.writing")
    expect(writing.locator(".claim")).to_have_count(3)
    writing.locator(".chip").first.click()
    expect(window.page.locator("mark.active").first).to_be_in_viewport()
    window.screenshot("writing")
    if width < 900:
        window.page.get_by_role("button", name="Close the source").click()
    writing.get_by_role("button", name="Stop").click()
    expect(window.page.locator(".notice")).to_contain_text("You stopped this answer")
    expect(window.page.locator(".exchange.partial .claim")).to_have_count(3)


def test_while_it_works_the_page_says_so(scripted_page: str, visit: Visitor) -> None:
    window, other = visit(scripted_page), visit(scripted_page)
    window.begin_to_ask("Take your time")
    expect(window.page.locator(".status")).to_contain_text("Reading the documents…")
    window.screenshot("waiting")
    other.ask("Go on")
    window.expect_answers(1)
