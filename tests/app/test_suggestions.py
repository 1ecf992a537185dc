"""Suggested questions are found in the background, and are answered from their documents."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from page_fakes import FakeAsker, article

from rag.assistant import Assistant, open_assistant
from rag.errors import UnknownDocumentError
from rag.settings import Settings
from rag.ui.suggestions import MOST, Suggested, Suggester

ARTICLE = article()


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with open_assistant(Settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


@dataclass
class Slow(FakeAsker):
    """Finds suggestions when it is told to, and counts how often it was asked."""

    go_on: threading.Event = field(default_factory=threading.Event)
    times: int = 0

    def suggestions(self, document_id: str) -> tuple[str, ...]:
        self.times += 1
        self.go_on.wait(20)
        if document_id == "gone":
            raise UnknownDocumentError("It was removed.")
        return tuple(f"{document_id} {n}?" for n in range(3))


def found(suggester: Suggester, *document_ids: str) -> Suggested:
    """Wait until all is found."""
    for _ in range(400):
        suggested = suggester.suggested(document_ids)
        if not suggested.pending:
            break
        threading.Event().wait(0.05)
    return suggested


def test_the_bundled_article_has_suggestions_that_are_answered(assistant: Assistant) -> None:
    suggested = assistant.suggestions(ARTICLE.id)
    assert 2 <= len(suggested) <= MOST
    for question in suggested:
        answer = assistant.ask(question, document_ids=[ARTICLE.id])
        assert answer.citations, question


def test_nobody_waits_for_suggestions() -> None:
    scripted = Slow()
    suggester = Suggester(scripted)
    assert suggester.suggested(["a"]) == Suggested((), pending=True)
    scripted.go_on.set()
    assert found(suggester, "a").questions == ("a 0?", "a 1?", "a 2?")


def test_a_document_is_looked_at_once() -> None:
    scripted = Slow()
    scripted.go_on.set()
    suggester = Suggester(scripted)
    for _ in range(3):
        found(suggester, "a")
    assert scripted.times == 1


def test_several_documents_take_turns() -> None:
    scripted = Slow()
    scripted.go_on.set()
    assert found(Suggester(scripted), "a", "b").questions == ("a 0?", "b 0?", "a 1?", "b 1?")


def test_a_document_that_is_gone_has_none() -> None:
    scripted = Slow()
    scripted.go_on.set()
    assert found(Suggester(scripted), "gone", "b").questions == ("b 0?", "b 1?", "b 2?")


def test_an_empty_library_has_none() -> None:
    assert Suggester(Slow()).suggested([]) == Suggested((), pending=False)
