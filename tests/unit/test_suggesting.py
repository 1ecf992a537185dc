"""Suggested questions are made from statements that leave no doubt, and each is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import load_bytes, load_file
from rag.limits import DEFAULT_LIMITS
from rag.suggesting import MOST, candidates, suggest
from rag.suggesting.forms import questions_about
from rag.suggesting.verbs import base_of_past, base_of_present
from rag.types import Answer, Citation, Claim, Document, Passage, Scores, Span, Status, Verdict

ROOT = Path(__file__).parents[2]
NAMES = frozenset({"Heron", "Cresswell", "Ostvik", "Skarholm", "Ferries", "Dr."})

ASKED = {
    "The library reopened on 3 February 2023.": "When did the library reopen?",
    "The Cresswell works was opened on 14 March 2023.": "When was the Cresswell works opened?",
    "On 17 February the Heron struck the quay at Ostvik in strong wind.": (
        "When did the Heron strike the quay at Ostvik in strong wind?"
    ),
    "The delay was caused by a shortage of control cabinets.": "What caused the delay?",
    "Operating costs rose to $10.37 million, mainly because electricity cost more.": (
        "Why did operating costs rise to $10.37 million?"
    ),
    "The company operates four routes.": "How many routes does the company operate?",
    "The department supplied 6.42 million cubic metres of water, less than before.": (
        "How many cubic metres of water did the department supply?"
    ),
    "A total of 187 sailings were cancelled, 131 of them because of bad weather.": (
        "How many sailings were cancelled?"
    ),
    "Foreign Minister Motegi Toshimitsu met with Secretary of State Antony Blinken.": (
        "Who met with Secretary of State Antony Blinken?"
    ),
    "The inquiry was led by Dr. Ada Lindqvist.": "Who led the inquiry?",
    "Both nations pledged to work with ASEAN.": "What did both nations pledge to do?",
    "The treaty guarantees free passage to all ships.": "What does the treaty guarantee?",
    "The department reduced leakage by fitting acoustic sensors.": (
        "How did the department reduce leakage?"
    ),
    "The three priorities for the year are as follows.": (
        "What are the three priorities for the year?"
    ),
    "Septicemic plague is a rare form of the disease.": "What is septicemic plague?",
    "Skarholm Ferries was founded in 1911.": "When was Skarholm Ferries founded?",
}
NOT_ASKED = (
    "It reopened on 3 February 2023.",
    "This was caused by a shortage.",
    "We took 9,740 samples, of which 9,731 met every standard.",
    "The ship built in 1988 was sold.",
    "She succeeded Paul Dremmen in 2019.",
    "The first of them opened in 1911.",
    "Such works were opened in 1911.",
    "Opened in 1911.",
    "the library reopened on 3 February 2023",
    "The library reopened on 3 February 2023!",
)


def asked(sentence: str) -> list[str]:
    return [question.text for question in questions_about(sentence, NAMES)]


@pytest.mark.parametrize("sentence", ASKED)
def test_a_plain_statement_is_asked_back(sentence: str) -> None:
    assert ASKED[sentence] in asked(sentence)


@pytest.mark.parametrize("sentence", NOT_ASKED)
def test_what_refers_elsewhere_or_is_not_understood_is_not_asked(sentence: str) -> None:
    assert asked(sentence) == []


@pytest.mark.parametrize(
    ("past", "base"),
    [("carried", "carry"), ("stopped", "stop"), ("opened", "open"), ("moved", "move"),
     ("met", "meet"), ("struck", "strike"), ("glorped", ""), ("bed", "")],
)  # fmt: skip
def test_only_the_past_of_known_verbs_is_understood(past: str, base: str) -> None:
    assert base_of_past(past) == base


def test_a_present_form_that_may_be_a_noun_is_not_a_verb() -> None:
    assert base_of_present("orders") == ""
    assert base_of_present("operates") == "operate"


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(sentence: str) -> None:
    for question in asked(f"The {sentence}."):
        assert question.endswith("?")


def document(text: str) -> Document:
    return load_bytes(text.encode(), source="x.txt", limits=DEFAULT_LIMITS)


NOTE = document(
    "The library reopened on 3 February 2023. The delay was caused by a flood in the cellar.\n\n"
    "The company operates four routes. Both nations pledged to work with the neighbours."
)


def citing(quote: str, probability: float = 0.9) -> Answer:
    start = NOTE.text.index(quote)
    span = Span(start, start + len(quote))
    cited = Citation(1, NOTE.id, span, quote, Verdict.EXACT)
    claims = (Claim(quote, (cited,), probability),)
    passages = (Passage(1, NOTE, Span(0, len(NOTE.text)), Scores(0, 0, 0)),)
    return Answer("?", "?", Status.ANSWERED, claims, (), passages)


def test_a_question_is_suggested_only_if_its_own_sentence_is_the_answer() -> None:
    suggested = suggest(NOTE, lambda question, _: citing("The library reopened on 3 February 2023"))
    assert suggested == ("When did the library reopen?",)


def test_a_refused_or_doubtful_question_is_not_suggested() -> None:
    refusal = Answer("?", "?", Status.NOT_IN_SOURCES, (), (), ())
    assert suggest(NOTE, lambda *_: refusal) == ()
    assert suggest(NOTE, lambda *_: citing("The library reopened", 0.2)) == ()


def test_suggestions_are_few_and_stand_in_the_order_of_the_document() -> None:
    whole = citing(NOTE.text)
    suggested = suggest(NOTE, lambda *_: whole)
    assert len(suggested) == MOST
    assert [suggested.index(q) for q in ("When did the library reopen?",)] == [0]


def test_only_body_text_is_asked_about() -> None:
    text = "# The library was opened in 1911.\n\nA short note stands here."
    heading = load_bytes(text.encode(), source="x.md", limits=DEFAULT_LIMITS)
    assert candidates(heading) == []


def test_the_bundled_article_is_asked_about_sensibly() -> None:
    article = load_file(ROOT / "seeds" / "japan_us_alliance.txt", limits=DEFAULT_LIMITS)
    questions = [candidate.question.text for candidate in candidates(article)]
    assert "Who met with Secretary of State Antony Blinken?" in questions
    assert "What did the U.S. and Japan agree to do?" in questions
