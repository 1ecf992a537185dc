"""The page, run without a browser and with a scripted assistant."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import streamlit
from page_fakes import COMMITMENT, FakeAsker, FakeLibrary, Reply, answer, article, asker, citation
from pages import APP, Open, ask, pages_opened, press, rendered, upload, view, when, words
from streamlit.testing.v1 import AppTest

from rag.arrivals import Removed
from rag.assistant import Assistant
from rag.errors import DocumentError, LibraryLockedError
from rag.types import Document
from rag.ui import conversation, session, strings
from rag.ui.place_view import shortened

ARTICLE = article()
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> ![x](http://evil.example/x.png) "
    "[y](javascript:alert(3)) :material/home: $x^2$ www.evil.example"
)


@dataclass
class Slow(FakeAsker):
    """Keeps the end of an answer back until it is told to go on."""

    go_on: threading.Event = field(default_factory=threading.Event)

    def before_the_end(self, question: str) -> None:
        self.go_on.wait(20)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    with pages_opened(monkeypatch, tmp_path) as opened:
        yield opened


def test_an_empty_conversation_shows_suggestions_and_the_article(open_page: Open) -> None:
    page = when(open_page(asker(ARTICLE)), lambda page: bool(view(page)["suggestions"]))
    assert len(view(page)["suggestions"]) == 4
    assert view(page)["first_document"] == ARTICLE.id
    assert not page.exception


def test_an_empty_library_asks_for_a_document_first(open_page: Open) -> None:
    page = open_page(asker())
    assert page.chat_input[0].disabled
    assert page.chat_input[0].placeholder == strings.ASK_NOTHING
    assert (view(page)["suggestions"], view(page)["first_document"]) == ([], "")
    assert not page.exception


def test_a_question_gets_its_answer_drawn(open_page: Open) -> None:
    reply = answer(ARTICLE, ("It was committed.", citation(ARTICLE, COMMITMENT)))
    page = ask(open_page(asker(ARTICLE, **{"Q?": reply})), "Q?")
    (exchange,) = view(page)["exchanges"]
    assert (exchange["question"], exchange["state"]) == ("Q?", "answered")
    assert exchange["claims"][0]["text"] == "It was committed."
    assert not page.exception


def test_an_answer_that_takes_long_can_be_stopped_and_keeps_what_was_verified(
    open_page: Open,
) -> None:
    reply = answer(ARTICLE, ("It was committed.", citation(ARTICLE, COMMITMENT)))
    scripted = Slow(FakeLibrary({ARTICLE.id: ARTICLE}), {"Q?": reply})
    page = ask(open_page(scripted), "Q?")
    (exchange,) = view(page)["exchanges"]
    assert exchange["state"] == "writing"
    assert exchange["claims"][0]["text"] == "It was committed."
    exchanges = page.session_state["exchanges"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streamlit, "session_state", page.session_state)
        conversation.stop()
    scripted.go_on.set()
    assert exchanges[-1].job.wait(20)
    (exchange,) = view(page.run())["exchanges"]
    assert (exchange["state"], exchange["notice"]) == ("partial", strings.STOPPED)
    assert not page.exception


def test_a_question_that_is_asked_while_another_is_awaited_stays_in_the_input(
    open_page: Open,
) -> None:
    scripted = Slow(FakeLibrary({ARTICLE.id: ARTICLE}))
    page = ask(ask(open_page(scripted), "Q?"), "R?")
    assert [exchange["question"] for exchange in view(page)["exchanges"]] == ["Q?"]
    assert page.chat_input[0].proto.value == "R?"
    scripted.go_on.set()
    assert not page.exception


def test_a_follow_up_is_asked_with_what_came_before(open_page: Open) -> None:
    reply = answer(ARTICLE, ("It was committed.", citation(ARTICLE, COMMITMENT)))
    scripted = asker(ARTICLE, **{"Q?": reply})
    page = ask(ask(open_page(scripted), "Q?"), "And Japan?")
    history = scripted.asked[-1][1]
    assert [(turn.question, turn.answer) for turn in history] == [("Q?", "It was committed.")]
    assert not page.exception


def test_a_refusal_is_drawn_with_the_nearest_passages(open_page: Open) -> None:
    page = ask(open_page(asker(ARTICLE)), "How many planes?")
    (exchange,) = view(page)["exchanges"]
    assert (exchange["state"], len(exchange["nearest"])) == ("not_in_sources", 3)
    assert not page.exception


def test_a_question_of_white_space_is_not_asked(open_page: Open) -> None:
    scripted = asker(ARTICLE)
    page = ask(open_page(scripted), "   ")
    assert (scripted.asked, view(page)["exchanges"]) == ([], [])
    assert not page.exception


def test_an_error_is_drawn_as_its_sentence_and_the_question_stays_in_the_input(
    open_page: Open,
) -> None:
    page = ask(open_page(asker(ARTICLE, **{"Q?": DocumentError("The disk is full.")})), "Q?")
    (exchange,) = view(page)["exchanges"]
    assert (exchange["state"], exchange["message"]) == ("failed", "The disk is full.")
    assert page.chat_input[0].proto.value == "Q?"
    assert not page.exception


def test_a_fault_of_the_program_is_drawn_without_its_trace(
    open_page: Open, caplog: pytest.LogCaptureFixture
) -> None:
    page = ask(open_page(asker(ARTICLE, **{"Q?": KeyError("secret")})), "Q?")
    (exchange,) = view(page)["exchanges"]
    assert exchange["message"] == strings.UNEXPECTED
    assert "secret" in caplog.text
    assert not page.exception


def test_a_question_after_a_failure_takes_its_place(open_page: Open) -> None:
    page = open_page(asker(ARTICLE, **{"Q?": DocumentError("No.")}))
    page = ask(ask(page, "Q?"), "R?")
    assert [exchange["question"] for exchange in view(page)["exchanges"]] == ["R?"]
    assert not page.exception


def revise(page: AppTest, number: int, question: str) -> AppTest:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streamlit, "session_state", page.session_state)
        conversation.revise(number, question)
    return page.run()


def test_a_question_asked_anew_takes_the_place_of_the_old_one_and_of_those_after_it(
    open_page: Open,
) -> None:
    scripted = asker(ARTICLE)
    page = open_page(scripted)
    for question in ("One?", "Two?", "Three?"):
        page = ask(page, question)
    page = revise(page, 2, "Else?")
    assert [exchange["question"] for exchange in view(page)["exchanges"]] == ["One?", "Else?"]
    assert scripted.asked[-1] == ("Else?", scripted.asked[1][1])
    assert not page.exception


@pytest.mark.parametrize(("number", "question"), [(0, "Q?"), (2, "Q?"), (-1, "Q?"), (1, "  ")])
def test_a_question_that_cannot_be_asked_anew_changes_nothing(
    open_page: Open, number: int, question: str
) -> None:
    page = revise(ask(open_page(asker(ARTICLE)), "One?"), number, question)
    assert [exchange["question"] for exchange in view(page)["exchanges"]] == ["One?"]


def test_a_link_opens_its_place_and_a_wrong_one_says_so(open_page: Open) -> None:
    page = open_page(asker(ARTICLE))
    page.query_params.update({"document": ARTICLE.id, "start": "10", "end": "20"})
    assert view(page.run())["linked"][0]["quote"] == shortened(ARTICLE.text[10:20], 600)
    page.query_params["document"] = "gone"
    page = page.run()
    assert (view(page)["linked"], view(page)["link_notice"]) == ([], strings.LINK_UNKNOWN)
    assert not page.exception


def test_a_new_chat_forgets_the_conversation(open_page: Open) -> None:
    page = press(ask(open_page(asker(ARTICLE)), "Q?"), strings.NEW_CHAT)
    assert view(page)["exchanges"] == []
    assert not page.exception


def test_sessions_share_the_library_and_not_the_conversation(open_page: Open) -> None:
    scripted = asker(ARTICLE)
    first = ask(open_page(scripted), "Q?")
    second = AppTest.from_file(APP, default_timeout=30).run()
    assert (len(view(first)["exchanges"]), len(view(second)["exchanges"])) == (1, 0)
    assert ARTICLE.title in words(second)
    assert not second.exception


def test_the_documents_are_listed_with_their_size(open_page: Open) -> None:
    page = open_page(asker(ARTICLE))
    assert ARTICLE.title in words(page)
    assert f"{len(ARTICLE.text):,} characters · 1 passage" in [c.value for c in page.caption]
    assert not page.exception


def test_uploaded_files_are_added_and_each_bad_one_says_why(open_page: Open) -> None:
    scripted = asker(ARTICLE)
    good = ("notes.txt", b"A note about something.")
    page = upload(
        open_page(scripted), good, ("empty.txt", b" \n"), ("photo.txt", b"\x89PNG\x00\x01")
    )
    assert [record.source for record in scripted.library.documents()][1:] == ["notes.txt"]
    told = " ".join(words(page))
    assert "Added:" in told
    assert "empty.txt" in told
    assert "photo.txt" in told
    assert not page.exception


def test_a_file_that_is_there_already_says_so(open_page: Open) -> None:
    page = upload(open_page(asker(ARTICLE)), ("again.txt", ARTICLE.text.encode()))
    assert any(text.startswith(strings.UNCHANGED) for text in words(page))
    assert not page.exception


def test_a_removed_document_is_gone_and_undo_brings_it_back(open_page: Open) -> None:
    scripted = asker(ARTICLE)
    page = press(open_page(scripted), strings.REMOVE)
    assert scripted.library.documents() == []
    page = press(page, strings.UNDO)
    assert [record.id for record in scripted.library.documents()] == [ARTICLE.id]
    assert strings.UNDO not in [button.label for button in page.button]
    assert not page.exception


def test_a_document_that_another_session_removed_first_is_no_error(open_page: Open) -> None:
    scripted = asker(ARTICLE)
    page = open_page(scripted)
    scripted.library.remove(ARTICLE.id)
    page = press(page, strings.REMOVE)
    assert not page.exception


def test_an_undo_that_fails_says_why_and_can_be_tried_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = asker(ARTICLE)
    page = press(open_page(scripted), strings.REMOVE)

    def refuse(removed: Removed) -> None:
        raise DocumentError("The disk is full.")

    monkeypatch.setattr(scripted.library, "put_back", refuse)
    page = press(page, strings.UNDO)
    assert "The disk is full." in words(page)
    assert strings.UNDO in [button.label for button in page.button]
    assert not page.exception


def test_the_settings_in_force_are_shown(open_page: Open) -> None:
    page = open_page(asker(ARTICLE))
    assert {"extractive", "6", "builtin", "a-folder", strings.UNSET["chunk_tokens"]} <= set(
        words(page)
    )
    assert not page.exception


def test_a_locked_library_gets_a_clear_page(open_page: Open) -> None:
    page = open_page(LibraryLockedError("Another Pincite has this library open. Close it."))
    assert page.title[0].value == strings.CLOSED_TITLE
    assert words(page) == ["Another Pincite has this library open. Close it."]
    assert not page.exception


def test_the_real_assistant_opens_with_the_bundled_article(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path))
    session.assistant.clear()
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert ARTICLE.title in words(page)
    assert str(tmp_path) in words(page)
    assert not page.exception
    cast(Assistant, session.assistant()).close()
    session.conversations().close()
    session.assistant.clear()
    session.conversations.clear()


def test_a_library_that_is_free_again_opens_on_the_next_try(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(LibraryLockedError("Locked."))
    monkeypatch.setattr(session, "open_asker", lambda: asker(ARTICLE))
    page = press(page, strings.TRY_AGAIN)
    assert view(page)["first_document"] == ARTICLE.id
    assert not page.exception


def test_untrusted_words_reach_no_element_that_renders_markdown(open_page: Open) -> None:
    hostile = Document("h" * 32, HOSTILE, HOSTILE, f"{HOSTILE}.txt", "text/plain", ())
    replies: dict[str, Reply] = {HOSTILE: DocumentError(HOSTILE)}
    page = ask(open_page(asker(hostile, ARTICLE, **replies)), HOSTILE)
    page = press(page, strings.REMOVE)
    page = upload(page, (f"{HOSTILE.replace('/', '')}.txt", b""))
    assert sum("onerror" in text for text in words(page)) == 2  # what was removed, what was refused
    for trace in ("script", "onerror", "evil", "javascript"):
        assert trace not in rendered(page)
    assert not page.exception
