"""Tests of the shipped checker on small texts; how well it judges is measured in benchmarks."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.checker import MAX_TOKENS, MODEL_FILE, Checker

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
    assert true.supported > false.supported
    assert true.weakest > false.weakest


def test_a_claim_reads_the_same_alone_and_in_a_batch(checker: Checker) -> None:
    (alone,) = checker.read([TRUE], BRIDGE)
    batch = checker.read([FALSE * 5, TRUE, "It opened."], BRIDGE)[1]
    assert alone.supported == pytest.approx(batch.supported, abs=0.01)
    assert alone.weakest == pytest.approx(batch.weakest, abs=0.01)


def test_the_sentence_that_tells_of_a_claim_is_found_in_a_long_text(checker: Checker) -> None:
    (near,) = checker.read([TRUE], BRIDGE)
    (far,) = checker.read([TRUE], "Tomatoes need sun and water. " * 200 + BRIDGE)
    assert far.supported == pytest.approx(near.supported, abs=2)


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
    assert all(reading.weakest <= reading.mean for reading in readings)


def test_several_threads_may_read_at_once(checker: Checker) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda text: checker.read([TRUE], text), [BRIDGE] * 8))
    assert all(result == results[0] for result in results)


def test_the_card_names_the_weights_that_are_shipped() -> None:
    digest = hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()
    assert digest in MODEL_FILE.with_suffix(".md").read_text(encoding="utf-8")


def test_all_weights_together_are_at_most_90_megabytes() -> None:
    assert sum(file.stat().st_size for file in MODEL_FILE.parent.iterdir()) <= 90_000_000
