"""The measures are those of EVALS.md, computed by hand here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from evaluation_fakes import FOX, answer, cite, document, gold, passage, refusal, result
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.gold import GoldCase, GoldQuote, Place
from rag.evaluation.measures import (
    SHARES,
    Tally,
    add_up,
    cutoffs,
    is_share,
    percentile,
    tally,
    value,
)
from rag.evaluation.results import CaseResult, Crash
from rag.types import Answer, Citation, Passage, Scores, Span, Verdict

SOURCE = document(FOX)
OTHER = document(FOX, "other.txt")
TEXTS = {SOURCE.id: FOX, OTHER.id: FOX}
BROWN, HOME, END = "The quick brown fox jumps over the lazy dog.", "It ran home before dark.", "end"
BOTH = Case("both", "Q", evidence=(Evidence(BROWN), Evidence(HOME)))
ALL = Case("all", "Q", evidence=(Evidence(BROWN), Evidence(HOME)), evidence_rule=EvidenceRule.ALL)
UNANSWERABLE = Case("none", "Q", answerable=False)
WORDS = Case("words", "Q", answers=("a brown fox", "a dog"))


def measure(case: Case, outcome: Answer | Crash) -> dict[str, float | None]:
    tallies = tally(result(gold(case, SOURCE), outcome), TEXTS, (1, 2, 6))
    return {name: value(name, share) for name, share in tallies.items()}


def passages(*words: str) -> list[Passage]:
    return [passage(SOURCE, part, number) for number, part in enumerate(words, start=1)]


def test_every_case_has_every_measure_in_the_order_of_the_table() -> None:
    names = list(measure(BOTH, refusal("Q")))
    assert names == [
        "quote_exactness",
        "retrieval_recall@1",
        "retrieval_recall@2",
        "retrieval_recall@6",
        *SHARES[1:],
    ]


def test_quote_exactness_is_the_share_of_citations_that_read_as_their_document() -> None:
    real, shifted = cite(SOURCE, HOME), Citation(2, SOURCE.id, Span(1, 5), "The ", Verdict.EXACT)
    elsewhere = Citation(3, "no such document", Span(0, 3), "The", Verdict.EXACT)
    assert measure(BOTH, answer("Q", real))["quote_exactness"] == 1
    assert measure(BOTH, answer("Q", real, shifted, elsewhere))["quote_exactness"] == 1 / 3


def test_without_a_citation_no_quotation_is_false() -> None:
    assert measure(BOTH, refusal("Q"))["quote_exactness"] == 1
    assert value("quote_exactness", Tally()) == 1
    assert value("citation_precision", Tally()) is None


@pytest.mark.parametrize(
    ("case", "cited", "recalled"),
    [
        (BOTH, [HOME], 1),
        (BOTH, [END], 0),
        (BOTH, [], 0),
        (ALL, [HOME], 0),
        (ALL, [HOME, BROWN], 1),
        (ALL, [FOX], 1),
        (BOTH, ["The quick brown fox jum"], 1),  # 23 of 44 code points
        (BOTH, ["The quick brown fox ju"], 1),  # 22, exactly half
        (BOTH, ["The quick brown fox j"], 0),  # 21
        (BOTH, ["The quick brown", "over the lazy dog"], 1),  # 15 + 17 together
        (BOTH, ["The quick brown", "quick brown fox"], 0),  # what overlaps counts once: 19
    ],
)
def test_evidence_is_recalled_when_half_of_its_characters_are_cited(
    case: Case, cited: Sequence[str], recalled: float
) -> None:
    citations = [cite(SOURCE, words, number) for number, words in enumerate(cited, start=1)]
    assert measure(case, answer("Q", *citations))["evidence_recall"] == recalled


def test_evidence_cited_from_another_document_is_not_recalled() -> None:
    measured = measure(BOTH, answer("Q", cite(OTHER, HOME)))
    assert (measured["evidence_recall"], measured["citation_precision"]) == (0, 0)


def test_any_occurrence_of_the_evidence_is_right() -> None:
    source = document("A hen sat. A hen ran.")
    second = Citation(1, source.id, Span(11, 16), "A hen", Verdict.EXACT)
    pinned = gold(Case("hen", "Q", evidence=(Evidence("A hen"),)), source)
    tallies = tally(result(pinned, answer("Q", second)), {source.id: source.text}, ())
    assert tallies["evidence_recall"] == tallies["citation_precision"] == Tally(1, 1)


@pytest.mark.parametrize(
    ("case", "words", "recalls", "mrr"),
    [
        (BOTH, [HOME, BROWN], (1, 1, 1), 1),
        (ALL, [HOME, BROWN], (0, 1, 1), 1),
        (ALL, [END, HOME], (0, 0, 0), 1 / 2),
        (BOTH, [END, "The", "fox", HOME], (0, 0, 1), 1 / 4),
        (BOTH, [END], (0, 0, 0), 0),
        (BOTH, [], (0, 0, 0), 0),
        (BOTH, ["It ran", "home before dark. The"], (0, 1, 1), 1 / 2),  # cut at white space
        (BOTH, ["home before dark. The", "It ran"], (0, 1, 1), 1 / 2),
        (BOTH, ["It ran", "before dark."], (0, 0, 0), 0),  # "home" is missing
    ],
)
def test_retrieval_recall_and_mrr_ask_where_the_evidence_is_inside_the_passages(
    case: Case, words: Sequence[str], recalls: tuple[float, float, float], mrr: float
) -> None:
    measured = measure(case, refusal("Q", passages(*words)))
    assert tuple(measured[f"retrieval_recall@{k}"] for k in (1, 2, 6)) == recalls
    assert measured["mrr"] == pytest.approx(mrr)


def test_a_passage_of_another_document_does_not_hold_the_evidence() -> None:
    assert measure(BOTH, refusal("Q", [passage(OTHER, FOX)]))["mrr"] == 0


def test_citation_precision_counts_citations_of_answerable_cases_with_evidence() -> None:
    cited = answer("Q", cite(SOURCE, "brown", 1), cite(SOURCE, END, 2), cite(SOURCE, "ran", 3))
    assert measure(BOTH, cited)["citation_precision"] == pytest.approx(2 / 3)
    assert measure(BOTH, refusal("Q"))["citation_precision"] is None
    assert measure(WORDS, cited)["citation_precision"] is None
    assert measure(UNANSWERABLE, cited)["citation_precision"] is None


@pytest.mark.parametrize(
    ("text", "matched"),
    [("It was The Brown Fox.", 1), ("Only dogs.", 0), ("Some dog!", 1)],
)
def test_an_answer_matches_when_any_gold_answer_occurs_in_it(text: str, matched: float) -> None:
    measured = measure(WORDS, answer("Q", cite(SOURCE, END), text=text))
    assert measured["answer_match"] == matched
    assert measured["evidence_recall"] is None


def test_answer_f1_is_the_best_over_gold_answers_where_there_is_a_short_answer() -> None:
    short = answer("Q", cite(SOURCE, END), short_answer="the quick brown fox")
    assert measure(WORDS, short)["answer_f1"] == pytest.approx(2 * 2 / (2 + 3))
    assert measure(WORDS, answer("Q", cite(SOURCE, END)))["answer_f1"] is None
    assert measure(BOTH, short)["answer_f1"] is None


def test_abstention_takes_refused_as_the_positive_class() -> None:
    shown = answer("Q", cite(SOURCE, END))
    outcomes = [  # right refusals: 2; wrong ones: 1; unanswerable but answered: 3
        *[(UNANSWERABLE, refusal("Q"))] * 2,
        (BOTH, refusal("Q")),
        *[(UNANSWERABLE, shown)] * 3,
        (BOTH, shown),
    ]
    sums = add_up(tally(result(gold(c, SOURCE), o), TEXTS, ()) for c, o in outcomes)
    precision, recall = 2 / 3, 2 / 5
    assert value("abstention_precision", sums["abstention_precision"]) == precision
    assert value("abstention_recall", sums["abstention_recall"]) == recall
    assert value("abstention_f1", sums["abstention_f1"]) == pytest.approx(
        2 * precision * recall / (precision + recall)
    )
    assert sums["answer_rate"] == Tally(1, 2)


def test_a_crash_scores_zero_wherever_the_case_counts() -> None:
    crash = Crash(RuntimeError("out of luck"))
    for case, counted in (
        (BOTH, {"evidence_recall", "mrr", "answer_rate"}),
        (ALL, {"retrieval_recall@1", "retrieval_recall@2", "retrieval_recall@6"}),
        (WORDS, {"answer_match", "answer_f1", "answer_rate"}),
        (UNANSWERABLE, {"abstention_recall", "abstention_f1"}),
    ):
        measured = measure(case, crash)
        assert counted <= {name for name, share in measured.items() if share == 0}
        assert set(measured.values()) - {0} <= {None, 1.0}
        assert measured["quote_exactness"] == 1
        assert measured["abstention_precision"] is None


spans = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda ends: Span(*sorted(ends)))


def gold_at(span: Span) -> GoldCase:
    case = Case("x", "Q", evidence=(Evidence("x"),))
    return GoldCase(case, (GoldQuote("x", (Place(SOURCE.id, span),)),), None)


@given(spans.filter(len), st.lists(spans, max_size=5))
def test_evidence_recall_agrees_with_counting_code_points(
    span: Span, cited: Sequence[Span]
) -> None:
    citations = [
        Citation(number, SOURCE.id, place, place.of(FOX), Verdict.EXACT)
        for number, place in enumerate(cited)
    ]
    points = {i for place in cited for i in range(place.start, place.end)}
    share = len(points & set(range(span.start, span.end))) / len(span)
    tallies = tally(result(gold_at(span), answer("Q", *citations)), TEXTS, ())
    assert tallies["evidence_recall"] == Tally(share >= 0.5, 1)


@given(spans.filter(len), st.lists(spans, max_size=5))
def test_retrieval_agrees_with_counting_code_points(span: Span, given_: Sequence[Span]) -> None:
    shown = [
        Passage(number, SOURCE, place, Scores(0, 0, 0))
        for number, place in enumerate(given_, start=1)
    ]
    wanted = {i for i in range(span.start, span.end) if not FOX[i].isspace()}
    ranks = [
        k
        for k in range(1, len(shown) + 1)
        if wanted <= {i for place in given_[:k] for i in range(place.start, place.end)}
    ]
    tallies = tally(result(gold_at(span), refusal("Q", shown)), TEXTS, (1, 2, 3, 4, 5))
    rank = min(ranks, default=math.inf)
    assert tallies["mrr"] == Tally(1 / rank, 1)
    for k in (1, 2, 3, 4, 5):
        assert tallies[f"retrieval_recall@{k}"] == Tally(rank <= k, 1)


results = st.builds(
    CaseResult,
    gold=st.sampled_from([gold(case, SOURCE) for case in (BOTH, ALL, WORDS, UNANSWERABLE)]),
    outcome=st.sampled_from(
        [
            Crash(RuntimeError()),
            refusal("Q", passages(END, HOME)),
            answer("Q", cite(SOURCE, HOME), passages=passages(HOME)),
            answer("Q", cite(SOURCE, END), short_answer="brown fox"),
        ]
    ),
    latency_ms=st.just(1.0),
)


@given(st.lists(results), st.integers(0, 10))
def test_parts_of_a_run_add_up_to_the_whole_and_every_measure_is_a_share(
    cases: list[CaseResult], cut: int
) -> None:
    tallies = [tally(case, TEXTS, (1,)) for case in cases]
    whole = add_up(tallies)
    assert add_up([add_up(tallies[:cut]), add_up(tallies[cut:])]) == whole
    for name, share in whole.items():
        measured = value(name, share)
        assert measured is None or 0 <= measured <= 1


def test_gates_can_stand_on_shares_only() -> None:
    assert all(is_share(name) for name in (*SHARES, "retrieval_recall@1", "retrieval_recall@50"))
    for name in ("latency_p50_ms", "cost_tokens", "retrieval_recall", "retrieval_recall@0", "x"):
        assert not is_share(name)


def test_retrieval_recall_is_cut_at_1_5_what_is_given_and_what_is_gated() -> None:
    assert cutoffs([], top_k=6) == (1, 5, 6)
    assert cutoffs(["mrr", "retrieval_recall@10", "retrieval_recall@6"], top_k=6) == (1, 5, 6, 10)
    assert cutoffs([], top_k=3) == (1, 3)
    assert cutoffs([], top_k=1) == (1,)


@pytest.mark.parametrize(
    ("values", "p50", "p95"),
    [([], None, None), ([3.0], 3.0, 3.0), ([2.0, 1.0], 1.0, 2.0), (range(1, 101), 50, 95)],
)
def test_percentiles_are_values_that_were_measured(
    values: Sequence[float], p50: float | None, p95: float | None
) -> None:
    assert percentile(values, 0.50) == p50
    assert percentile(values, 0.95) == p95
