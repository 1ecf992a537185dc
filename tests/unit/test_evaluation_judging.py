"""A case is right, missed or broken, and what went wrong can be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_fakes import FOX, answer, cite, document, gold, passage, refusal, rejecting, result

from rag.answering.extractive import THRESHOLD
from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.corpus import Corpus
from rag.evaluation.judging import Judgement, explain, judge, summarize
from rag.evaluation.report import row_of
from rag.evaluation.results import Crash
from rag.types import Answer, Citation, JudgedSentence, Span, Status, Verdict

SOURCE = document(FOX)
CORPUS = Corpus({Path("docs/fox.txt"): SOURCE})
RAN = Case("ran", "Who ran?", evidence=(Evidence("It ran home"),), answers=("a fox",))
WORDS = Case("words", "Who ran?", answers=("fox",))
AGE = Case("age", "How old?", answerable=False)
HOME, END = cite(SOURCE, "It ran home before dark."), cite(SOURCE, "The end came soon.")
LIE = Citation(2, SOURCE.id, Span(0, 3), "lie", Verdict.EXACT)
READ = JudgedSentence(Span(0, 44), None, 0.2)
CRASH = Crash(ValueError("no luck"))


def judged(case: Case, outcome: Answer | Crash) -> tuple[Judgement, str, str]:
    came = result(gold(case, SOURCE), outcome)
    judgement = judge(row_of(1, came, CORPUS, (1,)).record)
    return judgement, summarize(came, judgement), explain(came, judgement, CORPUS)


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        (RAN, answer("Who ran?", HOME)),
        (RAN, rejecting(answer("Who ran?", HOME), "false words")),
        (WORDS, answer("Who ran?", END, text="A fox!")),
        (AGE, refusal("How old?")),
    ],
)
def test_right_is_recalled_or_matched_or_rightly_refused(case: Case, outcome: Answer) -> None:
    assert judged(case, outcome)[0] is Judgement.RIGHT


@pytest.mark.parametrize(
    ("case", "outcome", "judgement", "summary"),
    [
        (RAN, refusal("Who ran?"), "missed", "refused, though the sources answer"),
        (WORDS, refusal("Who ran?"), "missed", "refused, though the sources answer"),
        (RAN, answer("Who ran?", END), "missed", "cited other words than the evidence"),
        (WORDS, answer("Who ran?", END), "missed", "another answer"),
        (AGE, answer("How old?", END), "missed", "answered, though the sources do not say"),
        (RAN, answer("Who ran?", HOME, LIE), "broken", "a citation does not read as its document"),
        (AGE, answer("How old?", LIE), "broken", "a citation does not read as its document does"),
        (RAN, CRASH, "broken", "ValueError: no luck"),
        (AGE, CRASH, "broken", "ValueError: no luck"),
    ],
)
def test_a_miss_is_told_apart_from_what_is_broken(
    case: Case, outcome: Answer | Crash, judgement: str, summary: str
) -> None:
    found, words, explanation = judged(case, outcome)
    assert found == judgement
    assert words.startswith(summary)
    assert explanation.startswith(f"{judgement}: {summary}")


def test_the_explanation_of_a_miss_sets_the_evidence_beside_what_was_cited() -> None:
    case = replace(
        RAN,
        history=("Was there a fox?",),
        evidence=(Evidence("It ran home"), Evidence("fox")),
        evidence_rule=EvidenceRule.ALL,
    )
    shown = replace(
        answer("Who ran?", END, passages=[passage(SOURCE, FOX)]),
        standalone_question="Who ran, the fox?",
    )
    lines = judged(case, rejecting(shown, "false words"))[2].splitlines()
    assert lines == [
        "missed: cited other words than the evidence",
        "before     Was there a fox?",
        "question   Who ran?",
        "expected   the words “a fox”",
        "evidence   (all of 2) fox.txt:45-56 “It ran home”",
        "evidence   (all of 2) fox.txt:16-19 “fox”",
        "retrieved  by passage 1 of the 1 given",
        "asked as   Who ran, the fox?",
        "status     partial",
        "answer     The end came soon.",
        "cited      [1] fox.txt:70-88 “The end came soon.”",
        "rejected   “false words”: not found in the sources",
        f"passage    1. fox.txt:0-88 “{FOX}”",
    ]


def test_the_explanation_of_a_refusal_shows_the_nearest_passages() -> None:
    nearest = [passage(SOURCE, "It ran home", 1), passage(SOURCE, "The end", 2)]
    lines = judged(RAN, refusal("Who ran?", nearest))[2].splitlines()
    assert lines[-5:] == [
        "retrieved  by passage 1 of the 2 given",
        "status     not_in_sources",
        "because    the answerer proposed nothing",
        "passage    1. fox.txt:45-56 “It ran home”",
        "passage    2. fox.txt:70-77 “The end”",
    ]


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (refusal("Who ran?"), "no passage was retrieved"),
        (refusal("Who ran?", [passage(SOURCE, FOX)]), "the answerer proposed nothing"),
        (
            refusal("Who ran?", [replace(passage(SOURCE, FOX), sentences=(READ,), answers=0.134)]),
            "the answerer proposed nothing; the reader holds the passages for 13% likely to "
            f"answer, and the built-in answerer asks for {THRESHOLD:.0%}",
        ),
        (
            rejecting(refusal("Who ran?", [passage(SOURCE, FOX)]), "false words"),
            "none of what it proposed could be verified",
        ),
        (
            replace(refusal("Who ran?", [passage(SOURCE, FOX)]), notice="The server is down."),
            "The server is down.",
        ),
    ],
)
def test_the_explanation_of_a_refusal_says_why(refused: Answer, reason: str) -> None:
    told = replace(refused, status=Status.NOT_IN_SOURCES)
    assert f"\nbecause    {reason}" in judged(RAN, told)[2]


def test_a_place_has_its_page_where_the_document_has_pages() -> None:
    paged = replace(SOURCE, pages=(Span(0, 45), Span(45, len(FOX))))
    came = result(gold(RAN, paged), answer("Who ran?", cite(paged, "The end came")))
    explanation = explain(came, Judgement.MISSED, Corpus({Path("fox.pdf"): paged}))
    assert "evidence   (any of 1) fox.pdf:45-56 (page 2) “It ran home”" in explanation
    assert "cited      [1] fox.pdf:70-82 (page 2) “The end came”" in explanation


def test_evidence_that_was_not_retrieved_is_told_apart_from_evidence_not_chosen() -> None:
    elsewhere = answer("Who ran?", END, passages=[passage(SOURCE, "The end came soon.")])
    assert "retrieved  in none of the 1 given" in judged(RAN, elsewhere)[2]


def test_the_explanation_of_an_unanswerable_case_expects_a_refusal() -> None:
    assert "expected   a refusal" in judged(AGE, answer("How old?", END))[2]


def test_the_explanation_of_a_false_quotation_shows_what_the_document_reads() -> None:
    assert (
        "cited      [2] fox.txt:0-3 “lie”\n           but the document reads “The” there"
        in (judged(RAN, answer("Who ran?", HOME, LIE))[2])
    )


def test_the_explanation_of_a_crash_has_its_traceback() -> None:
    try:
        raise ValueError("no luck")
    except ValueError as error:
        explanation = judged(RAN, Crash(error))[2]
    assert "Traceback (most recent call last)" in explanation
    assert explanation.endswith("ValueError: no luck")


def test_evidence_that_stands_several_times_says_so_and_long_words_are_cut() -> None:
    source = document("A hen ran. " * 40)
    corpus = Corpus({Path("fox.txt"): source})
    case = Case("hen", "Who?", evidence=(Evidence("A hen"), Evidence(source.text.strip())))
    came = result(gold(case, source), refusal("Who?"))
    lines = explain(came, Judgement.MISSED, corpus).splitlines()
    assert "evidence   (any of 2) fox.txt:0-5 and 39 more “A hen”" in lines
    assert max(len(line) for line in lines) < 220
    assert any(line.endswith("…”") for line in lines)
