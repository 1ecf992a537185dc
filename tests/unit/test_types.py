import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import (
    Answer,
    Citation,
    Claim,
    Document,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Span,
    Status,
    Verdict,
)

SPANS = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda p: Span(min(p), max(p)))


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (4, 3)])
def test_a_span_that_is_none_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


@given(SPANS, SPANS)
def test_spans_overlap_by_the_places_that_both_cover(one: Span, two: Span) -> None:
    places = set(range(one.start, one.end)) & set(range(two.start, two.end))
    assert one.overlap(two) == two.overlap(one) == len(places)


@given(SPANS, SPANS)
def test_spans_apart_have_a_distance_and_no_overlap(one: Span, two: Span) -> None:
    assert one.distance(two) == two.distance(one)
    assert not (one.distance(two) and one.overlap(two))
    if one.contains(two):
        assert one.distance(two) == 0


def test_an_answer_lists_each_citation_once_in_the_order_of_numbers() -> None:
    first = Citation(1, "d", Span(0, 3), "one", Verdict.EXACT)
    second = Citation(2, "d", Span(4, 7), "two", Verdict.FOLDED)
    claims = (Claim("A.", (second, first)), Claim("B.", (first,)))
    answer = Answer("q", "q", Status.ANSWERED, claims, (), ())
    assert answer.citations == (first, second)
    assert answer.text == "A. B."


@pytest.mark.parametrize(("start", "page"), [(0, 1), (4, 1), (5, 2), (9, 2)])
def test_a_place_is_on_the_page_where_it_starts(start: int, page: int) -> None:
    pages = (Span(0, 5), Span(5, 10))
    document = Document("d", "t", "one, two, ", "f.pdf", "application/pdf", (), pages)
    assert document.page_at(Span(start, 10)) == page


def test_a_document_without_pages_has_none_anywhere() -> None:
    document = Document("d", "t", "one", "f.txt", "text/plain", ())
    assert document.page_at(Span(0, 3)) is None


def test_of_a_rejection_the_words_at_fault_are_told() -> None:
    real, invented = ProposedQuote(1, "real words"), ProposedQuote(1, "invented words")
    assert Rejection("A.", invented, RejectionReason.NOT_FOUND).words == "invented words"
    assert Rejection("A.", real, RejectionReason.UNSUPPORTED).words == "A."
    assert Rejection("A.", ProposedQuote(0, ""), RejectionReason.NO_QUOTE).words == "A."
