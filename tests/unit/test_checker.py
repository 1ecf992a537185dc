"""Tests of the shipped checker on small texts; how well it judges is measured in benchmarks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.checker import Checker
from rag.cross_encoder import MAX_TOKENS

BRIDGE = (
    "The bridge was designed by Anna Keller. It opened on 4 May 1931 after six years of work. "
    "Two hundred men worked on it. A toll of ten cents was paid by every driver."
)
TRUE = "Anna Keller designed the bridge."
FALSE = "The garden was never watered in the morning."


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


def test_a_claim_about_something_else_is_less_supported(checker: Checker) -> None:
    true, false = checker.read([TRUE, FALSE], BRIDGE)
    assert true > false + 2


def test_a_claim_reads_the_same_alone_and_in_a_batch(checker: Checker) -> None:
    (alone,) = checker.read([TRUE], BRIDGE)
    batch = checker.read([FALSE * 5, TRUE, "It opened."], BRIDGE)[1]
    assert alone == pytest.approx(batch, abs=0.01)


def test_the_sentence_that_tells_of_a_claim_is_found_in_a_long_text(checker: Checker) -> None:
    (near,) = checker.read([TRUE], BRIDGE)
    (far,) = checker.read([TRUE], "Tomatoes need sun and water. " * 200 + BRIDGE)
    assert far == pytest.approx(near, abs=2)


def test_a_claim_longer_than_the_model_takes_is_read_by_its_beginning(checker: Checker) -> None:
    assert len(checker.read([TRUE + " very" * 3 * MAX_TOKENS], BRIDGE)) == 1


def test_no_sentences_give_no_readings(checker: Checker) -> None:
    assert checker.read([], BRIDGE) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=3), st.text(max_size=400))
def test_any_text_gives_one_reading_a_sentence(
    checker: Checker, sentences: list[str], text: str
) -> None:
    readings = checker.read(sentences, text)
    assert len(readings) == len(sentences)


def test_several_threads_may_read_at_once(checker: Checker) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda text: checker.read([TRUE], text), [BRIDGE] * 8))
    assert all(result == results[0] for result in results)
