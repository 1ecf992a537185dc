"""The report of an evaluation in a real browser: filter, open a case, see the citation lit up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visits import SCREENSHOTS

from rag.evaluation.page import write_page
from rag.evaluation.runner import run_sets
from rag.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ARTICLE = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
HOSTILE = "<img src=https://example.com/x onerror=alert(1)><script>alert(2)</script>"
SET = f"""
documents: [article.txt, hostile.txt]
gates: {{quote_exactness: 1.0}}
cases:
  - id: points
    type: list
    question: What are the three points that show the meeting’s significance?
    evidence: [The second point is that Japan and the United States affirmed their strong support]
  - id: opera
    type: unanswerable
    question: Who composed the opera Tosca?
    answerable: false
  - id: hostile
    type: hostile
    question: 'What does the hostile note about pelicans say? {HOSTILE}'
    evidence: ['pelicans say {HOSTILE}']
"""
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of a set that the built-in answerer was asked."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "article.txt").write_bytes(ARTICLE.read_bytes())
    hostile = f"The hostile note about pelicans.\n\nIn it the pelicans say {HOSTILE} all day.\n"
    (folder / "hostile.txt").write_text(hostile, encoding="utf-8")
    (folder / "mixed.eval.yaml").write_text(SET, encoding="utf-8")
    reports = run_sets([folder / "mixed.eval.yaml"], Settings(home=folder / "home"))
    write_page(folder / "report.html", reports)
    return folder / "report.html"


@pytest.fixture
def opened(chromium: Browser, report: Path) -> Iterator[Opener]:
    """Open the report in new windows; none may complain or ask for anything but the file."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_window(*, width: int = 1440, scheme: str = "light", anchor: str = "") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: complaints.append(request.url))
        pages.append(page)
        page.goto(f"{report.as_uri()}{anchor}")
        return page

    yield open_window
    for page in pages:
        page.context.close()
    own = report.as_uri()
    assert [words for words in complaints if words.partition("#")[0] != own] == []


def case(page: Page, case_id: str) -> Locator:
    return page.locator(".case", has=page.locator(f".id:text-is('{case_id}')"))


def test_a_case_opens_with_its_citations_lit_up_in_the_source(opened: Opener) -> None:
    page = opened()
    box = case(page, "points")
    expect(box.locator(".detail")).to_be_hidden()
    box.locator(".question").click()
    expect(box.locator(".asked button")).to_have_attribute("aria-expanded", "true")
    chip = box.locator(".chip").last
    chip.click()
    lit = box.locator("mark.active").first
    expect(lit).to_be_in_viewport()
    expect(lit).to_have_attribute("data-number", chip.inner_text())
    expect(chip).to_have_attribute("aria-pressed", "true")
    colour = "node => getComputedStyle(node).backgroundColor"
    assert lit.evaluate(colour) != box.locator("mark:not(.active)").first.evaluate(colour)
    words = "".join(box.locator("mark.active").all_text_contents())
    claim = box.locator(".claim", has=page.locator(f".chip[data-number='{chip.inner_text()}']"))
    assert words.split()[:5] == claim.inner_text().split()[:5]


def test_cases_are_filtered_by_outcome_type_and_words(opened: Opener) -> None:
    page = opened()
    shown = page.locator(".case:visible")
    expect(shown).to_have_count(3)
    page.get_by_label("Search").fill("tosca")
    expect(shown).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 of 3")
    page.get_by_label("Search").fill("tosca japan")
    expect(page.get_by_text("No case is like that.")).to_be_visible()
    page.get_by_role("button", name="Show all cases").click()
    expect(shown).to_have_count(3)
    page.get_by_role("combobox", name="Type").select_option("list")
    expect(shown).to_have_count(1)
    page.get_by_role("combobox", name="Type").select_option("")
    page.get_by_role("combobox", name="Document").select_option("hostile.txt")
    expect(shown).to_have_count(1)
    page.get_by_role("combobox", name="Document").select_option("")
    page.get_by_role("radio", name="Broken").check(force=True)
    expect(shown).to_have_count(0)


def test_the_keyboard_alone_is_enough(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the cases")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("points")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="All")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(case(page, "points").locator(".asked button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(case(page, "points").locator(".detail")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(case(page, "points").locator("mark.active").first).to_be_in_viewport()


def test_a_link_to_a_case_opens_it(opened: Opener) -> None:
    page = opened(anchor="#case-2")
    expect(page.locator("#case-2 .detail")).to_be_visible()
    expect(page.locator("#case-1 .detail")).to_be_hidden()


def test_hostile_words_are_shown_and_do_nothing(opened: Opener) -> None:
    page = opened()
    box = case(page, "hostile")
    expect(box.locator(".question")).to_contain_text(HOSTILE)
    box.locator(".question").click()
    expect(box.locator(".text").first).to_contain_text(HOSTILE)
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_report_is_readable_on_every_screen(opened: Opener, width: int, scheme: str) -> None:
    page = opened(width=width, scheme=scheme)
    expect(page.locator(".chart svg")).to_have_count(4)
    case(page, "points").locator(".question").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ink, paper = page.evaluate("""() => {
      const style = getComputedStyle(document.body);
      const light = (colour) => colour.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + +b, 0);
      return [light(style.color), light(style.backgroundColor)];
    }""")
    assert (ink < paper) is (scheme == "light")
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"report-{width}-{scheme}.png", full_page=True)
