"""For everybody: contrast and names, what a screen reader hears, and a page that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from visits import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

AXE_SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
AXE = """() => axe.run({
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})"""
GRAVE = ("serious", "critical")
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, startTime } of list.getEntries()) window.shifts.push({ value, startTime });
}).observe({ type: "layout-shift", buffered: true });
"""
STILL = (
    0.005  # a twentieth of what counts as good; Streamlit's own icon in the input moves a little
)


def expect_accessible(page: Page) -> None:
    """Check that axe-core finds nothing serious or critical."""
    found: dict[str, Any] = page.evaluate(AXE)
    assert found["passes"], "axe looked at nothing"
    grave = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found["violations"]
        if violation["impact"] in GRAVE
    ]
    assert grave == []


def ask_behind_a_sheet(window: Visit, question: str) -> None:
    window.page.keyboard.press("Escape")
    expect(window.page.locator(".sheet")).to_be_hidden()
    window.ask(question)


def states_of(window: Visit) -> Iterator[str]:
    """Bring a window, in review mode, from one state into the next, and name each."""
    page = window.page
    states: dict[str, Callable[[], None]] = {
        "empty": lambda: None,
        "refused": lambda: window.ask("Is this said?"),
        "reviewed": lambda: window.ask("Review this"),
        "unfolded": lambda: page.locator(".retrieval summary").last.click(),
        "edited": lambda: page.get_by_role("button", name="Edit the question").first.click(),
        "pointed": lambda: page.locator(".chip").last.hover(),
        "cited": lambda: page.locator(".chip").last.click(),
        "failed": lambda: ask_behind_a_sheet(window, "Fail always"),
    }
    for name, reach in states.items():
        reach()
        if name == "pointed":
            expect(page.locator(".quotation")).to_be_visible()
        window.expect_rest()
        yield name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
def test_every_state_fits_the_window(
    scripted_page: str, visit: Visitor, width: int, scheme: str
) -> None:
    window = visit(f"{scripted_page}/?review", width=width, scheme=scheme)
    for state in states_of(window):
        window.screenshot(f"state-{state}")
        assert window.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "light"), (1440, "dark")])
def test_axe_finds_nothing_grave_in_any_state(
    scripted_page: str, visit: Visitor, width: int, scheme: str
) -> None:
    window = visit(f"{scripted_page}/?review", width=width, scheme=scheme)
    window.page.evaluate(AXE_SCRIPT)
    for _ in states_of(window):
        expect_accessible(window.page)


def test_a_screen_reader_hears_each_sentence_and_its_citations_once(
    scripted_page: str, visit: Visitor
) -> None:
    window, other = visit(scripted_page), visit(scripted_page)
    page = window.page
    told = page.locator(".answers-told p")
    expect(page.locator(".answers-told")).to_have_attribute("aria-live", "polite")
    window.begin_to_ask("Write slowly")
    expect(page.locator(".exchange.writing .claim")).to_have_count(3)
    chip = page.locator(".chip").first
    chip.focus()
    sentence = page.locator(".claim").first.element_handle()
    other.ask("Go on")
    expect(page.locator(".exchange.partial")).to_have_count(1)
    heard = [text for text in told.all_text_contents() if text != "Reading the documents…"]
    assert heard[0].startswith("The new administration committed itself. Citation 1, Exact: “Japan")
    assert heard[3:] == [
        "3 quotations, each found in the source",
        "1 statement was not verified and left out",
    ]
    assert len(heard) == len(set(heard)) == 5
    expect(chip).to_be_focused()  # the sentences are those that were written, not drawn again
    assert sentence.evaluate("node => node.isConnected")
    for live in ("log", "status"):
        assert page.locator(f".exchanges[role={live}], .exchanges [role={live}]").count() == 0


def test_a_choice_is_heard_too(scripted_page: str, visit: Visitor) -> None:
    window = visit(scripted_page)
    window.ask("Show all verdicts")
    window.page.locator(".chip").first.focus()
    window.page.keyboard.press("p")
    expect(window.page.locator(".doings-told")).to_contain_text("Citation 3, Moved: “Leaders’")


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_when_an_answer_arrives(
    scripted_page: str, visit: Visitor, width: int
) -> None:
    window = visit(scripted_page, width=width, script=SHIFTS)
    other = visit(scripted_page)
    page = window.page
    began = page.evaluate("performance.now()")
    window.begin_to_ask("Take your time")
    expect(page.locator(".exchange.waiting")).to_have_count(1)
    other.ask("Go on")
    window.expect_answers(1)
    window.begin_to_ask("Write slowly")
    expect(page.locator(".exchange.writing .claim")).to_have_count(3)
    other.ask("Go on")
    expect(page.locator(".exchange.partial")).to_have_count(1)
    window.expect_rest()
    shifts = page.evaluate("window.shifts")
    assert sum(s["value"] for s in shifts if s["startTime"] > began) < STILL
