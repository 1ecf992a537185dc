from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.names import KnownNames, find_names


def names(text: str) -> list[str]:
    return [" ".join(name.words) for name in find_names(text)]


def has(source: str, text: str) -> bool:
    known = KnownNames(source)
    return all(known.has(name) for name in find_names(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He met Antony Blinken in Tokyo.", ["antony blinken", "tokyo"]),
        ("The minister met the WHO's head.", ["who"]),
        ("According to him, they met.", []),
        ("President Biden and Mr. Suga met.", ["biden", "suga"]),
        ("It began in the Second World War, or World War II.", ["second world war", "world war"]),
        ("Three Points Of The New Agenda", []),
        ("JAPAN AND AMERICA AGREE ON TALKS", []),
    ],
)
def test_names_are_runs_of_words_with_capitals(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Japan's minister met Antony Blinken", "the Japanese minister met Blinken"),
        ("the World Health Organization said", "said the WHO"),
        ("the WHO said", "said the World Health Organization"),
        ("in the United States", "in the U.S. and in America"),
        ("in the US", "by the American side"),
        ("in France and Germany", "the French and the German side"),
        ("João Muñoz spoke", "they heard Joao Munoz"),
        ("Lloyd J. Austin III", "they met Lloyd Austin"),
        ("Joseph Biden spoke", "they heard J. Biden"),
        ("a GAN was trained", "they trained GANs"),
    ],
)
def test_a_name_is_known_in_another_form(source: str, text: str) -> None:
    assert has(source, text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Japan's minister met Antony Blinken", "they met Lloyd Austin"),
        ("a man from Austria", "a man from Australia"),
        ("the World Health Organization said", "said the WTO"),
        ("in the United States", "in the United Kingdom"),
    ],
)
def test_another_name_is_not_known(source: str, text: str) -> None:
    assert not has(source, text)


@given(st.text(max_size=200))
def test_every_text_has_its_own_names(text: str) -> None:
    assert has(text, text)
