"""The source is shown around what was cited and what should have been, cut at exact places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluation_fakes import FOX, answer, cite, document, gold, passage, refusal, result
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.corpus import Corpus
from rag.evaluation.excerpts import excerpts
from rag.types import Answer, Citation, Span, Verdict

SOURCE = document(FOX)
RAN = Case("ran", "Who ran?", evidence=(Evidence("It ran home"),))


def shown(outcome: Answer, text: str = FOX, case: Case = RAN) -> list[dict[str, Any]]:
    source = document(text)
    came = result(gold(case, source), outcome)
    return excerpts(came, Corpus({Path("fox.txt"): source}))


def test_citations_and_gold_evidence_are_marked_where_they_stand() -> None:
    (excerpt,) = shown(answer("Who ran?", cite(SOURCE, "home before dark")))
    assert (excerpt["document"], excerpt["start"], excerpt["end"]) == ("fox.txt", 0, len(FOX))
    assert excerpt["whole"]
    marked = [(p["text"], p["number"], p["gold"]) for p in excerpt["pieces"]]
    assert marked == [
        ("The quick brown fox jumps over the lazy dog. ", 0, False),
        ("It ran ", 0, True),
        ("home", 1, True),
        (" before dark", 1, False),
        (". The end came soon.", 0, False),
    ]


def test_a_long_source_is_cut_at_a_paragraph_on_each_side() -> None:
    text = "\n\n".join(["Nothing here. " * 20] * 4 + [FOX] + ["Nothing here. " * 20] * 4)
    source = document(text)
    (excerpt,) = shown(answer("Who ran?", cite(source, "The end came")), text)
    words = "".join(piece["text"] for piece in excerpt["pieces"])
    assert words == text[excerpt["start"] : excerpt["end"]]
    assert text[excerpt["start"] - 1] == "\n"
    assert text[excerpt["end"] :].lstrip(" ").startswith("\n")
    assert words == words.strip()
    assert len(FOX) < len(words) < 1200
    assert not excerpt["whole"]


def test_a_refusal_shows_the_evidence_and_the_nearest_passages() -> None:
    text = FOX + " word" * 400 + " A hen sat." + " word" * 400
    source = document(text)
    near, far = shown(refusal("Who ran?", [passage(source, "A hen sat.")]), text)
    assert any(piece["gold"] for piece in near["pieces"])
    assert [piece["text"] for piece in far["pieces"]] == ["A hen sat."]


def test_of_evidence_that_stands_twice_the_place_that_was_cited_is_marked() -> None:
    text = FOX + " word" * 400 + " " + FOX
    source = document(text)
    second = Span(text.rindex("It ran home"), text.rindex("It ran home") + 11)
    cited = Citation(1, source.id, second, "It ran home", Verdict.EXACT)
    (excerpt,) = shown(answer("Who ran?", cited), text)
    assert {"text": "It ran home", "number": 1, "gold": True} in excerpt["pieces"]


def test_a_citation_outside_every_document_is_no_excerpt() -> None:
    lost = Citation(1, "no such document", Span(5, 9), "lost", Verdict.EXACT)
    beyond = Citation(2, SOURCE.id, Span(500, 509), "beyond", Verdict.EXACT)
    found = shown(answer("Who ran?", lost, beyond))
    assert all(e["document"] == "fox.txt" for e in found)


def test_an_excerpt_has_its_page() -> None:
    paged = replace(SOURCE, pages=(Span(0, 45), Span(45, len(FOX))))
    came = result(gold(RAN, paged), answer("Who ran?", cite(paged, "The end")))
    (excerpt,) = excerpts(came, Corpus({Path("fox.pdf"): paged}))
    assert excerpt["page"] == 1


@given(
    st.text(alphabet="ab \n’", min_size=1, max_size=3000),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 900)), min_size=1, max_size=4),
)
def test_pieces_are_the_document_word_for_word(text: str, places: list[tuple[int, int]]) -> None:
    source = document(text)
    spans = [Span(min(a, len(text) - 1), min(a + b + 1, len(text))) for a, b in places]
    cited = [
        Citation(n, source.id, span, span.of(text), Verdict.EXACT)
        for n, span in enumerate(spans, start=1)
        if span.start < span.end
    ]
    for excerpt in shown(answer("Q", *cited), text, Case("c", "Q", answerable=False)):
        words = "".join(piece["text"] for piece in excerpt["pieces"])
        assert words == text[excerpt["start"] : excerpt["end"]]
