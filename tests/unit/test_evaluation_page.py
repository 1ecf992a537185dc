"""A report's page needs nothing else, and whatever it is given stays text."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from evaluation_fakes import FOX, answer, cite, document, gold, passage, refusal, rejecting, result

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.corpus import Corpus
from rag.evaluation.page import NO_PLOTS, page, write_page
from rag.evaluation.report import Report, row_of
from rag.evaluation.results import Crash
from rag.types import Answer

HOSTILE = "</script></mark><img src=x onerror=alert(1)><script>alert(2)</script>'\"&{{ 7*7 }}"
VOID = {"meta", "input", "link", "img", "br"}


class Outline(HTMLParser):
    """Every element of a page with its attributes, its text, and whether it nests well."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [a for _, a in self.elements if name in (a.get("class") or "").split()]


def report_of(text: str, *outcomes: tuple[Case, Answer | Crash], name: str = "fox") -> Report:
    source = document(text)
    corpus = Corpus({Path("fox.txt"): source})
    rows = tuple(
        row_of(number, result(gold(case, source), outcome), corpus, (1,))
        for number, (case, outcome) in enumerate(outcomes, start=1)
    )
    gates = {"evidence_recall": 0.9}
    return Report(f"{name}.eval.yaml", gates, len(rows), rows, {"model": "extractive"})


def fox_report() -> Report:
    source = document(FOX)
    ran = Case("ran", "Who ran?", evidence=(Evidence("It ran home"),), type="fact")
    return report_of(
        FOX,
        (ran, answer("Who ran?", cite(source, "ran home before dark"), short_answer="the fox")),
        (replace(ran, id="again"), refusal("Who ran?", [passage(source, "The end came soon.")])),
        (Case("age", "How old?", answerable=False, type="missing"), refusal("How old?")),
        (Case("crash", "Why?", answers=("so",)), Crash(ValueError("no luck"))),
    )


def hostile_report() -> Report:
    text = f"{FOX} {HOSTILE} The end."
    source = document(text)
    case = Case(HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), (Evidence(HOSTILE),), type=HOSTILE)
    shown = replace(
        rejecting(answer(HOSTILE, cite(source, HOSTILE), text=HOSTILE), HOSTILE),
        short_answer=HOSTILE,
        standalone_question=f"{HOSTILE}?",
    )
    refused = replace(refusal(HOSTILE, [passage(source, HOSTILE)]), notice=HOSTILE)
    crash = Crash(ValueError(HOSTILE))
    named = report_of(text, (case, shown), (case, refused), (case, crash), name=HOSTILE)
    return replace(named, settings={"model": HOSTILE, HOSTILE: HOSTILE})


@cache
def fox_page() -> str:
    return page([fox_report()])


@cache
def hostile_page() -> str:
    return page([hostile_report()])


def test_untrusted_text_never_becomes_markup() -> None:
    outline = Outline(hostile_page())
    assert outline.all("img") == []
    assert len(outline.all("script")) == 1
    assert not [a for _, a in outline.elements for key in a if key.startswith("on")]
    assert outline.text.count(HOSTILE) >= 10
    assert outline.open == []


def test_the_page_allows_its_own_script_and_no_connection() -> None:
    text = fox_page()
    (policy,) = [
        a["content"] for a in Outline(text).all("meta") if "http-equiv" in a and a["content"]
    ]
    script = text[text.index("<script>") + 8 : text.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("make", [fox_page, hostile_page])
def test_the_page_refers_to_nothing_but_itself(make: Callable[[], str]) -> None:
    outline = Outline(make())
    assert not outline.all("link")
    for _, attributes in outline.elements:
        for key, value in attributes.items():
            assert key not in ("src", "srcset", "action", "data")
            if key.endswith("href"):
                assert (value or "").startswith("#")
    assert "url(" not in re.sub(r"url\(#\w+\)", "", make())


def test_citations_and_evidence_are_marked_in_the_source() -> None:
    outline = Outline(fox_page())
    cited = [a for a in outline.of_class("cited") if "data-number" in a]
    assert [a["data-number"] for a in cited] == ["1", "1"]
    assert len(outline.of_class("gold")) >= 3
    assert [a["data-number"] for a in outline.of_class("chip")] == ["1"]


def test_every_case_is_a_row_with_its_outcome() -> None:
    outline = Outline(fox_page())
    outcomes = [a["data-outcome"] for a in outline.of_class("case")]
    assert outcomes == ["right", "missed", "right", "broken"]
    for words in ("ValueError: no luck", "the answerer proposed nothing", "the fox"):
        assert words in outline.text


def test_a_gate_that_fails_is_told_at_the_top() -> None:
    text = Outline(fox_page()).text
    assert "1 of 1 gates fail" in text
    assert "evidence_recall is 0.5000 (n = 2), below its gate 0.9" in text
    held = replace(fox_report(), gates={"evidence_recall": 0.5})
    assert "The gate holds" in Outline(page([held])).text


def test_groups_have_their_measures() -> None:
    text = Outline(fox_page()).text
    assert "By type" in text
    assert "By document" in text


def test_several_sets_and_none_make_a_page_too() -> None:
    both = Outline(page([fox_report(), replace(fox_report(), name="again.eval.yaml")]))
    assert len(both.of_class("case")) == 8
    assert "again.eval.yaml · ran" in both.text
    assert "No set" in Outline(page([])).text


def test_attempts_are_told_apart_and_flickering_is_named() -> None:
    report = fox_report()
    ran, again = report.rows[:2]
    rows = (ran, replace(again, number=1, attempt=2, record={**again.record, "id": "ran"}))
    text = Outline(page([replace(report, rows=rows)])).text
    assert "ran right 1 of 2 times" in text
    assert "ran · attempt 2" in text


def test_the_same_report_makes_the_same_page() -> None:
    assert page([fox_report()]) == fox_page()


def test_without_matplotlib_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    text = page([fox_report()])
    assert NO_PLOTS in Outline(text).text
    assert "<svg" not in text


def test_a_page_is_written_whatever_characters_it_holds(tmp_path: Path) -> None:
    case = Case("odd", "What? \ud800\x00\u202e", answerable=False)
    path = tmp_path / "out" / "report.html"
    write_page(path, [report_of(FOX, (case, refusal(case.question)))])
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
