"""The whole path, with everything real: article, Chroma, models, verification."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant, Inquiry, open_assistant
from rag.documents import load_bytes
from rag.errors import DocumentTooLargeError, ModelError
from rag.events import ClaimVerified, Done, PassagesFound, Searching
from rag.limits import Limits
from rag.settings import Settings
from rag.types import Status, Turn


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with open_assistant(Settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


def test_a_new_library_starts_with_the_bundled_article(assistant: Assistant) -> None:
    titles = [record.title for record in assistant.library.documents()]
    assert titles == ["The Japan-US Alliance During the Biden Administration"]


def test_an_answer_is_made_of_quotations_that_stand_in_the_document(assistant: Assistant) -> None:
    answer = assistant.ask("When was the Leaders' Video Conference held?")
    assert answer.status is Status.ANSWERED
    assert "March 12" in answer.text
    for citation in answer.citations:
        text = assistant.library.document(citation.document_id).text
        assert citation.span.of(text) == citation.quote


def test_a_question_about_something_else_is_refused_with_the_nearest_passages(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("How do I bake sourdough bread with rye flour?")
    assert answer.status is Status.NOT_IN_SOURCES
    assert answer.citations == ()
    assert 1 <= len(answer.nearest) <= 3


def test_a_follow_up_is_asked_with_the_words_of_the_question_before(assistant: Assistant) -> None:
    history = [Turn("Who attended from the American side?", "Blinken and Austin.")]
    answer = assistant.ask("And who came from Japan?", history)
    assert answer.question == "And who came from Japan?"
    assert answer.standalone_question == "And who came from Japan? Who attended from the side?"


def test_the_chain_is_a_langchain_runnable(assistant: Assistant) -> None:
    inquiry = Inquiry("When was the Leaders' Video Conference held?")
    *_, last = assistant.chain.stream(inquiry)
    assert last == Done(assistant.ask(inquiry.question))


def test_what_happens_is_told_in_order(assistant: Assistant) -> None:
    question = "What are the three points?"
    searching, found, *verified, done = assistant.stream(question)
    assert searching == Searching(question)
    assert isinstance(found, PassagesFound)
    assert isinstance(done, Done)
    assert (found.passages, done.answer.passages) == (done.answer.passages, found.passages)
    assert [e.claim for e in verified if isinstance(e, ClaimVerified)] == list(done.answer.claims)
    assert len(verified) == len(done.answer.claims) > 0


def test_author_and_date_are_told_as_what_the_file_says_and_not_quoted(
    assistant: Assistant,
) -> None:
    bread = load_bytes(b"Bread needs time.", source="bread.txt", limits=Limits(max_bytes=1000))
    assistant.library.add(replace(bread, author="Ann Lee", published="2021-04-12"))
    chosen = [bread.id]
    answer = assistant.ask("When was this published?", document_ids=chosen)
    assert (answer.status, answer.text) == (Status.ANSWERED, "bread: published 2021-04-12")
    assert answer.citations == ()
    assert assistant.ask("Who wrote this?", document_ids=chosen).facts[0].value == "Ann Lee"
    assistant.library.remove(bread.id)


@pytest.mark.parametrize("question", ["Who wrote this?", "Who is the author?"])
def test_nobody_whom_a_text_names_is_its_author(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status is Status.NOT_IN_SOURCES


def test_only_the_documents_named_are_asked(assistant: Assistant) -> None:
    assert assistant.ask("Who met Antony Blinken?", document_ids=[]).passages == ()


def test_a_seed_that_was_removed_stays_removed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with open_assistant(settings) as assistant:
        assistant.library.remove(assistant.library.documents()[0].id)
    with open_assistant(settings) as assistant:
        assert assistant.library.documents() == []


def test_an_assistant_without_seeds_answers_from_what_is_added(tmp_path: Path) -> None:
    with open_assistant(Settings(home=tmp_path), seeds=False) as assistant:
        assert assistant.ask("Who designed the bridge?").status is Status.NOT_IN_SOURCES
        text = b"The bridge was designed by Anna Keller. It opened in 1931."
        assistant.library.add(load_bytes(text, source="bridge.txt", limits=Limits(max_bytes=1000)))
        assert "Anna Keller" in assistant.ask("Who designed the bridge?").text


def test_an_impossible_answerer_leaves_the_library_unlocked(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no provider 'nobody'"):
        open_assistant(Settings(home=tmp_path, model="nobody:knows"))
    open_assistant(Settings(home=tmp_path), seeds=False).close()


def test_a_seed_that_cannot_be_read_leaves_the_library_unlocked(tmp_path: Path) -> None:
    with pytest.raises(DocumentTooLargeError):
        open_assistant(Settings(home=tmp_path, max_bytes=10))
    open_assistant(Settings(home=tmp_path), seeds=False).close()
