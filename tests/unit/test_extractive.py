from dataclasses import dataclass, field
from typing import Any

import pytest
from verification_fakes import document, passages

from rag.answering import drafter_for
from rag.answering.extractive import THRESHOLD, ExtractiveDrafter
from rag.answering.scoring import Features, probability_of, score_sentences
from rag.errors import SettingsError
from rag.reader import SentenceReading
from rag.types import BlockKind, Span

REPORT = document(
    "Harbour report\n\n"
    "The harbour wall was raised by two metres. The work took four years. Ships kept sailing.\n\n"
    "The first aim was safety at sea. The second aim was trade with the islands.\n\n"
    "The third aim was to give the town work.",
    BlockKind.TITLE,
)


@dataclass
class ScriptedReader:
    """Finds evidence in the sentences that hold certain words."""

    telling: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, question: str, passages: Any) -> Any:
        self.asked.append(question)
        return [tuple(self._reading(s.of(p.text), s) for s in p.sentences) for p in passages]

    def _reading(self, sentence: str, span: Any) -> Any:
        score = max((v for word, v in self.telling.items() if word in sentence), default=-8.0)
        return SentenceReading(score, score, score, Span(span.start, span.start + 3))


def quotes(reader: ScriptedReader, question: str) -> Any:
    draft = ExtractiveDrafter(reader).draft(question, passages(REPORT))
    return [quote.text for claim in draft.claims for quote in claim.quotes]


def test_a_fact_gets_the_one_likeliest_sentence() -> None:
    reader = ScriptedReader({"four years": 6.0, "two metres": 5.0})
    assert quotes(reader, "How long did it take?") == ["The work took four years."]
    assert reader.asked == ["How long did it take?"]


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
    reader = ScriptedReader({"aim": -2.0, "two metres": 6.0})
    assert quotes(reader, "Which two ships sailed?") == [
        "The harbour wall was raised by two metres."
    ]


def test_nothing_likely_is_a_refusal() -> None:
    assert quotes(ScriptedReader(), "Who paid for it?") == []
    assert ExtractiveDrafter(ScriptedReader()).draft("Who?", ()).claims == ()


def test_each_quote_names_the_passage_that_it_stands_in() -> None:
    draft = ExtractiveDrafter(ScriptedReader({"third": 6.0})).draft("Which?", passages(REPORT))
    (claim,) = draft.claims
    number = claim.quotes[0].passage_number
    assert claim.quotes[0].text in passages(REPORT)[number - 1].text


def test_titles_and_page_chrome_are_never_an_answer() -> None:
    scored = score_sentences(ScriptedReader({"report": 9.0}), "What is this?", passages(REPORT))
    assert len(scored) == 6
    assert all("report" not in sentence.text for sentence in scored)


def test_a_sentence_of_two_passages_is_scored_once() -> None:
    twice = (*passages(REPORT), *passages(REPORT))
    assert len(score_sentences(ScriptedReader(), "What?", twice)) == 6


def test_the_words_that_answer_are_placed_in_the_document() -> None:
    best = score_sentences(ScriptedReader({"trade": 9.0}), "What?", passages(REPORT))[0]
    assert best.answer.of(REPORT.text) == "The"
    assert best.span.contains(best.answer)


@pytest.mark.parametrize("raised", ["evidence", "words", "passage"])
def test_more_of_any_feature_makes_an_answer_likelier(raised: str) -> None:
    low = dict.fromkeys(["evidence", "words", "passage"], 0.1)
    assert probability_of(Features(**low | {raised: 0.9})) > probability_of(Features(**low))


def test_probabilities_are_between_0_and_1_and_so_is_the_threshold() -> None:
    for logit in (-20.0, 0.0, 20.0):
        assert 0 < probability_of(Features(logit, logit, 0.5)) < 1
    assert 0 < THRESHOLD < 1


def test_an_unknown_answerer_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"'openai:gpt'.*PINCITE_MODEL=extractive"):
        drafter_for("openai:gpt")
