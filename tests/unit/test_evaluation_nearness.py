"""A quote that stands nowhere is shown the words that are most like it."""

from __future__ import annotations

import pytest
from evaluation_fakes import FOX, document
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.nearness import LEAST_SHARED, _shared, nearest
from rag.types import Document

HEN = document("A hen sat on three eggs. The farmer’s dog – an old one – slept.", "hen.txt")
SOURCES = [document(FOX), HEN]


def near(quote: str, *documents: Document) -> tuple[str, str, str]:
    found = nearest(quote, documents or SOURCES)
    assert found is not None
    return found.document.source, found.span.of(found.document.text), found.difference


@pytest.mark.parametrize(
    ("quote", "source", "words", "difference"),
    [
        (
            "The quick brwon fox jumps",
            "fox.txt",
            "The quick brown fox jumps",
            "the document has “brown”, the quote “brwon”",
        ),
        (
            "The farmer's dog - an old one - slept.",
            "hen.txt",
            "The farmer’s dog – an old one – slept.",
            "the document has “’”, the quote “'”; the document has “–”, the quote “-”; "
            "the document has “–”, the quote “-”",
        ),
        ("jumps over the dog", "fox.txt", "jumps over the lazy dog", "also has “lazy”"),
        ("It quickly ran home before dark", "fox.txt", "It ran home before dark", "quote also has"),
        (
            "A hen\nsat on three eggs.",
            "hen.txt",
            "A hen sat on three eggs.",
            "only its spaces and line breaks differ",
        ),
        ("an old one", "hen.txt", "an old one", "the very words, in another document"),
    ],
)
def test_the_nearest_words_are_found_with_how_they_differ(
    quote: str, source: str, words: str, difference: str
) -> None:
    found = near(quote)
    assert found[:2] == (source, words)
    assert difference in found[2]


def test_words_of_which_less_than_half_are_shared_are_not_near() -> None:
    assert nearest("Whales sing below the frozen sea at night", SOURCES) is None
    assert nearest("…", SOURCES) is None
    assert nearest("a hen", []) is None


def test_of_two_documents_the_one_that_shares_more_is_named() -> None:
    other = document("The quick brown dog jumps over a fence.", "dog.txt")
    assert near("The quick brown fox jumps over the dog", other, *SOURCES)[0] == "fox.txt"


def test_many_differences_are_counted_rather_than_listed() -> None:
    quote = "Teh quick brwon fox jmups over teh lazy dog"
    assert near(quote)[2].endswith(", and 1 more")


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
    st.lists(st.sampled_from("abcd"), max_size=12),
)
def test_shared_words_are_counted_in_every_window(wanted: list[str], words: list[str]) -> None:
    def count(window: list[str]) -> int:
        return sum(min(wanted.count(word), window.count(word)) for word in set(wanted))

    expected = [count(words[at : at + len(wanted)]) for at in range(len(words))]
    assert list(_shared(wanted, words)) == expected
    assert 0 < LEAST_SHARED <= 1
