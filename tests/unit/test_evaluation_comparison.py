"""Two reports are compared case by case, and what may be chance is told apart from a loss."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import ReportError
from rag.evaluation.comparison import Comparison, compare, read_report
from rag.evaluation.comparison_text import describe, verdict
from rag.evaluation.pairing import Results, chances

RECALL = "evidence_recall"


def case(case_id: str, score: float, **more: Any) -> dict[str, Any]:
    return {
        "id": case_id,
        "question": f"{case_id}?",
        "status": "answered",
        "scores": {RECALL: score},
        "error": None,
        **more,
    }


def report(scores: str, *, first: int = 0) -> dict[str, Any]:
    """Make a report with a case for each digit: 1 recalls its evidence, 0 does not."""
    cases = [case(f"c{number}", float(digit)) for number, digit in enumerate(scores, start=first)]
    return {"cases": cases}


def only(comparison: Comparison) -> Any:
    (difference,) = comparison.differences
    return difference


def test_the_same_report_has_no_difference() -> None:
    comparison = compare(report("1101"), report("1101"))
    assert (only(comparison).change, only(comparison).chance) == (0, 1)
    assert only(comparison).interval == (0, 0)
    assert (comparison.gained, comparison.lost, comparison.losses(0)) == ((), (), [])


def test_cases_gained_and_lost_are_named() -> None:
    comparison = compare(report("1100"), report("0111"))
    assert comparison.gained == ("c2", "c3")
    assert comparison.lost == ("c0",)
    assert only(comparison).change == pytest.approx(0.25)


def test_a_large_loss_is_significant_and_a_small_one_may_be_chance() -> None:
    assert compare(report("1" * 20), report("0" * 10 + "1" * 10)).losses(0.02)
    assert not compare(report("1" * 20), report("0" * 2 + "1" * 18)).losses(0.02)


def test_a_loss_within_the_tolerance_is_none() -> None:
    before, after = report("1" * 100), report("0" * 10 + "1" * 90)
    assert compare(before, after).losses(0.02)
    assert not compare(before, after).losses(0.1)


def test_a_gain_is_never_a_loss() -> None:
    comparison = compare(report("0" * 20), report("1" * 20))
    assert only(comparison).chance < 0.001
    assert comparison.losses(0) == []


def test_the_chance_is_that_of_the_exact_test() -> None:
    """Against all 2^8 ways to swap eight cases."""
    before = np.array([[1, 1, 1, 1, 0, 1, 1, 0]], dtype=float).T
    after = np.array([[0, 0, 0, 1, 1, 0, 0, 0]], dtype=float).T
    ones = np.ones_like(before)
    change = (after - before).ravel()
    exact = np.mean(
        [change @ np.array(signs) <= change.sum() for signs in product((1, -1), repeat=8)]
    )
    (found,) = chances([RECALL], Results(before, ones), Results(after, ones))
    assert found == pytest.approx(exact, abs=0.015)


def test_a_loss_that_is_none_is_hardly_ever_significant() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(200):
        hits = (rng.random((2, 40, 1)) < 0.6).astype(float)
        ones = np.ones((40, 1))
        (chance,) = chances([RECALL], Results(hits[0], ones), Results(hits[1], ones))
        alarms += bool(hits[1].sum() < hits[0].sum() and chance < 0.05)
    assert alarms <= 20  # 5 % of 200 are expected


def test_pairs_tell_more_than_two_independent_runs_would() -> None:
    """The same cases fail in both runs, so the change of the others stands out."""
    comparison = compare(report("0" * 50 + "1" * 50), report("0" * 58 + "1" * 42))
    low, high = only(comparison).interval
    assert -0.15 < low < high < -0.02
    assert comparison.losses(0.02)


def test_a_measure_counts_as_often_as_the_report_says() -> None:
    many = {"n": {RECALL: 3}}
    before = {"cases": [case("a", 1.0, **many), case("b", 0.0)]}
    after = {"cases": [case("a", 0.0, **many), case("b", 0.0)]}
    assert only(compare(before, after)).before == 0.75
    assert only(compare(before, after)).after == 0


def test_attempts_at_a_case_count_on_average() -> None:
    before = {"cases": [case("a", 1.0)]}
    after = {"cases": [case("a", score, attempt=n) for n, score in enumerate((1.0, 0.0), 1)]}
    comparison = compare(before, after)
    assert only(comparison).after == 0.5
    assert comparison.lost == ("a",)


def test_only_cases_that_both_reports_have_are_compared() -> None:
    comparison = compare(report("111"), report("011", first=1))
    assert comparison.cases == 2
    assert (comparison.only_before, comparison.only_after) == (("c0",), ("c3",))
    text = describe(comparison, tolerance=0.02)
    assert "only in the first report, not compared: 1 case: c0" in text
    assert "only in the second report, not compared: 1 case: c3" in text


def test_a_case_with_another_question_is_not_compared() -> None:
    after = report("11")
    after["cases"][0]["question"] = "Something else?"
    comparison = compare(report("11"), after)
    assert (comparison.cases, comparison.reworded) == (1, ("c0",))
    assert "asked in other words, not compared: 1 case: c0" in describe(comparison, tolerance=0)


def test_reports_without_a_case_in_common_are_refused() -> None:
    with pytest.raises(ReportError, match=r"no case in common.*'c0' and 'c9'.*the same set"):
        compare(report("1"), report("1", first=9))
    with pytest.raises(ReportError, match="no case in common"):
        compare(report(""), report(""))
    with pytest.raises(ReportError, match=r"different questions under the same ids, such as 'c0'"):
        compare(report("1"), {"cases": [case("c0", 1.0, question="Else?")]})


def test_a_measure_that_one_report_lacks_is_left_out() -> None:
    after = report("1")
    after["cases"][0]["scores"]["retrieval_recall@3"] = 1.0
    assert [d.measure for d in compare(report("1"), after).differences] == [RECALL]


def test_a_crash_loses_its_case() -> None:
    after = {"cases": [case("c0", 0.0, status=None, error="ValueError: no luck")]}
    assert compare(report("1"), after).lost == ("c0",)


def test_what_the_reports_were_made_with_is_named_where_it_differs() -> None:
    before = report("1") | {"settings": {"top_k": 6, "model": "extractive"}, "models": {"m": "a"}}
    after = report("1") | {"settings": {"top_k": 8, "model": "extractive"}, "models": {}}
    comparison = compare(before, after)
    assert comparison.made_otherwise == ("top_k 6 → 8", "m a → nothing")
    assert "made with: top_k 6 → 8; m a → nothing" in describe(comparison, tolerance=0)


def test_the_differences_are_laid_out_as_a_table() -> None:
    text = describe(compare(report("1" * 20), report("0" * 10 + "1" * 10)), tolerance=0.02)
    lines = text.splitlines()
    assert lines[0] == "20 cases compared, those that both reports have"
    assert lines[1].split() == ["measure", "before", "after", "change", "95", "%", "p"]
    assert lines[2].split()[:4] == [RECALL, "1.000", "0.500", "-0.500"]
    assert lines[2].endswith("worse")
    assert lines[3] == "gained: 0 cases"
    assert lines[4].startswith("lost: 10 cases: c0, c1")
    assert lines[5].startswith(f"Significantly worse by more than 0.02: {RECALL} (-0.500, p = 0.00")


def test_the_verdict_without_a_loss_says_so() -> None:
    words = verdict(compare(report("1"), report("1")), tolerance=0.02)
    assert words == "No measure is significantly worse by more than 0.02."


def test_a_long_list_of_cases_is_cut() -> None:
    text = describe(compare(report("1" * 25), report("0" * 25)), tolerance=0)
    assert "c19 and 5 more" in text


def test_a_measure_of_nothing_is_a_dash_and_no_loss() -> None:
    uncited = {"cases": [case("a", 1.0), case("b", 1.0)]}
    for each in uncited["cases"]:
        each["scores"]["citation_precision"] = 0.5
        each["n"] = {"citation_precision": 0}
    comparison = compare(uncited, uncited)
    assert comparison.losses(0) == []
    assert "–" in describe(comparison, tolerance=0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "it is not JSON"),
        ("[]", "give a report.json"),
        ("{}", "give a report.json"),
        ('{"cases": [{"id": "a"}]}', "give a report.json"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=words):
        read_report(path)


def test_a_report_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"gone\.json cannot be read: No such file"):
        read_report(tmp_path / "gone.json")


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report("10")), encoding="utf-8")
    assert read_report(path) == report("10")
