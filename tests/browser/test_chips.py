"""Each number of an answer: its quotation, its place in the source, and the ways between them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from visits import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def answered(
    visit: Visitor, address: str, question: str = "Show all verdicts", **how: int
) -> Visit:
    window = visit(address, **how)
    window.ask(question)
    window.expect_rest()
    return window


def expect_chosen(page: Page, number: str) -> None:
    expect(page.locator(".number.active")).to_have_text(number)
    expect(page.locator(".verdict .badge")).to_have_text(number)
    expect(page.locator("mark.active").first).to_be_in_viewport()


def test_pointing_at_a_number_shows_its_quotation_until_the_pointer_leaves(
    scripted_page: str, visit: Visitor
) -> None:
    page = answered(visit, scripted_page).page
    card = page.locator(".quotation")
    page.locator(".chip").nth(2).hover()
    expect(card).to_be_visible()
    expect(card.locator("blockquote")).to_have_text("Leaders’ Video Conference held on March 12")
    expect(card).to_contain_text("Moved")
    card.hover()  # one can go there to read
    expect(card).to_be_visible()
    page.locator(".question").hover()
    expect(card).to_be_hidden()


def test_the_focus_shows_the_quotation_and_escape_puts_it_away(
    scripted_page: str, visit: Visitor
) -> None:
    page = answered(visit, scripted_page).page
    page.locator(".chip").nth(1).focus()
    page.keyboard.press("Tab")
    card = page.locator(".quotation")
    expect(card).to_be_visible()
    expect(card.locator(".badge")).to_have_text("3")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator(".chip").nth(2)).to_be_focused()


def test_nothing_that_shows_a_citation_asks_the_server(scripted_page: str, visit: Visitor) -> None:
    window = answered(visit, scripted_page)
    page = window.page
    before = (window.sent, len(window.requests))
    page.locator(".chip").nth(0).click()
    expect_chosen(page, "1")
    page.locator(".number").nth(1).click()
    expect_chosen(page, "2")
    page.locator(".tick").nth(2).click()
    expect_chosen(page, "3")
    page.keyboard.press("n")
    expect_chosen(page, "1")
    page.locator(".chip").nth(1).hover()
    expect(page.locator(".quotation")).to_be_visible()
    page.locator(".retrieval summary").click()
    page.locator(".read").first.click()
    expect(page.locator(".verdict")).to_contain_text("Passage read")
    assert (window.sent, len(window.requests)) == before


def test_the_numbers_stand_in_the_margin_beside_their_words(
    scripted_page: str, visit: Visitor
) -> None:
    page = answered(visit, scripted_page).page
    expect(page.locator(".number")).to_have_text(["1", "2", "3"])
    expect(page.locator(".tick")).to_have_count(3)
    for place in range(3):
        page.locator(".number").nth(place).click()
        number = page.locator(".number.active").bounding_box()
        words = page.locator("mark.active").first.evaluate(
            "node => { const { left, top } = node.getClientRects()[0]; return [left, top] }"
        )
        assert number
        assert number["x"] + number["width"] <= words[0]
        assert abs(number["y"] - words[1]) < number["height"]


def test_n_and_p_step_through_the_citations_and_take_the_focus_along(
    scripted_page: str, visit: Visitor
) -> None:
    page = answered(visit, scripted_page).page
    page.locator(".chip").first.focus()
    for key, number in zip("nnnnp", "12313", strict=True):
        page.keyboard.press(key)
        expect_chosen(page, number)
        expect(page.locator(".chip", has_text=number)).to_be_focused()


def test_n_and_p_are_letters_where_one_types(scripted_page: str, visit: Visitor) -> None:
    page = answered(visit, scripted_page).page
    box = page.get_by_test_id("stChatInputTextArea")
    box.focus()
    page.keyboard.type("np")
    expect(box).to_have_value("np")
    page.locator(".question").hover()
    page.get_by_role("button", name="Edit the question").click()
    page.keyboard.press("End")
    page.keyboard.type(" np")
    expect(page.get_by_label("Your question")).to_have_value("Show all verdicts np")
    expect(page.locator(".number.active")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_escape_returns_from_the_source_to_the_number(
    scripted_page: str, visit: Visitor, width: int
) -> None:
    page = answered(visit, scripted_page, width=width).page
    page.locator(".chip").first.click()
    expect_chosen(page, "1")
    page.locator(".pane .text").focus()
    page.keyboard.press("n")
    expect_chosen(page, "2")
    page.keyboard.press("Escape")
    expect(page.locator(".chip").nth(1)).to_be_focused()
    expect(page.locator(".quotation")).to_be_hidden()


def test_no_card_covers_the_answer_when_the_sheet_goes(scripted_page: str, visit: Visitor) -> None:
    page = answered(visit, scripted_page, width=390).page
    card = page.locator(".quotation")
    page.locator(".chip").first.click()
    expect_chosen(page, "1")
    page.keyboard.press("Escape")  # the dialog gives the focus back, as to a keyboard
    expect(page.locator(".chip").first).to_be_focused()
    page.wait_for_timeout(500)  # longer than a card takes to open
    expect(card).to_be_hidden()
    page.locator(".chip").nth(1).hover()
    expect(card).to_be_visible()


def test_stepping_goes_from_document_to_document(scripted_page: str, visit: Visitor) -> None:
    page = answered(visit, scripted_page, "Cite two documents").page
    page.keyboard.press("Escape")  # out of the input, to the first number
    expect(page.locator(".chip").first).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator(".pane .eyebrow")).to_have_text("Source 1 of 2")
    page.keyboard.press("n")
    expect(page.locator(".pane .eyebrow")).to_have_text("Source 2 of 2")
    expect(page.locator(".pane h2")).to_have_text("A second opinion")
    expect_chosen(page, "2")


def test_a_citation_of_a_paged_document_gives_its_page(scripted_page: str, visit: Visitor) -> None:
    page = answered(visit, scripted_page, "Cite a page").page
    chip = page.locator(".chip")
    expect(chip).to_have_attribute("aria-label", "Citation 1, Exact, p. 2: “the bridge is closed”")
    chip.hover()
    expect(page.locator(".quotation .page")).to_have_text("p. 2")
    chip.click()
    expect(page.locator(".verdict .page")).to_have_text("p. 2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sentence_that_was_not_verified_is_struck_through_with_a_word_and_its_reason(
    scripted_page: str, visit: Visitor, scheme: str
) -> None:
    window = visit(f"{scripted_page}/?review", scheme=scheme)
    window.ask("Review this")
    sentences = window.page.locator(".claim")
    expect(sentences).to_have_count(4)
    struck = sentences.nth(1)
    expect(struck.locator("del")).to_have_text("Japan bought aeroplanes.")
    expect(struck.locator("q")).to_have_text("Japan bought aeroplanes from the United States")
    expect(struck.locator(".rejection")).to_have_text(
        "Not foundThese words are not in the sources."
    )
    assert struck.locator(".rejection .icon").count() == 1
    window.screenshot("review")


def test_the_retrieval_behind_an_answer_is_told_to_the_curious(
    scripted_page: str, visit: Visitor
) -> None:
    window = answered(visit, scripted_page, "Review this")
    page = window.page
    page.get_by_text("How this was found").click()
    fold = page.locator(".retrieval")
    for words in ("Searched for", "Complete after", "1,200 tokens read, 34 written"):
        expect(fold).to_contain_text(words)
    expect(fold.locator(".passage")).to_have_count(4)
    expect(fold.locator(".scores").first).to_have_text("Meaning0.60Words8.5Together0.70Answers70%")
    expect(fold.locator(".cited-as")).to_have_text(["Cited as 1"])
    fold.locator(".read").last.click()
    expect(page.locator("mark.near.active").first).to_be_in_viewport()
    window.screenshot("retrieval")
