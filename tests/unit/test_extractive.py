import pytest
from reader_fakes import ScriptedReader
from verification_fakes import document, passages

from rag.answering.extractive import THRESHOLD, ExtractiveDrafter, candidates
from rag.evidence import judge
from rag.types import BlockKind, DraftClaim, DraftPart, ShortAnswer

REPORT = document(
    "Harbour report\n\n"
    "The harbour wall was raised by two metres. The work took four years. Ships kept sailing.\n\n"
    "The first aim was safety at sea. The second aim was trade with the islands.\n\n"
    "The third aim was to give the town work.",
    BlockKind.TITLE,
)


def draft(reader: ScriptedReader, question: str) -> list[DraftPart]:
    return list(ExtractiveDrafter().draft(question, judge(reader, question, passages(REPORT))))


def claims(reader: ScriptedReader, question: str) -> list[DraftClaim]:
    return [part for part in draft(reader, question) if isinstance(part, DraftClaim)]


def quotes(reader: ScriptedReader, question: str) -> list[str]:
    return [quote.text for claim in claims(reader, question) for quote in claim.quotes]


def short_answers(reader: ScriptedReader, question: str) -> list[str]:
    return [part.text for part in draft(reader, question) if isinstance(part, ShortAnswer)]


def test_a_fact_gets_the_one_likeliest_sentence() -> None:
    reader = ScriptedReader({"four years": 6.0, "two metres": -2.0})
    assert quotes(reader, "How long did it take?") == ["The work took four years."]


def test_a_fact_gets_a_few_sentences_and_no_short_answer_where_it_is_hard_to_tell_which() -> None:
    reader = ScriptedReader({"four years": 6.0, "two metres": 5.8, "Ships": 5.7, "safety": 5.6})
    assert quotes(reader, "How long did it take?") == [
        "The harbour wall was raised by two metres.",
        "The work took four years.",
        "Ships kept sailing.",
    ]
    assert short_answers(reader, "How long did it take?") == [""]


def test_a_question_for_several_things_gets_more_sentences_than_a_fact() -> None:
    reader = ScriptedReader({"four years": 6.0, "two metres": 5.8, "Ships": 5.7, "safety": 5.6})
    assert len(quotes(reader, "Which results are there?")) == 4
    assert len(quotes(reader, "Which result is there?")) == 3


def test_two_questions_in_one_get_the_sentences_of_both_and_no_short_answer() -> None:
    reader = ScriptedReader({"four years": 6.0, "two metres": 0.5, "Ships": -6.0})
    asked = "How long did it take, and how high was it raised?"
    assert quotes(reader, "How long did it take?") == ["The work took four years."]
    assert quotes(reader, asked) == [
        "The harbour wall was raised by two metres.",
        "The work took four years.",
    ]
    assert short_answers(reader, asked) == [""]


def test_a_second_sentence_that_is_less_likely_leaves_the_short_answer_clear() -> None:
    reader = ScriptedReader({"four years": 6.0, "two metres": 2.2})
    assert len(quotes(reader, "How long did it take?")) == 2
    assert short_answers(reader, "How long did it take?") == ["The"]


def test_an_explanation_gets_the_other_likely_sentences_in_the_order_of_the_text() -> None:
    reader = ScriptedReader({"safety": 6.0, "two metres": 6.0, "Ships": -6.0})
    assert quotes(reader, "Why was it done?") == [
        "The harbour wall was raised by two metres.",
        "The first aim was safety at sea.",
    ]


def test_a_list_takes_the_sentences_that_number_their_points() -> None:
    reader = ScriptedReader({"aim": 2.0, "two metres": 6.0})
    assert quotes(reader, "What are the three aims?") == [
        "The first aim was safety at sea.",
        "The second aim was trade with the islands.",
        "The third aim was to give the town work.",
    ]


def test_numbered_sentences_about_something_else_are_no_list() -> None:
    reader = ScriptedReader({"aim": -4.0, "two metres": 6.0})
    assert quotes(reader, "Which two ships sailed?") == [
        "The harbour wall was raised by two metres."
    ]


def test_unlikely_numbered_sentences_are_no_list() -> None:
    reader = ScriptedReader({"aim": -4.0, "two metres": 6.0})
    assert quotes(reader, "Which of the three aims was reached?") == [
        "The harbour wall was raised by two metres."
    ]


def test_nothing_likely_is_a_refusal() -> None:
    assert quotes(ScriptedReader(), "Who paid for it?") == []
    assert list(ExtractiveDrafter().draft("Who?", ())) == []
    assert list(ExtractiveDrafter().draft("Who?", passages(REPORT))) == []  # nobody read them


def test_each_quote_names_the_passage_that_it_stands_in() -> None:
    (claim,) = claims(ScriptedReader({"third": 6.0}), "Which?")
    number = claim.quotes[0].passage_number
    assert claim.quotes[0].text in passages(REPORT)[number - 1].text


def test_a_fact_has_its_words_as_a_short_answer() -> None:
    reader = ScriptedReader({"four years": 6.0})
    assert short_answers(reader, "How long did it take?") == ["The"]


@pytest.mark.parametrize("question", ["Why was it done?", "What are the three aims?"])
def test_an_explanation_or_a_list_has_no_short_answer(question: str) -> None:
    assert short_answers(ScriptedReader({"aim": 6.0}), question) == [""]


def test_each_claim_says_how_likely_it_answers() -> None:
    reader = ScriptedReader({"safety": 6.0, "two metres": 5.0})
    likely = [claim.probability for claim in claims(reader, "Why was it done?")]
    assert likely == sorted(likely, key=lambda p: p or 0)
    assert all(p is not None and THRESHOLD < p < 1 for p in likely)


def test_a_sentence_of_two_passages_is_weighed_once() -> None:
    judged = judge(ScriptedReader(), "What?", passages(REPORT))
    assert len(candidates((*judged, *judged))) == 6


FERRY = document("Island news\n\nThe ferry costs five pounds now. It rained.", BlockKind.TITLE)
RIVAL = document(
    "Harbour post\n\nThe ferry costs six pounds now. The sun shone.",
    BlockKind.TITLE,
    name="rival.txt",
)


def draft_of_two(reader: ScriptedReader, question: str) -> list[DraftPart]:
    read = judge(reader, question, passages(FERRY, RIVAL))
    return list(ExtractiveDrafter().draft(question, read))


def test_two_documents_that_disagree_on_a_fact_are_both_quoted_and_not_merged() -> None:
    reader = ScriptedReader({"five pounds": 6.0, "six pounds": 4.0})
    parts = draft_of_two(reader, "What does the ferry cost?")
    texts = [part.text for part in parts if isinstance(part, DraftClaim)]
    assert texts == ["The ferry costs five pounds now.", "The ferry costs six pounds now."]


def test_what_yes_or_no_would_answer_has_no_short_answer_but_its_sentence() -> None:
    reader = ScriptedReader({"four years": 6.0})
    assert short_answers(reader, "Did the work take long?") == [""]
    assert quotes(reader, "Did the work take long?") == ["The work took four years."]


def test_words_of_several_documents_are_the_short_answer_only_if_they_are_the_same() -> None:
    reader = ScriptedReader({"five pounds": 6.0, "six pounds": 6.0})
    agreeing = [p.text for p in draft_of_two(reader, "What is it?") if isinstance(p, ShortAnswer)]
    assert agreeing == ["The"]  # the first word of both
    reader = ScriptedReader({"five pounds": 6.0, "The sun shone": 6.0, "six": -9.0})
    reader.answer_length = 9
    other = [p.text for p in draft_of_two(reader, "What is it?") if isinstance(p, ShortAnswer)]
    assert other == [""]


def test_another_document_that_hardly_answers_is_not_quoted() -> None:
    reader = ScriptedReader({"five pounds": 6.0, "six pounds": -6.0})
    parts = draft_of_two(reader, "What does the ferry cost?")
    assert [part.text for part in parts if isinstance(part, DraftClaim)] == [
        "The ferry costs five pounds now."
    ]
