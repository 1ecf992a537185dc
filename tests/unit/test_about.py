from dataclasses import replace

import pytest
from verification_fakes import document, passages

from rag.about import facts_asked, telling
from rag.sentences import split_sentences
from rag.types import FactKind, JudgedSentence

HARBOUR = replace(
    document("Harbour report\n\nThe wall was raised.", name="Harbour report"),
    author="Ann Lee",
    published="2021-04-12",
)
BRIDGE = replace(
    document("Bridge report\n\nThe bridge is shut.", name="Bridge report"), published="2019"
)


@pytest.mark.parametrize(
    "question",
    [
        "When was this published?",
        "when was the article written",
        "What is the date of this report?",
        "On which day was the document released?",
        "What is the publication date of the text?",
        "When was the text first published?",
        "Do you know when this was written?",
        "What is the publication date?",
        "When was it published online?",
    ],
)
def test_a_question_for_the_date_of_the_document_gets_what_its_file_says(question: str) -> None:
    (fact,) = facts_asked(question, passages(HARBOUR))
    assert (fact.kind, fact.value, fact.title) == (
        FactKind.PUBLISHED,
        "2021-04-12",
        "Harbour report",
    )


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote this?",
        "Who is the author of the article?",
        "Who wrote the harbour report?",
        "Who’s the author?",
        "Who wrote this article and when?",
    ],
)
def test_a_question_for_the_author_gets_what_the_file_says(question: str) -> None:
    (fact,) = facts_asked(question, passages(HARBOUR))
    assert (fact.kind, fact.value) == (FactKind.AUTHOR, "Ann Lee")


@pytest.mark.parametrize(
    "question",
    [
        "When was the wall raised?",
        "When was the law published?",
        "Who wrote the letter to the mayor?",
        "Who published the figures?",
        "When was the joint statement issued?",
        "Who wrote the budget paper?",
        "What did the report say about when it was written?",
        "In which year was the bank that issued the bonds founded?",
        "When did the band that released the music split up?",
        "Who wrote this letter to the mayor?",
        "Who wrote that the town needs a library?",
        "Who was the author of this bill?",
        "What is the date of this opening of the bridge?",
        "When was the document issued by the court?",
        "Who is the author of the letter?",
    ],
)
def test_a_question_about_what_the_text_tells_is_none_about_the_document(question: str) -> None:
    assert facts_asked(question, passages(HARBOUR)) == ()


@pytest.mark.parametrize("before", ["Who wrote this?", "What does the article say of trade?"])
def test_it_is_the_document_after_a_question_about_the_document(before: str) -> None:
    (fact,) = facts_asked("And when was it published?", passages(HARBOUR), earlier=[before])
    assert fact.value == "2021-04-12"


def test_the_question_before_says_which_document_is_meant_where_the_question_does_not() -> None:
    shelf = passages(HARBOUR, BRIDGE)
    (fact,) = facts_asked(
        "When was it published?", shelf, earlier=["Who wrote the harbour report?"]
    )
    assert fact.value == "2021-04-12"
    earlier = ["What does the harbour report say?"]
    (fact,) = facts_asked("When was the bridge report published?", shelf, earlier=earlier)
    assert fact.value == "2019"


def test_it_is_something_else_after_a_question_about_something_else() -> None:
    earlier = ["Who wrote this?", "Who directed the film Kestrel?"]
    assert facts_asked("When was it released?", passages(HARBOUR), earlier=earlier) == ()
    (fact,) = facts_asked("When was the article released?", passages(HARBOUR), earlier=earlier)
    assert fact.value == "2021-04-12"


def test_an_earlier_question_is_not_asked_again() -> None:
    assert facts_asked("How much is it?", passages(HARBOUR), earlier=["Who wrote this?"]) == ()


def test_of_several_documents_the_one_that_is_named_is_meant() -> None:
    shelf = passages(HARBOUR, BRIDGE)
    (fact,) = facts_asked("When was the bridge report published?", shelf)
    assert fact.value == "2019"
    each = facts_asked("When was each report published?", shelf)
    assert [fact.value for fact in each] == ["2021-04-12", "2019"]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Who wrote this?", ["This report was written by Ann Lee.", "By Ann Lee, in Oslo."]),
        ("When was this published?", ["This report was written by Ann Lee.", "Posted in May."]),
        (
            "Who spoke?",
            [
                "The talks were led by Paul Green.",
                "This report was written by Ann Lee.",
                "Posted in May.",
                "By Ann Lee, in Oslo.",
            ],
        ),
    ],
)
def test_where_a_file_does_not_say_only_what_speaks_of_writing_may_be_quoted(
    question: str, kept: list[str]
) -> None:
    source = document(
        "The talks were led by Paul Green. This report was written by Ann Lee. Posted in May. "
        "By Ann Lee, in Oslo.",
        name="Talks",
    )
    (only,) = passages(source)
    spans = split_sentences(source.text, only.span)
    judged = replace(only, sentences=tuple(JudgedSentence(s, None, 0.5) for s in spans))
    (told,) = telling(question, [judged])
    assert [sentence.span.of(source.text) for sentence in told.sentences] == kept


def test_nothing_is_invented_where_a_file_does_not_say() -> None:
    assert facts_asked("Who wrote the bridge report?", passages(HARBOUR, BRIDGE)) == ()
    assert facts_asked("When was this published?", ()) == ()
