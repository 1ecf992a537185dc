from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.relevance import choose


def test_a_text_that_fits_is_taken_whole() -> None:
    assert choose({"a"}, [{"b"}, {"c"}], [2, 3], 5) == [0, 1]


def test_the_sentence_that_shares_words_with_the_claim_is_taken_first() -> None:
    assert choose({"bridge"}, [{"garden"}, {"town"}, {"sky"}, {"bridge"}], [5] * 4, 5) == [3]


def test_sentences_that_cover_other_words_are_taken_before_repetitions() -> None:
    sentences = [{"bridge", "toll"}, {"bridge", "toll"}, {"sky"}, {"engineer"}]
    assert choose({"bridge", "toll", "engineer"}, sentences, [5] * 4, 10) == [0, 3]


def test_room_that_is_left_goes_to_the_neighbours() -> None:
    assert choose({"bridge"}, [{"a"}, {"b"}, {"bridge"}, {"c"}, {"d"}], [5] * 5, 15) == [1, 2, 3]


def test_where_no_sentence_fits_the_best_is_taken_alone() -> None:
    assert choose({"bridge"}, [{"a"}, {"bridge"}], [50, 50], 10) == [1]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.integers(1, 60))
def test_chosen_sentences_are_in_order_and_fit(lengths: list[int], room: int) -> None:
    sentences = [{str(at % 3)} for at in range(len(lengths))]
    places = choose({"0", "1"}, sentences, lengths, room)
    assert places == sorted(set(places))
    assert sum(lengths[at] for at in places) <= room or len(places) == 1
