"""Answers are compared as SQuAD does."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation import squad


def official_normalize(text: str) -> str:
    """SQuAD's own evaluation script, step by step."""
    lowered = text.lower()
    unpunctuated = "".join(char for char in lowered if char not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", unpunctuated).split())


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_normalized_as_the_official_script_does(text: str) -> None:
    assert squad.normalize(text) == official_normalize(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  United\tStates!", "united states"),
        ("Leaders’ “Video” Conference", "leaders video conference"),
        ("An answer, a theory", "answer theory"),
        ("the", ""),
    ],
)
def test_case_articles_punctuation_and_white_space_make_no_difference(
    text: str, normal: str
) -> None:
    assert squad.normalize(text) == normal


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("Antony Blinken", "It was antony blinken, they say.", True),
        ("the fox", "A fox ran.", True),
        ("12", "In 2012 it ended.", False),
        ("brown dog", "The brown and lazy dog.", False),
        ("fox", "", False),
        ("the", "the", False),
    ],
)
def test_a_gold_answer_occurs_as_whole_words_in_order(gold: str, answer: str, right: bool) -> None:
    assert squad.occurs(gold, answer) is right


@pytest.mark.parametrize(
    ("gold", "answer", "f1"),
    [
        ("brown fox", "the brown fox", 1.0),
        ("quick brown fox", "brown fox jumps over", 2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3)),
        ("fox fox", "fox", 2 * 1 / 3),
        ("fox", "dog", 0.0),
        ("the", "a", 1.0),
        ("fox", "", 0.0),
    ],
)
def test_token_f1_is_the_harmonic_mean_of_precision_and_recall(
    gold: str, answer: str, f1: float
) -> None:
    assert squad.token_f1(gold, answer) == pytest.approx(f1)


@given(st.text(), st.text())
def test_token_f1_is_symmetric_and_a_share(left: str, right: str) -> None:
    f1 = squad.token_f1(left, right)
    assert f1 == squad.token_f1(right, left)
    assert 0 <= f1 <= 1
