from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import read_quantities


def values(text: str) -> set[float]:
    return set(read_quantities(text).values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 million people", "3,000,000 people"),
        ("three million people", "3m people"),
        ("two hundred and five men", "205 men"),
        ("twenty-five years", "25 years"),
        ("the twenty-first century", "the 21st century"),
        ("$4.2 billion", "US$4.2bn"),
        ("15 percent", "15%"),
        ("½ of it", "0.5 of it"),
        ("a 23-year-old", "23 years old"),
        ("at 3 pm", "at 3pm"),
        ("5\u00a0000 men", "5 000 men"),
        ("1½ hours", "1.5 hours"),
        ("a million people", "1 million people"),
        ("half a million", "0.5 million"),
        ("two and a half million", "2.5 million"),
        ("a hundred and five", "105"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert values(one) == values(other)


@pytest.mark.parametrize(
    "text",
    [
        "12 March 2021",
        "March 12, 2021",
        "2021-03-12",
        "12/03/2021",
        "the 12th of March",
        "the twelfth of March",
        "12 to 14 March",
        "12-14 March",
        "March 10–12",
        "12 and 13 March",
    ],
)
def test_a_date_is_the_same_however_it_is_written(text: str) -> None:
    dates = {date for dates in read_quantities(text).dates for date in dates}
    assert (3, 12) in dates


def test_a_day_may_be_spelled_after_its_month() -> None:
    assert read_quantities("on April third").dates[-1] == {(4, 3)}


@pytest.mark.parametrize("text", ["On March 12, 5 people died.", "In March a 5-12 win."])
def test_a_number_near_a_date_is_no_day(text: str) -> None:
    dates = {date for dates in read_quantities(text).dates for date in dates}
    assert (3, 5) not in dates


@pytest.mark.parametrize("text", ["They may march on.", "He sat down.", "May I go?"])
def test_a_word_that_is_also_a_month_is_none_by_itself(text: str) -> None:
    assert read_quantities(text).dates == ()


@pytest.mark.parametrize(
    "text", ["the F-35 and the G20", "1) They met.", "one of them, first of all"]
)
def test_a_code_or_an_item_s_number_is_no_number(text: str) -> None:
    assert values(text) <= {1.0}


def test_a_range_of_years_has_both() -> None:
    assert values("in 2019–20") >= {2019.0, 2020.0}


def test_an_ambiguous_number_has_every_reading() -> None:
    assert values("3.000 men") == {3.0, 3000.0}
    assert values("1 200 300 men") == {1.0, 200.0, 300.0, 1_200_300.0}


@given(st.integers(0, 10**12))
def test_digits_amount_to_what_they_say(number: int) -> None:
    assert values(f"There are {number} things.") == {float(number)}
    assert values(f"There are {number:,} things.") >= {float(number)}


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    read_quantities(text)
