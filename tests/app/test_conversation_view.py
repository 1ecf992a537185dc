"""What the browser gets of a conversation: sentences, places, and the documents they are in."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from page_fakes import (
    ASEAN,
    COMMITMENT,
    answer,
    article,
    citation,
    passage,
    refusal,
    verdicts,
)

from rag.events import ClaimVerified, Done, Event, PassagesFound
from rag.types import (
    Answer,
    Block,
    BlockKind,
    Claim,
    Document,
    DocumentFact,
    FactKind,
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
from rag.ui import strings
from rag.ui.conversation import Answered, Exchange, Failed, Waiting
from rag.ui.conversation_view import ConversationView, conversation_view
from rag.ui.exchange_view import CLAIM_LENGTH, AnswerView, WritingView
from rag.ui.job import Job
from rag.ui.links import Link
from rag.ui.source_view import AROUND

ARTICLE = article()
BLOCK = Block(Span(0, 49_999), BlockKind.BODY)


def view_of(*exchanges: Exchange) -> ConversationView:
    return conversation_view(exchanges, [], [])


def drawn(answer: Answer) -> AnswerView:
    return cast(AnswerView, view_of(Answered(answer.question, answer))["exchanges"][0])


def marked(view: ConversationView, mark: str) -> str:
    blocks = view["documents"][ARTICLE.id]["blocks"]
    pieces = [piece for block in blocks for piece in block["pieces"]]
    return "".join(piece["text"] for piece in pieces if mark in piece["marks"])


def test_the_marked_words_of_a_citation_are_its_quotation() -> None:
    view = view_of(Answered("Q?", verdicts(ARTICLE)))
    assert marked(view, "1-1") == COMMITMENT
    assert marked(view, "1-2") == ASEAN


def test_each_claim_names_the_marks_of_its_citations() -> None:
    exchange = drawn(verdicts(ARTICLE))
    assert [claim["marks"] for claim in exchange["claims"]] == [["1-1"], ["1-2"], ["1-3"]]


def test_a_citation_of_two_claims_is_one_place() -> None:
    cited = citation(ARTICLE, COMMITMENT)
    twice = answer(ARTICLE, ("One.", cited), ("Two.", cited))
    assert len(drawn(twice)["places"]) == 1


def test_a_claim_that_cites_a_place_twice_shows_one_number() -> None:
    cited = citation(ARTICLE, COMMITMENT)
    twice = replace(answer(ARTICLE), claims=(Claim("One.", (cited, cited)),))
    assert drawn(twice)["claims"][0]["marks"] == ["1-1"]


@pytest.mark.parametrize(
    ("probability", "shown"), [(None, ""), (0.0, "0%"), (0.426, "43%"), (0.998, ">99%")]
)
def test_a_claim_says_how_likely_it_answers_where_that_is_known(
    probability: float | None, shown: str
) -> None:
    claims = (Claim("One.", (citation(ARTICLE, COMMITMENT),), probability),)
    assert drawn(replace(answer(ARTICLE), claims=claims))["claims"][0]["likelihood"] == shown


def test_a_sentence_that_was_not_verified_is_drawn_in_its_place_for_review_only() -> None:
    bad = Rejection("False.", ProposedQuote(1, "x y z"), RejectionReason.NOT_FOUND, place=1)
    also = replace(bad, claim="One.", kept=True, place=0)
    reply = answer(
        ARTICLE,
        ("One.", citation(ARTICLE, COMMITMENT)),
        ("Two.", citation(ARTICLE, ASEAN, 2)),
        rejections=(also, bad, replace(bad, quote=ProposedQuote(2, "a b c"))),
    )
    plain = conversation_view([Answered("Q?", reply)], [ARTICLE], [])["exchanges"][0]
    review = conversation_view([Answered("Q?", reply)], [ARTICLE], [], review=True)["exchanges"][0]
    assert [claim["text"] for claim in cast(AnswerView, plain)["claims"]] == ["One.", "Two."]
    shown = cast(AnswerView, review)["claims"]
    assert [claim["text"] for claim in shown] == ["One.", "False.", "Two."]
    told = shown[1]["rejections"]
    assert [(t["word"], t["quote"]) for t in told] == [
        ("Not found", "x y z"),
        ("Not found", "a b c"),
    ]
    assert told[0]["reason"] == "These words are not in the sources."
    assert (shown[0]["rejections"], shown[1]["marks"]) == ([], [])


def test_an_answer_that_is_being_written_shows_what_is_verified_and_its_places() -> None:
    reply = verdicts(ARTICLE)
    go_on = threading.Event()

    def slow() -> Iterator[Event]:
        yield PassagesFound(reply.passages)
        yield from map(ClaimVerified, reply.claims[:2])
        go_on.wait(20)
        yield Done(reply)

    job = Job(slow)
    while len(job.progress.claims) < 2:
        time.sleep(0.01)
    view = view_of(Waiting("Q?", job))
    exchange = cast(WritingView, view["exchanges"][0])
    assert exchange["state"] == "writing"
    assert [claim["marks"] for claim in exchange["claims"]] == [["1-1"], ["1-2"]]
    assert [place["number"] for place in exchange["places"]] == ["1", "2"]
    assert marked(view, "1-2") == ASEAN
    go_on.set()


def test_a_notice_and_the_cost_are_told_where_there_are_any() -> None:
    reply = replace(verdicts(ARTICLE), notice="It broke.", usage=Usage(1200, 34))
    assert drawn(reply)["notice"] == "It broke."
    facts = {fact["name"]: fact["value"] for fact in drawn(reply)["retrieval"]["facts"]}
    assert facts[strings.TOKENS] == "1,200 tokens read, 34 written"
    free = drawn(verdicts(ARTICLE))
    assert free["notice"] == ""
    assert [fact["name"] for fact in free["retrieval"]["facts"]] == [strings.SEARCHED_FOR]


def test_each_verdict_is_said_in_words_and_explained() -> None:
    places = drawn(verdicts(ARTICLE))["places"]
    assert [place["verdict_name"] for place in places] == ["Exact", "Typography differs", "Moved"]
    assert all(place["explanation"].endswith(".") for place in places)


def test_a_label_holds_the_number_and_the_quotation() -> None:
    place = drawn(verdicts(ARTICLE))["places"][0]
    assert place["label"] == f"Citation 1, Exact: “{COMMITMENT}”"


def test_a_long_quotation_is_shortened_in_its_label_only() -> None:
    long = ARTICLE.text[1000:1600]
    reply = answer(ARTICLE, ("Long.", citation(ARTICLE, long)))
    label = drawn(reply)["places"][0]["label"]
    assert label.endswith(" …”")
    assert len(label) < 230
    assert marked(view_of(Answered("Q?", reply)), "1-1") == long.replace("\n\n", "")


def test_a_sentence_of_monstrous_length_is_cut_and_says_so() -> None:
    claims = (Claim("m" * (CLAIM_LENGTH + 1_000), (citation(ARTICLE, COMMITMENT),)),)
    (claim,) = drawn(replace(answer(ARTICLE), claims=claims))["claims"]
    assert (len(claim["text"]), claim["cut"]) == (CLAIM_LENGTH, "1,000 characters not shown")


def test_a_document_that_was_read_but_not_cited_is_sent_around_its_passages_only() -> None:
    other = Document("other", "Other", "word " * 10_000, "other.txt", "text/plain", (BLOCK,))
    read = (passage(ARTICLE), Passage(2, other, Span(0, 40), Scores(0.5, 3.0, 0.6)))
    view = view_of(Answered("Q?", replace(verdicts(ARTICLE), passages=read)))
    assert len(json.dumps(view["documents"]["other"])) < 2 * AROUND
    assert marked(view, "1-1") == COMMITMENT


def test_what_a_file_says_of_itself_is_told_as_that_and_cites_nothing() -> None:
    fact = DocumentFact(ARTICLE.id, ARTICLE.title, FactKind.PUBLISHED, "2021-04-22")
    told = drawn(replace(answer(ARTICLE), facts=(fact,)))
    assert told["facts"] == [f"{ARTICLE.title}: published 2021-04-22, its file says."]
    assert (told["checked"], told["nearest"]) == (strings.FACTS_CHECKED, [])
    assert set(strings.FACT_NAMES) == set(FactKind)


def test_a_link_is_a_place_in_a_document_that_is_shown_first() -> None:
    link = Link(ARTICLE, citation(ARTICLE, ASEAN).span)
    view = conversation_view([], [], [], link=link)
    assert view["first_document"] == ARTICLE.id
    assert marked(view, view["linked"][0]["mark"]) == ASEAN


def test_a_paged_document_gives_the_page_of_a_citation() -> None:
    half = ARTICLE.text.index(ASEAN) - 10
    paged = replace(ARTICLE, pages=(Span(0, half), Span(half, len(ARTICLE.text))))
    reply = answer(
        paged, ("One.", citation(paged, COMMITMENT)), ("Two.", citation(paged, ASEAN, 2))
    )
    assert [place["page"] for place in drawn(reply)["places"]] == ["p. 1", "p. 2"]
    assert drawn(reply)["places"][1]["label"].startswith("Citation 2, Exact, p. 2: “")


def test_what_was_rejected_is_told_with_its_reason() -> None:
    exchange = drawn(verdicts(ARTICLE))
    assert exchange["left_out"] == "1 statement was not verified and left out"
    assert exchange["rejections"][0]["reason"] == "These words are not in the sources."


def test_a_sentence_without_a_quotation_is_told_in_its_place() -> None:
    bare = Rejection("Just a claim.", ProposedQuote(0, ""), RejectionReason.NO_QUOTE)
    refused = replace(refusal("Q?", ARTICLE), rejections=(bare,))
    exchange = drawn(refused)
    assert exchange["rejections"][0]["words"] == "Just a claim."


def test_a_refusal_shows_the_nearest_passages_as_places_without_a_number() -> None:
    exchange = drawn(refusal("Q?", ARTICLE))
    assert exchange["state"] == "not_in_sources"
    assert [near["text"] for near in exchange["nearest"]] == [
        passage(ARTICLE, number).text.strip() for number in (1, 2, 3)
    ]
    assert {(place["number"], place["verdict"]) for place in exchange["places"]} == {
        ("", "nearest")
    }


def test_the_marked_words_of_a_near_passage_are_the_passage() -> None:
    view = view_of(Answered("Q?", refusal("Q?", ARTICLE)))
    assert marked(view, "1-near-1") == passage(ARTICLE, 1).text


def test_an_answer_marks_the_passages_that_were_read_and_none_as_near() -> None:
    view = view_of(Answered("Q?", verdicts(ARTICLE)))
    assert "near" not in json.dumps(view["documents"])
    assert marked(view, "1-read-1") == passage(ARTICLE).text


def test_marks_of_different_answers_stay_apart() -> None:
    view = view_of(
        Answered("Q?", answer(ARTICLE, ("One.", citation(ARTICLE, COMMITMENT)))),
        Answered("R?", answer(ARTICLE, ("Two.", citation(ARTICLE, ASEAN)))),
    )
    assert (marked(view, "1-1"), marked(view, "2-1")) == (COMMITMENT, ASEAN)


def test_a_follow_up_says_what_was_searched_for() -> None:
    follow_up = replace(verdicts(ARTICLE), question="And Japan?", standalone_question="Who, Japan?")
    exchange = drawn(follow_up)
    assert exchange["understood"] == "Searched for: Who, Japan?"


def test_a_question_that_stands_alone_is_not_repeated() -> None:
    assert drawn(verdicts(ARTICLE))["understood"] == ""


def test_a_refusal_gives_no_short_answer() -> None:
    refused = replace(refusal("Q?", ARTICLE), short_answer="42")
    assert drawn(refused)["short_answer"] == ""


def test_a_waiting_and_a_failed_question_are_told_apart() -> None:
    first, second = view_of(Failed("Q?", "No server."), Waiting("R?"))["exchanges"]
    gives_way = "The exchange after this question will be removed."
    assert first == {
        "id": "1",
        "state": "failed",
        "question": "Q?",
        "gives_way": gives_way,
        "message": "No server.",
    }
    assert second == {"id": "2", "state": "waiting", "question": "R?", "gives_way": ""}


def test_a_document_that_nothing_cites_is_sent_only_to_be_shown_first() -> None:
    refused = Answered("Q?", Answer("Q?", "Q?", Status.NOT_IN_SOURCES, (), (), ()))
    assert view_of(refused)["documents"] == {}
    view = conversation_view([refused], [ARTICLE], [])
    assert (list(view["documents"]), view["first_document"]) == ([ARTICLE.id], ARTICLE.id)


def test_the_view_is_plain_json() -> None:
    view = view_of(Answered("Q?", verdicts(ARTICLE)), Failed("R?", "No."), Waiting("S?"))
    assert json.loads(json.dumps(view)) == view


def test_every_verdict_and_every_reason_has_its_words() -> None:
    assert set(strings.VERDICT_NAMES) == set(strings.VERDICT_EXPLANATIONS) == set(Verdict)
    assert set(strings.REJECTION_REASONS) == set(strings.REJECTION_NAMES) == set(RejectionReason)
