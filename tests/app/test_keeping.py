"""Conversations are kept, found again, and drawn with what still stands in the library."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit
from page_fakes import (
    COMMITMENT,
    FakeAsker,
    FakeLibrary,
    Reply,
    answer,
    article,
    asker,
    citation,
)
from pages import APP, Open, ask, exchanges, pages_opened, press, view, when, words
from streamlit.testing.v1 import AppTest

from rag.conversations import Conversations, DeletedConversation
from rag.errors import ConversationsError
from rag.ui import feedback, owner, session, strings

ARTICLE = article()
REPLY: Reply = answer(ARTICLE, ("It was committed.", citation(ARTICLE, COMMITMENT)))


@pytest.fixture(autouse=True)
def _one_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_remembered", lambda: "a" * 32)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    with pages_opened(monkeypatch, tmp_path) as opened:
        yield opened


def scripted() -> FakeAsker:
    return asker(ARTICLE, **{"Who?": REPLY, "When?": REPLY})


def restarted() -> AppTest:
    """Return a new session of a new process with the same disk."""
    session.assistant.clear()
    session.conversations.clear()
    return AppTest.from_file(APP, default_timeout=30).run()


def earlier(page: AppTest) -> list[str]:
    return [button.label for button in page.button if (button.key or "").startswith("reopen-")]


def test_a_conversation_is_there_after_a_restart_with_its_citations(open_page: Open) -> None:
    page = ask(open_page(scripted()), "Who?")
    (before,) = exchanges(page)
    page = restarted()
    assert earlier(page) == ["Who?"]
    page = press(page, "Who")
    (after,) = exchanges(page)
    for what in ("question", "state", "claims", "places", "checked"):
        assert after[what] == before[what]
    assert after["places"][0]["verdict"] == "exact"
    assert not page.exception


def test_a_reopened_conversation_goes_on_where_it_ended(open_page: Open) -> None:
    ask(open_page(scripted()), "Who?")
    page = press(restarted(), "Who")
    page = ask(page, "When?")
    assert len(exchanges(page)) == 2
    assert earlier(page) == ["Who?"]
    assert len(exchanges(press(restarted(), "Who"))) == 2


@dataclasses.dataclass
class Slow(FakeAsker):
    """Holds back the end of each answer until it is told to go on."""

    begun: threading.Event = dataclasses.field(default_factory=threading.Event)
    go_on: threading.Event = dataclasses.field(default_factory=threading.Event)

    def before_the_end(self, question: str) -> None:
        self.begun.set()
        assert self.go_on.wait(20)


def slow() -> Slow:
    return Slow(FakeLibrary({ARTICLE.id: ARTICLE}), {"Who?": REPLY})


def test_an_answer_is_kept_though_its_tab_was_closed_while_it_was_written(open_page: Open) -> None:
    scripted = slow()
    ask(open_page(scripted), "Who?")
    assert scripted.begun.wait(20)
    page = AppTest.from_file(APP, default_timeout=30).run()  # another tab of the browser
    assert earlier(page) == []
    scripted.go_on.set()
    page = when(page, lambda page: bool(earlier(page)))
    assert earlier(page) == ["Who?"]
    (exchange,) = exchanges(press(page, "Who"))
    assert [claim["text"] for claim in exchange["claims"]] == ["It was committed."]


def test_an_answer_whose_tab_waited_for_it_is_kept_once(open_page: Open) -> None:
    scripted = slow()
    page = ask(open_page(scripted), "Who?")
    scripted.go_on.set()
    assert earlier(when(page, lambda page: bool(earlier(page)))) == ["Who?"]
    assert len(exchanges(press(restarted(), "Who"))) == 1


def test_an_answer_that_is_stopped_is_kept_as_far_as_it_was_shown(open_page: Open) -> None:
    scripted = slow()
    page = ask(open_page(scripted), "Who?")
    assert scripted.begun.wait(20)
    page = press(page, strings.NEW_CHAT)  # stops what is being written
    scripted.go_on.set()
    assert earlier(page) == ["Who?"]
    (exchange,) = exchanges(press(page, "Who"))
    assert strings.STOPPED in exchange["notice"]


def test_a_conversation_deleted_while_it_is_answered_stays_deleted(open_page: Open) -> None:
    scripted = slow()
    scripted.go_on.set()
    page = ask(open_page(scripted), "Who?")
    scripted.go_on.clear()
    page = ask(page, "Who?")
    answering = [thread for thread in threading.enumerate() if thread.name == "answering"]
    assert answering
    page = press(page, strings.delete_conversation("Who"))
    scripted.go_on.set()
    for thread in answering:
        thread.join(20)
    assert not any(thread.is_alive() for thread in answering)
    assert earlier(page.run()) == []


def test_a_removed_document_is_said_and_none_of_its_quotations_is_drawn(open_page: Open) -> None:
    page_of = scripted()
    page = ask(open_page(page_of), "Who?")
    page_of.library.remove(ARTICLE.id)
    page = press(press(page, strings.NEW_CHAT), "Who")
    (exchange,) = exchanges(page)
    assert exchange["claims"][0]["text"] == "It was committed."
    assert (exchange["places"], exchange["checked"]) == ([], "")
    assert ARTICLE.title in exchange["notice"]
    assert "removed or replaced" in exchange["notice"]
    assert not page.exception


def test_a_changed_document_loses_the_quotations_that_it_no_longer_has(open_page: Open) -> None:
    page_of = scripted()
    page = ask(open_page(page_of), "Who?")
    changed = dataclasses.replace(ARTICLE, text=ARTICLE.text.replace("Japan was able", "It was so"))
    page_of.library.shelf[ARTICLE.id] = changed
    page = press(press(page, strings.NEW_CHAT), "Who")
    (exchange,) = exchanges(page)
    assert exchange["places"] == []
    assert strings.quotations_lost(1) == exchange["notice"]


def test_a_new_chat_keeps_the_one_before(open_page: Open) -> None:
    page = press(ask(open_page(scripted()), "Who?"), strings.NEW_CHAT)
    assert (exchanges(page), earlier(page)) == ([], ["Who?"])
    page = ask(page, "When?")
    assert earlier(page) == ["When?", "Who?"]


def test_a_deleted_conversation_is_gone_and_can_be_put_back(open_page: Open) -> None:
    page = ask(open_page(scripted()), "Who?")
    page = press(page, strings.delete_conversation("Who"))
    assert (exchanges(page), earlier(page)) == ([], [])
    page = press(page, strings.UNDO)
    assert earlier(page) == ["Who?"]
    assert not page.exception


def test_two_sessions_add_to_a_conversation_and_overwrite_nothing(open_page: Open) -> None:
    first = ask(open_page(scripted()), "Who?")
    second = press(AppTest.from_file(APP, default_timeout=30).run(), "Who")
    ask(second, "When?")
    ask(first, "When?")
    assert len(exchanges(press(restarted(), "Who"))) == 3


def test_another_browser_sees_none_of_it(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(open_page(scripted()), "Who?")
    monkeypatch.setattr(owner, "_remembered", lambda: "b" * 32)
    assert earlier(AppTest.from_file(APP, default_timeout=30).run()) == []


def test_a_file_that_cannot_be_used_is_said_and_the_answer_is_still_drawn(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_of = scripted()
    page = open_page(page_of)

    def fail() -> None:
        raise ConversationsError("The disk is full.")

    monkeypatch.setattr(session, "open_conversations", fail)
    session.conversations.clear()
    page = ask(page, "Who?")
    assert exchanges(page)[0]["state"] == "answered"
    assert "The disk is full." in words(page)
    assert not page.exception


def test_a_failure_that_has_passed_is_told_once(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(open_page(scripted()), "Who?")
    page = restarted()

    def fail(_: Conversations, owner: str, id_: str) -> DeletedConversation | None:
        raise ConversationsError("The file is locked.")

    with monkeypatch.context() as patched:
        patched.setattr(Conversations, "delete", fail)
        page = press(page, strings.delete_conversation("Who?"))
        assert "The file is locked." in words(page)
    page = page.run()
    assert "The file is locked." not in words(page)
    assert earlier(page) == ["Who?"]


def test_an_open_conversation_can_be_saved_as_a_file(open_page: Open) -> None:
    page = open_page(scripted())
    assert page.get("download_button") == []
    page = ask(page, "Who?")
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == [strings.EXPORT_MARKDOWN, strings.EXPORT_HTML, strings.EXPORT_JSON]
    assert not page.exception


def judged(page: AppTest, home: Path, sent: object) -> AppTest:
    """Do what the browser's judgement does, in the session of ``page``."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streamlit, "session_state", page.session_state)
        feedback.judge(sent, home)
    return page.run()


def test_a_right_answer_becomes_a_case_and_the_page_says_where(
    open_page: Open, tmp_path: Path
) -> None:
    page = ask(open_page(scripted()), "Who?")
    page = judged(page, tmp_path, {"exchange": "1", "judgement": "right", "ticked": [1]})
    told = view(page)["feedback"]["1"]
    assert told["judgement"] == "right"
    assert told["message"].endswith("from_the_page.eval.yaml")
    assert (tmp_path / "evals" / "from_the_page.eval.yaml").exists()
    page = press(restarted(), "Who")
    assert view(page)["feedback"]["1"]["judgement"] == "right"  # remembered


def test_a_case_that_cannot_be_made_is_said(open_page: Open, tmp_path: Path) -> None:
    page = ask(open_page(scripted()), "Who?")
    page = judged(page, tmp_path, {"exchange": "1", "judgement": "right", "ticked": []})
    told = view(page)["feedback"]["1"]
    assert (told["kind"], told["judgement"]) == ("error", "")
    assert "ticked" in told["message"]


def test_a_refusal_can_be_judged_and_a_failure_cannot(open_page: Open) -> None:
    page_of = asker(ARTICLE, Fails=ConversationsError("No."))
    page = ask(ask(open_page(page_of), "How many?"), "Fails")
    judgements = [j["judgement"] for j in view(page)["feedback"]["1"]["judgements"]]
    assert judgements == ["right", "wrong"]
    assert "2" not in view(page)["feedback"]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "right",
        {},
        {"exchange": "1", "judgement": "best", "ticked": []},
        {"exchange": "9", "judgement": "right", "ticked": [1]},
        {"exchange": "-1", "judgement": "right", "ticked": [1]},
        {"exchange": "9" * 5000, "judgement": "right", "ticked": [1]},
        {"exchange": 1, "judgement": "right", "ticked": [1]},
        {"exchange": "1", "judgement": "right", "ticked": {"a": json.dumps({})}},
    ],
)
def test_what_no_button_sends_is_ignored(open_page: Open, tmp_path: Path, sent: object) -> None:
    page = ask(open_page(scripted()), "Who?")
    page = judged(page, tmp_path, sent)
    assert view(page)["feedback"]["1"]["message"] == ""
    assert not (tmp_path / "evals").exists()
