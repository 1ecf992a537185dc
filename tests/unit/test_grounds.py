from __future__ import annotations

from verification_fakes import document, passages

from rag.grounds import Place, grounds_of
from rag.types import Document, Span

SOURCE = document("One is first. Two is second. Three is third. Four is last. Five is more.")


def at(words: str, source: Document = SOURCE) -> Place:
    start = source.text.index(words)
    return Place(source, (Span(start, start + len(words)),))


def test_the_grounds_are_the_sentence_of_a_quotation_with_its_neighbours() -> None:
    grounds = grounds_of([at("is third")], (), "Which?")
    assert grounds.sentences == ("Three is third.",)
    assert grounds.text.split("\n") == [
        "One is first.",
        "Two is second.",
        "Three is third.",
        "Four is last.",
    ]


def test_a_quotation_over_two_sentences_has_both() -> None:
    assert grounds_of([at("first. Two")], (), "").sentences == ("One is first.", "Two is second.")


def test_a_sentence_that_is_near_two_quotations_is_there_once() -> None:
    grounds = grounds_of([at("One is"), at("Two is")], (), "")
    assert grounds.text.count("Two is second.") == 1


def test_the_question_and_the_title_are_grounds_too() -> None:
    grounds = grounds_of([at("is third")], passages(SOURCE), "Which of them?")
    assert "Which of them?" in grounds.about
    assert SOURCE.title in grounds.about
    assert grounds.shown == SOURCE.text


def test_a_long_document_is_only_read_around_the_quotation() -> None:
    source = document("Never seen. " * 1_000 + "Here it is. " + "Never seen. " * 1_000)
    assert len(grounds_of([at("Here it is", source)], (), "").text) < 100
