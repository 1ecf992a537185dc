"""An answer that is kept comes back whole, and a quotation that no longer stands does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConversationsError
from rag.stored_answers import dump_answer, load_answer
from rag.types import (
    Answer,
    Block,
    BlockKind,
    Citation,
    Claim,
    Document,
    JudgedSentence,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Scores,
    Span,
    Status,
    Usage,
    Verdict,
)

TEXT = "The mill was built in 1911. It burned down in 1950."


def document(text: str = TEXT, id_: str = "mill") -> Document:
    return Document(
        id_,
        "The mill",
        text,
        "mill.txt",
        "text/plain",
        (Block(Span(0, len(text)), BlockKind.BODY),),
    )


def cited(start: int, end: int, number: int = 1, text: str = TEXT) -> Citation:
    return Citation(number, "mill", Span(start, end), text[start:end], Verdict.EXACT)


def answer(*citations: Citation, short_answer: str = "1911") -> Answer:
    judged = JudgedSentence(Span(0, 27), Span(22, 26), 0.9)
    scores = Scores(0.5, 2.0, 0.7)
    return Answer(
        question="When was it built?",
        standalone_question="When was the mill built?",
        status=Status.PARTIAL,
        claims=tuple(Claim(f"Claim {c.number}.", (c,), 0.9) for c in citations),
        rejections=(
            Rejection("No.", ProposedQuote(1, "made up"), RejectionReason.NOT_FOUND, place=1),
        ),
        passages=(Passage(1, document(), Span(0, len(TEXT)), scores, (judged,), 0.8),),
        short_answer=short_answer,
        usage=Usage(10, 5),
        notice="Cut short.",
    )


def test_an_answer_comes_back_as_it_was() -> None:
    kept = answer(cited(0, 27), cited(28, 51, 2))
    restored = load_answer(dump_answer(kept), {"mill": document()}.get)
    assert (restored.answer, restored.lost, restored.missing) == (kept, 0, ())


def test_a_removed_document_takes_its_citations_and_passages_along_and_is_named() -> None:
    restored = load_answer(dump_answer(answer(cited(0, 27))), lambda _: None)
    assert (restored.lost, restored.missing) == (1, ("The mill",))
    assert restored.answer.citations == ()
    assert restored.answer.passages == ()
    assert restored.answer.short_answer == ""
    assert restored.answer.text == "Claim 1."


def test_a_quotation_that_no_longer_stands_at_its_place_is_no_citation() -> None:
    kept = dump_answer(answer(cited(0, 27), cited(28, 51, 2), short_answer="1950"))
    changed = document(TEXT.replace("1911", "1912"))
    restored = load_answer(kept, {"mill": changed}.get)
    assert restored.lost == 1
    assert [c.number for c in restored.answer.citations] == [2]
    assert restored.answer.short_answer == "1950"


def test_a_document_that_became_shorter_is_no_error() -> None:
    restored = load_answer(dump_answer(answer(cited(28, 51))), {"mill": document("Short.")}.get)
    assert (restored.lost, restored.answer.passages) == (1, ())


@given(words=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_whatever_words_are_quoted_come_back(words: str) -> None:
    text = f"{words}!"
    kept = replace(
        answer(Citation(1, "mill", Span(0, len(words)), words, Verdict.FOLDED), short_answer=words),
        question=words,
        passages=(Passage(1, document(text), Span(0, len(text)), Scores(0, 0, 0)),),
    )
    assert load_answer(dump_answer(kept), {"mill": document(text)}.get).answer == kept


@pytest.mark.parametrize("damaged", ["", "{}", "[]", '{"answer": {}, "titles": {}}', "null"])
def test_a_damaged_answer_is_an_error_with_a_name(damaged: str) -> None:
    with pytest.raises(ConversationsError, match="damaged"):
        load_answer(damaged, lambda _: None)
