"""Tests of the shipped reader on small texts; how well it reads is measured in benchmarks."""

import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.cross_encoder import MAX_TOKENS, MODEL_FILE
from rag.reader import PassageText, Reader
from rag.sentences import split_sentences
from rag.types import Span

BRIDGE = (
    "The bridge was designed by Anna Keller. It opened on 4 May 1931 after six years of work. "
    "Two hundred men worked on it. A toll of ten cents was paid by every driver."
)
GARDEN = "Tomatoes need sun. Water them in the morning. Slugs come at night."


@pytest.fixture(scope="module")
def reader() -> Any:
    return Reader()


def passage(text: str) -> Any:
    return PassageText(text, tuple(split_sentences(text, Span(0, len(text)))))


def best(readings: Any) -> Any:
    return max(range(len(readings)), key=lambda place: readings[place].words)


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Who designed the bridge?", 0, "Anna Keller"),
        ("When did the bridge open?", 1, "4 May 1931"),
        ("How many men worked on the bridge?", 2, "Two hundred"),
        ("How much was the toll?", 3, "ten cents"),
    ],
)
def test_the_sentence_that_answers_is_found_with_its_words(
    reader: Reader, question: str, sentence: int, words: str
) -> None:
    (readings,) = reader.read(question, [passage(BRIDGE)])
    assert best(readings) == sentence
    assert words in readings[sentence].answer.of(BRIDGE)


@pytest.mark.parametrize(
    ("text", "clear", "answer", "unclear"),
    [
        (
            "The bridge cost 3 million crowns and the road 5 million.",
            "What did the bridge cost?",
            "3 million crowns",
            "What did it cost?",
        ),
        (
            "The school opened in 1901 and the library in 1934.",
            "When did the library open?",
            "1934",
            "When did it open?",
        ),
    ],
)
def test_an_answer_leads_the_other_words_of_its_sentence_by_more_the_clearer_it_is(
    reader: Reader, text: str, clear: str, answer: str, unclear: str
) -> None:
    (sure,) = reader.read(clear, [passage(text)])[0]
    (unsure,) = reader.read(unclear, [passage(text)])[0]
    assert sure.answer.of(text) == answer
    assert sure.lead > unsure.lead > 0


def test_a_lead_is_never_negative_and_has_no_end_where_there_are_no_words(reader: Reader) -> None:
    (readings,) = reader.read("Who?", [passage("Keller.")])
    assert all(reading.lead >= 0 for reading in readings)
    (empty,) = reader.read("Who?", [PassageText(" ", (Span(0, 1),))])
    assert empty[0].lead == math.inf


def test_a_passage_about_something_else_does_not_answer(reader: Reader) -> None:
    bridge, garden = reader.read("Who designed the bridge?", [passage(BRIDGE), passage(GARDEN)])
    assert max(r.words for r in bridge) > max(r.words for r in garden) + 2
    assert max(r.evidence for r in bridge) > max(r.evidence for r in garden) + 2


def test_a_passage_reads_the_same_alone_and_among_others_of_any_length(reader: Reader) -> None:
    question = "When did the bridge open?"
    passages = [passage(text) for text in (GARDEN, BRIDGE * 3, "x. " * 200, BRIDGE)]
    together = reader.read(question, passages)
    assert together == [reader.read(question, [each])[0] for each in passages]


def test_a_long_passage_is_read_to_its_end(reader: Reader) -> None:
    text = f"{GARDEN} " * 40 + BRIDGE
    (readings,) = reader.read("Who designed the bridge?", [passage(text)])
    sentences = passage(text).sentences
    assert len(readings) == len(sentences)
    assert "Anna Keller" in sentences[best(readings)].of(text)


def test_a_sentence_longer_than_the_model_takes_is_read_by_its_beginning(reader: Reader) -> None:
    text = "Anna Keller designed the bridge with " + "very " * 3 * MAX_TOKENS + "much care."
    readings = reader.read("Who designed the bridge?", [PassageText(text, (Span(0, len(text)),))])
    assert "Anna Keller" in readings[0][0].answer.of(text)


def test_a_very_long_question_is_read_by_its_beginning(reader: Reader) -> None:
    readings = reader.read("Who designed the bridge? " + "please " * 5000, [passage(BRIDGE)])
    assert len(readings[0]) == 4


def test_no_passages_give_no_readings(reader: Reader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.read("Who?", [PassageText("", ())]) == [()]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gives_one_reading_a_sentence_with_words_inside_it(
    reader: Reader, question: str, texts: list[str]
) -> None:
    passages = [passage(text) for text in texts]
    for text, readings in zip(passages, reader.read(question, passages), strict=True):
        assert len(readings) == len(text.sentences)
        for sentence, reading in zip(text.sentences, readings, strict=True):
            assert sentence.contains(reading.answer)


def test_several_threads_may_read_at_once(reader: Reader) -> None:
    with ThreadPoolExecutor(4) as pool:
        questions = ["Who designed the bridge?"] * 8
        results = list(pool.map(lambda q: reader.read(q, [passage(BRIDGE)]), questions))
    assert all(result == results[0] for result in results)


def test_the_card_names_the_weights_that_are_shipped() -> None:
    digest = hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()
    assert digest in MODEL_FILE.with_suffix(".md").read_text(encoding="utf-8")


def test_all_weights_together_are_at_most_90_megabytes() -> None:
    assert sum(file.stat().st_size for file in MODEL_FILE.parent.iterdir()) <= 90_000_000
