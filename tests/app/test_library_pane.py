"""The documents of the sidebar: search, choose, read, add, take out and put back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_fakes import FakeAsker, article, asker
from pages import APP, Open, ask, pages_opened, press, rendered, upload, view, words
from streamlit.testing.v1 import AppTest

from rag.documents import load_bytes
from rag.errors import DocumentError
from rag.library import DocumentRecord
from rag.limits import DEFAULT_LIMITS
from rag.types import Document
from rag.ui import strings, uploads
from rag.ui.plain import plain

ARTICLE = article()


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    with pages_opened(monkeypatch, tmp_path) as opened:
        yield opened


def note(number: int) -> Document:
    text = f"Note {number} says that the mill has {number} wheels."
    document = load_bytes(text.encode(), source=f"note_{number}.txt", limits=DEFAULT_LIMITS)
    return dataclasses.replace(document, title=f"Note number {number}")


NOTES = [note(number) for number in range(1, 13)]


def titles(page: AppTest) -> list[str]:
    known = {d.title for d in [ARTICLE, *NOTES]}
    return [text for text in words(page) if text in known]


def untick(page: AppTest, document: Document) -> AppTest:
    return page.checkbox(key=f"ask-{document.id}").uncheck().run()


def test_one_document_needs_no_choice(open_page: Open) -> None:
    page = open_page(asker(ARTICLE))
    assert list(page.checkbox) == []
    assert not page.exception


def test_only_what_is_ticked_is_asked_and_the_input_says_so(open_page: Open) -> None:
    scripted = asker(ARTICLE, *NOTES[:2])
    page = untick(open_page(scripted), NOTES[0])
    assert page.chat_input[0].placeholder == strings.ask_some(2, 3)
    assert strings.asking_only(["", ""], 3) in words(page)
    page = ask(page, "Q?")
    assert scripted.chosen == [frozenset({ARTICLE.id, NOTES[1].id})]
    page = press(page, strings.ASK_ALL)
    ask(page, "R?")
    assert scripted.chosen[-1] is None
    assert not page.exception


def test_the_one_document_that_is_asked_is_named(open_page: Open) -> None:
    page = untick(open_page(asker(ARTICLE, NOTES[0])), ARTICLE)
    assert f"Asking only “{NOTES[0].title}”" in words(page)
    assert view(page)["first_document"] == NOTES[0].id


def test_without_a_tick_nothing_can_be_asked(open_page: Open) -> None:
    page = press(open_page(asker(ARTICLE, NOTES[0])), strings.CHOOSE_NONE)
    assert page.chat_input[0].disabled
    assert page.chat_input[0].placeholder == strings.ASK_UNTICKED
    page = press(page, strings.CHOOSE_ALL)
    assert not page.chat_input[0].disabled


def test_the_choice_is_each_sessions_own(open_page: Open) -> None:
    scripted = asker(ARTICLE, NOTES[0])
    first = untick(open_page(scripted), ARTICLE)
    second = AppTest.from_file(APP, default_timeout=30).run()
    assert [box.value for box in first.checkbox] == [False, True]
    assert [box.value for box in second.checkbox] == [True, True]


def test_many_documents_can_be_searched_by_title(open_page: Open) -> None:
    page = open_page(asker(*NOTES))
    page = page.text_input(key="search_documents").input("NUMBER 7").run()
    assert titles(page) == ["Note number 7"]
    page = press(page, strings.CHOOSE_NONE)  # of those found
    assert page.chat_input[0].placeholder == strings.ask_some(11, 12)
    page = page.text_input(key="search_documents").input("zebra").run()
    assert strings.NOTHING_FOUND in [caption.value for caption in page.caption]
    assert not page.exception


def test_a_document_is_read_without_a_question(open_page: Open) -> None:
    scripted = asker(ARTICLE, NOTES[0])
    page = page_read = press(open_page(scripted), strings.read_document(plain(NOTES[0].title)))
    assert view(page)["reading"] == {"document": NOTES[0].id, "serial": 1}
    assert NOTES[0].id in view(page_read)["documents"]
    assert scripted.asked == []


def test_removed_documents_come_back_one_after_the_other(open_page: Open) -> None:
    scripted = asker(ARTICLE, *NOTES[:2])
    page = open_page(scripted)
    for document in NOTES[:2]:
        page = press(page, strings.remove_document(plain(document.title)))
    assert [r.id for r in scripted.library.documents()] == [ARTICLE.id]
    for _ in range(2):
        page = press(page, strings.UNDO)
    assert {r.id for r in scripted.library.documents()} == {d.id for d in [ARTICLE, *NOTES[:2]]}
    assert strings.UNDO not in [button.label for button in page.button]


def test_the_library_is_not_listed_again_while_an_answer_is_awaited(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = asker(ARTICLE)
    listed: list[int] = []
    real = scripted.library.documents

    def counted() -> list[DocumentRecord]:
        listed.append(1)
        return real()

    monkeypatch.setattr(scripted.library, "documents", counted)
    page = open_page(scripted)
    assert len(listed) == 1  # once a run
    ask(page, "Q?")
    assert len(listed) <= 4  # the question's run, and one when its answer has come


def fetched(page: AppTest, address: str) -> AppTest:
    field = next(field for field in page.text_input if field.label == strings.ADDRESS)
    field.input(address)
    return press(page, strings.FETCH)


def test_an_address_is_fetched_and_added(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "load_url", lambda address, **_: NOTES[0])
    scripted = asker(ARTICLE)
    page = fetched(open_page(scripted), " https://example.org/note ")
    assert [record.id for record in scripted.library.documents()] == [ARTICLE.id, NOTES[0].id]
    assert f"{strings.ADDED} {NOTES[0].title}" in words(page)
    assert not page.exception


def test_what_nearly_repeats_another_document_is_added_and_told(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{NOTES[0].text} More."
    later = dataclasses.replace(NOTES[0], id="f" * 64, title="A later edition", text=text)
    monkeypatch.setattr(uploads, "load_url", lambda address, **_: later)
    page = fetched(open_page(asker(ARTICLE, NOTES[0])), "https://example.org/note")
    (said,) = [line for line in words(page) if "A later edition" in line and strings.ADDED in line]
    assert f"(90% the same as “{NOTES[0].title}”, which is already here)" in said
    assert not page.exception


def test_an_address_that_is_refused_says_why(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(address: str, **_: object) -> Document:
        raise DocumentError(f"{address} is not fetched.")

    monkeypatch.setattr(uploads, "load_url", refuse)
    page = fetched(open_page(asker(ARTICLE)), "http://127.0.0.1/")
    assert "http://127.0.0.1/ is not fetched." in words(page)
    assert not page.exception


def test_no_address_is_asked_for_where_none_may_be_fetched(open_page: Open) -> None:
    scripted = asker(ARTICLE)
    scripted.settings = scripted.settings.model_copy(update={"allow_urls": False})
    page = open_page(scripted)
    assert strings.ADDRESS not in [field.label for field in page.text_input]


def test_uploads_are_told_by_document_and_passage() -> None:
    assert strings.adding(2, 5, 0, 0) == "Adding file 2 of 5…"
    assert strings.adding(2, 5, 64, 300) == "Adding file 2 of 5, passage 64 of 300…"


def test_names_in_labels_keep_nothing_that_markdown_acts_on(open_page: Open) -> None:
    hostile = dataclasses.replace(NOTES[0], title="![x](http://evil.example/x) :material/home: _b_")
    scripted: FakeAsker = asker(ARTICLE, hostile)
    page = upload(open_page(scripted), ("more.txt", b"More of it."))
    labels = [e.label for e in (*page.button, *page.checkbox)]
    assert any("x http evil example x material home: b" in label for label in labels)
    for sign in "[]()/_*`<>":
        assert not any(sign in label for label in labels)
    assert "evil.example" not in rendered(page)
    assert not page.exception


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("What’s the U.S.-Japan “2+2”?", "What’s the U S Japan “2 2”?"),
        ("1. item", "1 item"),
        ("- item", "item"),
        ("www.evil.example me@evil.example", "www evil example me evil example"),
        (":material/home: :red[x] $x$ &amp; #head", "material home: red x x amp; head"),
        ("<b>", "b"),
        ("***", "…"),
        ("a\n\nb", "a b"),
    ],
)
def test_plain_words_stay_readable_and_nothing_else_is_left(words: str, safe: str) -> None:
    assert plain(words) == safe
