from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_fakes import ScriptedReader
from verification_fakes import document, passages

from rag.evidence import (
    LEAST_LEAD,
    LEAST_READ,
    NOTHING,
    UNREAD,
    Features,
    answers_of,
    judge,
    probability_of,
    together,
)
from rag.reader import PassageText, SentenceReading
from rag.types import BlockKind, Span

REPORT = document(
    "Harbour report\n\n"
    "The harbour wall was raised by two metres. The work took four years. Ships kept sailing.\n\n"
    "The first aim was safety at sea. The second aim was trade with the islands.",
    BlockKind.TITLE,
)
NAMES = ("evidence", "words", "passage")


def test_each_sentence_of_the_body_is_judged_in_order() -> None:
    judged = judge(ScriptedReader({"trade": 5.0}), "What?", passages(REPORT))
    texts = [s.span.of(REPORT.text) for passage in judged for s in passage.sentences]
    assert texts == [
        "The harbour wall was raised by two metres.",
        "The work took four years.",
        "Ships kept sailing.",
        "The first aim was safety at sea.",
        "The second aim was trade with the islands.",
    ]
    assert [passage.number for passage in judged] == [1, 2, 3]


def test_titles_and_page_chrome_are_never_an_answer() -> None:
    title = judge(ScriptedReader({"report": 9.0}), "What is this?", passages(REPORT))[0]
    assert (title.sentences, title.probability) == ((), 0.0)


def test_a_passage_is_as_likely_as_its_best_sentence() -> None:
    last = judge(ScriptedReader({"trade": 5.0}), "What?", passages(REPORT))[-1]
    assert last.probability == last.sentences[1].probability > last.sentences[0].probability


def test_the_words_that_answer_keep_the_accent_of_their_last_letter() -> None:
    text = document("Was it \u00e9? Zoe\u0308 came first.")
    reader = ScriptedReader({"Zoe": 9.0}, answer_length=3)
    (judged,) = judge(reader, "Who?", passages(text))
    words = judged.sentences[1].words
    assert words is not None
    assert words.of(text.text) == "Zoe\u0308"


def test_the_words_that_answer_are_placed_in_the_document() -> None:
    last = judge(ScriptedReader({"trade": 9.0}), "What?", passages(REPORT))[-1]
    words = last.sentences[1].words
    assert words is not None
    assert words.of(REPORT.text) == "The"
    assert last.sentences[1].span.contains(words)
    assert last.sentences[0].words is None  # the reader holds no words of it for the answer


def test_words_that_hardly_lead_others_of_their_sentence_are_no_short_answer() -> None:
    for lead, known in ((LEAST_LEAD - 0.1, False), (LEAST_LEAD, True)):
        last = judge(ScriptedReader({"trade": 9.0}, lead=lead), "What?", passages(REPORT))[-1]
        assert (last.sentences[1].words is not None) is known
        assert last.sentences[1].probability == last.probability  # the sentence stays evidence


class WordyReader(ScriptedReader):
    """Holds whole sentences for the answer."""

    def _reading(self, sentence: str, span: Span) -> SentenceReading:
        return replace(super()._reading(sentence, span), answer=span, words=9.0)


def test_a_long_run_of_words_is_no_short_answer() -> None:
    long = document("word " * 13 + "ends.")
    short = document("word " * 11 + "ends.")
    for text, known in ((long, False), (short, True)):
        (passage,) = judge(WordyReader(), "What?", passages(text))
        assert (passage.sentences[0].words is not None) is known


def test_the_reader_is_asked_once_for_all_passages() -> None:
    reader = ScriptedReader()
    judge(reader, "What?", passages(REPORT))
    assert reader.asked == ["What?"]


def test_the_reader_is_given_whole_sentences_of_each_passage() -> None:
    given: list[PassageText] = []

    class Listening(ScriptedReader):
        def read(self, question, passages):  # type: ignore[no-untyped-def]
            given.extend(passages)
            return super().read(question, passages)

    judge(Listening(), "What?", passages(REPORT))
    assert [span.of(text.text) for text in given for span in text.sentences][:2] == [
        "Harbour report",
        "The harbour wall was raised by two metres.",
    ]


def test_where_no_passage_seems_to_answer_none_is_likely_to() -> None:
    class Doubting(ScriptedReader):
        def _reading(self, sentence: str, span: Span) -> SentenceReading:
            return replace(super()._reading(sentence, span), answers=-9.0)

    sure, doubting = (
        judge(kind({"trade": 5.0}), "What?", passages(REPORT))[-1]
        for kind in (ScriptedReader, Doubting)
    )
    assert doubting.probability == sure.probability  # what is likeliest is another question
    assert doubting.answers < 0.2 < 0.9 < sure.answers


def answering(*logits: float) -> list[float]:
    """Judge a paragraph for each logit that it answers; return how likely each answers."""
    text = document(
        "\n\n".join(f"Paragraph {chr(97 + n)} stands here." for n in range(len(logits)))
    )

    class Saying(ScriptedReader):
        def _reading(self, sentence: str, span: Span) -> SentenceReading:
            logit = logits[ord(sentence.split()[1]) - 97]
            return replace(super()._reading(sentence, span), answers=logit)

    return [passage.answers for passage in judge(Saying(), "What?", passages(text))]


def test_the_likeliest_passage_answers_as_likely_as_all_do_together() -> None:
    logits = (-5.0, 1.0, -2.0)
    found = answering(*logits)
    assert max(found) == found[1] == pytest.approx(answers_of(together(logits)))
    assert sorted(found) == [found[0], found[2], found[1]]


def test_what_several_passages_seem_to_answer_is_likelier_than_what_one_does() -> None:
    assert max(answering(1.0, 1.0, -5.0)) > max(answering(1.0, -5.0, -5.0))


@given(st.lists(st.floats(-20, 20), min_size=LEAST_READ, max_size=10))
def test_passages_together_are_between_their_mean_and_the_likeliest(logits: list[float]) -> None:
    whole = together(logits)
    assert sum(logits) / len(logits) - 1e-9 <= whole <= max(logits) + 1e-9
    assert together([*logits, *logits]) == pytest.approx(whole)
    assert together([*logits[1:], logits[0] + 1]) > whole


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=LEAST_READ - 1))
def test_what_a_short_document_lacks_counts_as_not_answering(logits: list[float]) -> None:
    lacking = LEAST_READ - len(logits)
    assert together(logits) == pytest.approx(together([*logits, *[UNREAD] * lacking]))


def test_no_passages_together_answer_nothing() -> None:
    assert together([]) == NOTHING


def test_a_passage_without_body_text_answers_nothing() -> None:
    title = judge(ScriptedReader({"report": 9.0}), "What is this?", passages(REPORT))[0]
    assert title.answers < 0.001


@pytest.mark.parametrize("raised", NAMES)
def test_more_of_any_feature_makes_an_answer_likelier(raised: str) -> None:
    low = dict.fromkeys(NAMES, 0.1)
    more, less = Features(**low | {raised: 0.9}), Features(**low)
    assert probability_of(more) > probability_of(less)
    assert answers_of(2.0) > answers_of(-2.0)


@pytest.mark.parametrize("logit", [-1000.0, -20.0, 0.0, 20.0, 1000.0])
def test_probabilities_are_between_0_and_1(logit: float) -> None:
    assert 0 <= probability_of(Features(logit, logit, 0.5)) <= 1
    assert 0 <= answers_of(logit) <= 1
