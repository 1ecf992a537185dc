from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.wording import compare

SOURCE = "The bridge was designed by Anna Keller. It opened in May. A toll was paid by drivers."


def test_words_of_the_source_are_not_new() -> None:
    wording = compare("The bridge was designed by Anna Keller.", SOURCE)
    assert (wording.new, wording.new_share, wording.new_pairs, wording.new_triples) == (0, 0, 0, 0)
    assert wording.in_one == 1


def test_words_that_the_source_does_not_have_are_counted() -> None:
    wording = compare("The tunnel was designed by Anna Keller.", SOURCE)
    assert wording.new == 1
    assert wording.new_share == pytest.approx(1 / 4)


def test_words_from_two_sentences_stand_together_in_no_one_of_them() -> None:
    wording = compare("Keller opened the bridge.", SOURCE)
    assert wording.in_one < wording.in_three == 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_shares_are_between_0_and_1(sentence: str, source: str) -> None:
    wording = compare(sentence, source)
    shares = (wording.new_share, wording.new_pairs, wording.new_triples, wording.in_one)
    assert all(0 <= share <= 1 for share in shares)
    assert wording.in_one <= wording.in_three
