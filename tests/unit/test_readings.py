from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.folding import fold
from rag.readings import (
    folded_readings,
    is_quotation,
    is_verbatim,
    readings,
    split_at_ellipses,
)


@pytest.mark.parametrize(
    ("proposed", "words"),
    [
        (" “the two nations” ", "the two nations"),
        ("«the two nations»", "the two nations"),
        ("the two nations,”", "the two nations"),
        ("“the two nations.", "the two nations"),
        ("…the two nations…", "the two nations"),
        ("- the two nations!", "the two nations"),
        ("• *the two nations*", "the two nations"),
        ("\ufeffthe two nations。", "the two nations"),
        ("of the U.S.,”", "of the U.S."),
        ("-5 percent of them.", "-5 percent of them"),
        (".5 percent of them.", ".5 percent of them"),
        ("“5 percent of them.”", "5 percent of them"),
    ],
)
def test_marks_and_punctuation_around_a_quote_may_be_left_out(proposed: str, words: str) -> None:
    assert words in readings(proposed)


@pytest.mark.parametrize("proposed", ["-5 percent of them", ".5 percent of them", "−.5 percent"])
def test_a_sign_or_a_decimal_point_is_never_left_out(proposed: str) -> None:
    assert all(reading.startswith(proposed[0]) for reading in readings(proposed))


def test_what_stands_within_a_quote_is_never_left_out() -> None:
    proposed = "the “Big Three” agreed, they said, to meet"
    assert set(readings(proposed)) == {proposed}


def test_only_white_space_and_quotation_marks_around_a_quote_leave_it_verbatim() -> None:
    assert is_verbatim("the two nations", " “the two nations” ")
    assert is_verbatim("the two nations", "“the two nations")
    assert is_verbatim("the nations’", "the nations’")
    assert not is_verbatim("the two nations", "the two nations,")
    assert not is_verbatim("the two nations", "The two nations")
    assert not is_verbatim("the nations’", "the nations'")


@pytest.mark.parametrize(
    ("proposed", "other"),
    [("The two nations", "the two nations"), ("“élan vital", "Élan vital"), ("[The", "[the")],
)
def test_the_first_letter_may_have_the_other_case(proposed: str, other: str) -> None:
    assert fold(other).text in [folded.text for folded in folded_readings(proposed)]


def test_no_other_letter_may() -> None:
    texts = {folded.text for folded in folded_readings("The Two nations")}
    assert texts == {"The Two nations", "the Two nations"}
    assert {folded.text for folded in folded_readings("5 Apples")} == {"5 Apples"}
    assert {folded.text for folded in folded_readings("ßig")} == {"ßig"}


@pytest.mark.parametrize(
    "ellipsis",
    ["...", "…", "[...]", "[…]", "(...)", ". . .", "....", "[ … ]", "⋯", "……", ". . . ."],
)
def test_an_ellipsis_splits_a_quote_however_it_is_written(ellipsis: str) -> None:
    assert split_at_ellipses(f"the two {ellipsis} nations met") == ("the two", "nations met")


@pytest.mark.parametrize("text", ["the two. Nations", "the U.S. and", "3.. 4", "e.g. this"])
def test_full_stops_do_not(text: str) -> None:
    assert split_at_ellipses(text) == (text,)


def test_an_ellipsis_at_an_end_adds_no_part() -> None:
    assert split_at_ellipses("… the two nations [...]") == ("the two nations",)


def test_a_collage_of_single_words_is_not_a_quotation() -> None:
    assert is_quotation(("Japan", "agreed to meet again"))
    assert is_quotation(("so it is",))
    assert not is_quotation(("Japan", "declared", "war"))
    assert not is_quotation(("it", "agreed to meet again"))
    assert not is_quotation(())


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_readings_are_parts_of_what_was_proposed(text: str) -> None:
    assert all(reading in text for reading in readings(text))
    assert all(part in text for part in split_at_ellipses(text))
    assert all(folded.text for folded in folded_readings(text))
