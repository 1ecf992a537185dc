"""How an answer was found, told to the curious."""

from __future__ import annotations

from dataclasses import replace

from page_fakes import COMMITMENT, answer, article, citation, passage

from rag.types import Answer, JudgedSentence, Passage, Scores, Span
from rag.ui import strings
from rag.ui.job import Timings
from rag.ui.retrieval_view import EXCERPT_LENGTH, RetrievalView, retrieval_view

ARTICLE = article()
CITED = citation(ARTICLE, COMMITMENT)
REPLY = answer(ARTICLE, ("It was committed.", CITED))


def told(reply: Answer = REPLY, timings: Timings | None = None) -> RetrievalView:
    return retrieval_view("1", reply, timings or Timings())


def test_the_steps_that_were_timed_are_told_and_no_others() -> None:
    facts = told(timings=Timings(passages=0.214, end=12.4))["facts"]
    assert {fact["name"]: fact["value"] for fact in facts[1:]} == {
        strings.TIME_TO_PASSAGES: "0.21 s",
        strings.TIME_TO_END: "12 s",
    }


def test_the_question_that_was_searched_for_is_told() -> None:
    reply = replace(REPLY, question="And Japan?", standalone_question="Who came from Japan?")
    assert told(reply)["facts"][0]["value"] == "Who came from Japan?"


def test_a_passage_tells_its_scores_and_the_numbers_that_stand_in_it() -> None:
    around = Span(CITED.span.start - 20, CITED.span.end + 20)
    judged = (JudgedSentence(CITED.span, None, 0.43),)
    read = Passage(1, ARTICLE, around, Scores(dense=0.5, lexical=3.0, fused=0.6), judged)
    first, second = told(replace(REPLY, passages=(read, passage(ARTICLE, 2))))["passages"]
    assert [score["value"] for score in first["scores"]] == ["0.50", "3.0", "0.60", "43%"]
    assert (first["cited"], second["cited"]) == ("Cited as 1", "")
    assert len(second["scores"]) == 3


def test_a_passage_of_monstrous_length_is_told_in_a_few_words() -> None:
    monster = replace(ARTICLE, text="m" * 1_000_000)
    read = Passage(1, monster, Span(0, 1_000_000), Scores(0.5, 3.0, 0.6))
    (view,) = told(replace(REPLY, passages=(read,)))["passages"]
    assert len(view["excerpt"]) < EXCERPT_LENGTH + 5
    assert len(str(view)) < 3_000
