"""Conversations that last, feedback that becomes tests, chosen documents: in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from visits import Visit, Visitor

from rag.evaluation.set_files import read_set

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

ARTICLE = "The Japan-US Alliance During the Biden Administration"
QUESTION = "Show all verdicts"


def sidebar(page: Page) -> None:
    """Open the sidebar where it is closed."""
    if (button := page.get_by_test_id("stExpandSidebarButton")).is_visible():
        button.click()


def earlier(page: Page, title: str) -> None:
    sidebar(page)
    page.locator("[class*=st-key-reopen-]").get_by_role("button", name=title).click()


def download(page: Page, label: str) -> str:
    sidebar(page)
    if not page.get_by_role("button", name=label).is_visible():
        page.get_by_role("button", name="Export").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name=label).click()
    return Path(downloading.value.path()).read_text("utf-8")


def test_a_conversation_is_found_again_by_the_same_browser_only(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page)
    window.ask(QUESTION)
    expect(window.page.locator("[class*=st-key-reopen-]")).to_have_count(1)
    window.page.reload()
    expect(window.page.locator(".welcome h1")).to_be_visible()
    earlier(window.page, QUESTION)
    expect(window.page.locator(".exchange .chip")).to_have_count(3)
    window.page.locator(".chip").first.click()
    expect(window.page.locator("mark.active").first).to_be_in_viewport()
    other = visit(scripted_page)
    expect(other.page.locator("[class*=st-key-reopen-]")).to_have_count(0)


def test_a_reload_while_an_answer_is_written_does_not_lose_it(
    scripted_page: str, visit: Visitor
) -> None:
    window = visit(scripted_page)
    window.begin_to_ask("Write slowly")
    expect(window.page.locator(".exchange .chip")).to_have_count(3)
    window.page.reload()
    expect(window.page.locator(".welcome h1")).to_be_visible()
    other = visit(scripted_page)
    other.ask("Go on")
    for _ in range(10):  # the answer is kept a moment after that
        window.page.reload()
        expect(window.page.locator(".welcome h1")).to_be_visible()
        window.expect_rest()
        if window.page.locator("[class*=st-key-reopen-]").count():
            break
    earlier(window.page, "Write slowly")
    expect(window.page.locator(".exchange:not(.waiting) .chip")).to_have_count(3)


def test_a_deleted_conversation_can_be_put_back(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    window.ask(QUESTION)
    window.page.get_by_role("button", name=f"Delete {QUESTION}").click()
    expect(window.page.locator(".exchange")).to_have_count(0)
    window.page.get_by_role("button", name="Undo").click()
    earlier(window.page, QUESTION)
    expect(window.page.locator(".exchange")).to_have_count(1)


def test_an_exported_page_links_its_citations_and_asks_nothing_of_anyone(
    scripted_page: str, visit: Visitor, tmp_path: Path
) -> None:
    window = visit(scripted_page)
    window.ask(QUESTION)
    assert "[^3]: “" in download(window.page, "Markdown with footnotes")
    assert len(json.loads(download(window.page, "JSON"))["exchanges"]) == 1
    saved = tmp_path / "saved.html"
    saved.write_text(download(window.page, "Web page"), "utf-8")
    other = window.page.context.new_page()
    requests: list[str] = []
    other.on("request", lambda request: requests.append(request.url))
    other.goto(saved.as_uri())
    other.get_by_role("link", name="[2]").click()
    expect(other.locator("#quotation-2")).to_be_in_viewport()
    assert all(url.startswith("file:") for url in requests)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_right_answer_becomes_a_case_with_what_was_left_ticked(
    scripted_page: str, visit: Visitor, width: int, scheme: str
) -> None:
    window = visit(scripted_page, width=width, scheme=scheme)
    window.ask(QUESTION)
    page = window.page
    page.get_by_role("button", name="Right", exact=True).click()
    expect(page.locator(".evidence input")).to_have_count(3)
    page.locator(".evidence input").nth(1).uncheck()
    window.screenshot("ticks")
    page.get_by_role("button", name="Keep as a test case").click()
    told = page.locator(".feedback-told")
    expect(told).to_contain_text("from_the_page.eval.yaml")
    expect(page.get_by_role("button", name="Right", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    window.screenshot("judged")
    (case,) = read_set(Path(told.inner_text().split(" in ", 1)[1])).cases
    assert len(case.evidence) == 2


def test_a_wrong_answer_is_noted_by_the_keyboard_alone(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    window.ask("Cite two documents")
    button = window.page.get_by_role("button", name="Wrong")
    button.focus()
    window.page.keyboard.press("Enter")
    expect(window.page.locator(".feedback-told")).to_contain_text("from_the_page.wrong.yaml")
    expect(window.page.get_by_role("button", name="Wrong")).to_be_focused()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_document_is_chosen_and_read_without_a_question(
    scripted_page: str, visit: Visitor, width: int, scheme: str
) -> None:
    window = visit(scripted_page, width=width, scheme=scheme)
    page = window.page
    sidebar(page)
    page.get_by_role("button", name="None").click()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_disabled()
    page.locator(".st-key-ask-second label").click()
    expect(page.get_by_text("Asking only “A second opinion”")).to_be_attached()
    window.screenshot("chosen")
    page.get_by_role("button", name=f"Read {ARTICLE}").click()
    expect(page.locator(".pane h2")).to_be_visible()
    expect(page.locator(".pane h2")).to_contain_text("The Japan-US Alliance")
    window.screenshot("read")
    page.keyboard.press("Escape")  # closes the sheet of a narrow window
    page.get_by_role("button", name="Read A second opinion").click()
    expect(page.locator(".pane h2")).to_have_text("A second opinion")
    expect(page.locator(".exchange")).to_have_count(0)


def test_several_files_are_added_and_each_refusal_is_said(real_page: str, visit: Visitor) -> None:
    window = visit(real_page)
    files = [
        FilePayload(name=name, mimeType="text/plain", buffer=data)
        for name, data in (("one.txt", b"One."), ("empty.txt", b" "), ("two.txt", b"Two."))
    ]
    window.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    expect(window.page.get_by_text("Added: one")).to_be_visible()
    expect(window.page.get_by_text("Added: two")).to_be_visible()
    expect(window.page.get_by_text("empty.txt has no text")).to_be_visible()
    window.screenshot("added")


def suggestions_of(window: Visit) -> list[str]:
    expect(window.page.locator(".suggestion").first).to_be_visible()
    return window.page.locator(".suggestion span").all_inner_texts()


def test_the_first_paint_does_not_wait_for_suggestions(real_page: str, visit: Visitor) -> None:
    window = visit(real_page)  # returns once the welcome is there
    assert 1 <= len(suggestions_of(window)) <= 4
