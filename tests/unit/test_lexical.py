"""Tests of what a word is to the lexical search."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rag.database
from rag.lexical import MOST_TERMS, index_form, match_expression, query_terms


def matches(text: str, question: str) -> bool:
    """Say whether FTS5 finds ``text`` by ``question``."""
    database = sqlite3.connect(":memory:")
    database.executescript(Path(rag.database.__file__).with_name("schema.sql").read_text())
    database.execute("INSERT INTO chunk_words VALUES (?)", (index_form(text),))
    expression = match_expression(query_terms(question))
    query = "SELECT 1 FROM chunk_words WHERE chunk_words MATCH ?"
    return bool(expression and database.execute(query, (expression,)).fetchall())


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The ministers met in Tokyo.", "Who was meeting in Tokyo?"),
        ("日米同盟は重要である。", "同盟とは何ですか"),
        ("美国国务卿访问了东京。", "谁访问了东京?"),
        ("カタカナで書く", "カタカナ"),
        ("การประชุมที่โตเกียว", "การประชุม"),
        ("भारत और हिन्दी भाषा", "हिन्दी"),
        ("קשר בין המדינות", "המדינות"),
        ("العلاقة بين البلدين", "البلدين"),
        ("Café Müller", "cafe\u0301 mu\u0308ller"),
        ("the ﬁrst point", "first"),
        ("ＡＳＥＡＮ", "asean"),
        ("STRASSE", "straße"),
        ("In 2021 there were 5.4 million", "2021"),
        ("the U.S. side", "U.S."),
    ],
)
def test_a_question_finds_a_text_with_its_words(text: str, question: str) -> None:
    assert matches(text, question)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("本日は晴天なり", "日本"),
        ("国中", "中国"),
        ("भारत", "हिन्दी भाषा"),
        ("the alliance", "allergy"),
        ("a point", "a line"),
    ],
)
def test_a_question_does_not_find_a_text_without_its_words(text: str, question: str) -> None:
    assert not matches(text, question)


def test_characters_of_unspaced_scripts_are_words_of_their_own() -> None:
    assert index_form("The 日米 alliance") == "the 日 米 alliance"


def test_a_run_of_an_unspaced_script_is_asked_for_by_pairs() -> None:
    assert match_expression(query_terms("日米同盟")) == '"日 米" OR "米 同" OR "同 盟"'


def test_a_single_character_is_asked_for_itself() -> None:
    assert match_expression(query_terms("米")) == '"米"'


def test_stop_words_do_not_count_beside_other_words() -> None:
    assert match_expression(query_terms("Who is the minister?")) == '"minister"'


def test_stop_words_count_where_there_is_nothing_else() -> None:
    assert match_expression(query_terms("To be?")) == '"to" OR "be"'


def test_a_word_counts_once() -> None:
    assert match_expression(query_terms("Tokyo tokyo TOKYO")) == '"tokyo"'


def test_a_long_question_is_cut() -> None:
    expression = match_expression(query_terms(" ".join(f"w{n}" for n in range(10_000))))
    assert expression.count(" OR ") == MOST_TERMS - 1


@pytest.mark.parametrize("question", ["", "   ", "?!…", "🙂🙂", "\x00", "_", '"', "()*^-"])
def test_a_question_without_words_asks_for_nothing(question: str) -> None:
    assert match_expression(query_terms(question)) == ""


@given(st.text())
def test_no_word_of_a_user_is_an_operator(question: str) -> None:
    matches("alpha beta NEAR NOT AND OR", question)


@given(st.text(st.characters(categories=["L", "N", "Z"])))
def test_every_text_with_words_is_found_by_itself(text: str) -> None:
    assert matches(text, text) == bool(match_expression(query_terms(text)))
