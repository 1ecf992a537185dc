"""Intervals say how far a measure could be from what other cases would have given."""

from __future__ import annotations

import numpy as np
import pytest

from rag.evaluation.intervals import intervals
from rag.evaluation.measures import EVIDENCE_RECALL, QUOTE_EXACTNESS, Tally


def cases(hits: int, of: int) -> list[dict[str, Tally]]:
    return [{EVIDENCE_RECALL: Tally(number < hits, 1)} for number in range(of)]


def test_an_interval_of_a_share_is_as_wide_as_theory_says() -> None:
    interval = intervals(cases(60, 100))[EVIDENCE_RECALL]
    assert interval
    half = 1.96 * np.sqrt(0.6 * 0.4 / 100)
    assert interval[0] == pytest.approx(0.6 - half, abs=0.015)
    assert interval[1] == pytest.approx(0.6 + half, abs=0.015)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng, truth = np.random.default_rng(7), 0.7
    held = 0
    for _ in range(100):
        interval = intervals(cases(int(rng.binomial(60, truth)), 60))[EVIDENCE_RECALL]
        held += bool(interval and interval[0] <= truth <= interval[1])
    assert 88 <= held <= 100


def test_cases_are_drawn_whole_however_much_each_counts() -> None:
    """Ten citations of one case are right or wrong together, so they make no narrow interval."""
    lumped = [{EVIDENCE_RECALL: Tally(10 * (n % 2), 10)} for n in range(10)]
    single = [{EVIDENCE_RECALL: Tally(n % 2, 1)} for n in range(10)]
    assert intervals(lumped) == intervals(single)


def test_the_same_cases_have_the_same_interval_every_time() -> None:
    assert intervals(cases(3, 17)) == intervals(cases(3, 17))


def test_nothing_measured_has_no_interval() -> None:
    assert intervals([]) == {}
    assert intervals([{"answer_f1": Tally()}]) == {"answer_f1": None}


def test_no_citation_at_all_is_no_false_quotation() -> None:
    assert intervals([{QUOTE_EXACTNESS: Tally()}] * 3) == {QUOTE_EXACTNESS: (1.0, 1.0)}
