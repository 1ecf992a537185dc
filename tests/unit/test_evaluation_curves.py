"""The plots show what the rows say, computed by hand here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from rag.evaluation.page.charts import charts
from rag.evaluation.page.curves import (
    calibration_error,
    recall_by_k,
    reliability,
    trade_off,
    wilson,
)
from rag.evaluation.rows import Row


def row(status: str = "answered", passages: int = 3, **detail: Any) -> Row:
    record = {
        "id": "a",
        "status": status,
        "latency_ms": 10.0,
        "passages": [{}] * passages,
        "scores": {},
        "error": None,
    }
    return Row(1, "", {}, record, detail={"claims": [], "evidence": [], **detail})


def claims(*judged: tuple[float | None, bool]) -> Row:
    return row(claims=[{"probability": said, "right": right} for said, right in judged])


def sure(confidence: float | None, *, answerable: bool, status: str = "answered") -> Row:
    return row(status, confidence=confidence, answerable=answerable)


def test_sentences_are_binned_by_what_was_said_of_them() -> None:
    low, high = reliability(
        [claims((0.11, False), (0.19, True)), claims((1.0, True), (None, True))]
    )
    assert low.said == pytest.approx(0.15)
    assert (low.right, low.count) == (0.5, 2)
    assert (high.said, high.right, high.count) == (1.0, 1.0, 1)


def test_the_calibration_error_is_weighed_by_the_size_of_the_bins() -> None:
    bins = reliability([claims((0.15, False), (0.15, True)), claims((0.95, True), (0.95, True))])
    assert calibration_error(bins) == pytest.approx((2 * 0.35 + 2 * 0.05) / 4)


def test_true_probabilities_lie_on_the_line() -> None:
    said, drawn = np.random.default_rng(5).random((2, 4000))
    bins = reliability([claims(*zip(said, drawn < said, strict=True))])
    assert calibration_error(bins) < 0.03
    assert sum(each.interval[0] <= each.said <= each.interval[1] for each in bins) >= 8


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10)[1] == 1.0


def test_the_trade_off_goes_from_refusing_all_to_answering_all() -> None:
    found = trade_off(
        [
            sure(0.9, answerable=True),
            sure(0.4, answerable=True, status="not_in_sources"),
            sure(0.6, answerable=False),
            sure(0.1, answerable=False, status="not_in_sources"),
            sure(None, answerable=False),
        ]
    )
    assert found
    assert found.curve == ((0, 1), (0.5, 1), (0.5, 0.5), (1, 0.5), (1, 0))
    assert found.here == (0.5, 0.5)
    assert found.auroc == 0.75
    assert (found.answerable, found.unanswerable) == (2, 2)


def test_there_is_no_trade_off_without_both_kinds_of_question() -> None:
    assert trade_off([sure(0.9, answerable=True)]) is None
    assert trade_off([sure(None, answerable=True), sure(None, answerable=False)]) is None
    assert trade_off([]) is None


def test_recall_grows_with_the_passages_given() -> None:
    rows = [
        row(evidence=["x"], rank=1),
        row(evidence=["x"], rank=3),
        row(evidence=["x"], rank=None),
    ]
    recalls = recall_by_k([*rows, row(rank=None)])
    assert [(each.k, round(each.share, 3)) for each in recalls] == [
        (1, 0.333),
        (2, 0.333),
        (3, 0.667),
    ]
    assert all(each.interval[0] <= each.share <= each.interval[1] for each in recalls)


def test_every_plot_is_drawn_as_text_and_lines_without_a_reference_outside() -> None:
    rows = [
        row(
            evidence=["x"],
            rank=2,
            confidence=0.7,
            answerable=True,
            claims=[{"probability": 0.7, "right": True}],
        ),
        sure(0.2, answerable=False, status="not_in_sources"),
    ]
    drawn = charts(rows)
    assert [chart.title for chart in drawn] == [
        "Are the probabilities true?",
        "What would another threshold give?",
        "Is the evidence retrieved?",
        "How long does it take?",
    ]
    for chart in drawn:
        root = ElementTree.fromstring(chart.svg)  # noqa: S314 - our own drawing
        assert [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert "#0" not in chart.svg
        assert "var(--" in chart.svg
        links = [v for n in root.iter() for k, v in n.items() if k.endswith("href")]
        assert all(link.startswith("#") for link in links)


def test_ids_of_one_plot_are_never_those_of_another() -> None:
    rows = [row(evidence=["x"], rank=2), replace(row(evidence=["x"], rank=1), number=2)]
    ids = [
        {node.get("id") for node in ElementTree.fromstring(chart.svg).iter()} - {None}  # noqa: S314
        for chart in charts(rows)
    ]
    assert len(ids) == 2
    assert not ids[0] & ids[1]


def test_nothing_measured_is_nothing_drawn() -> None:
    assert charts([]) == []
