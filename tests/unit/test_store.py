"""Tests of the documents and chunks in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_fakes import arrivals_of, document, lines_of, numbered

from rag import rows
from rag.errors import LibraryError, UnknownDocumentError
from rag.index import Vectors
from rag.store import Store
from rag.types import Block, BlockKind, Document, Span

FOXES, HENS = numbered(30, "fox"), numbered(30, "hen")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "library.sqlite3")
    yield opened
    opened.close()


def vectors_of(text: Document) -> Vectors:
    random = np.random.default_rng(len(text.text))
    return random.standard_normal((len(text.blocks), 8), np.float32)


def insert(store: Store, *documents: Document) -> None:
    store.insert(arrivals_of(*documents), {text.id: vectors_of(text) for text in documents})


def test_a_document_comes_back_as_it_was(store: Store) -> None:
    text = "Title\nA body – with “quotes”, 日本, 🙂, a\x00NUL and a\u00a0space.\n"
    kinds = (BlockKind.TITLE, BlockKind.BODY)
    spans = (Span(0, 5), Span(6, len(text) - 1))
    blocks = tuple(map(Block, spans, kinds))
    original = replace(
        document(text, pages=(Span(0, 5), Span(5, 5), Span(5, 9))),
        blocks=blocks,
        author="Zoë Ōkubo",
        published="2026-03-12",
        hyphens=(3, 8, 11),
    )
    insert(store, original)
    assert store.document(original.id) == original


@given(st.text(st.characters(codec="utf-8"), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_was(store: Store, text: str) -> None:
    original = document(text)
    insert(store, original)
    assert store.document(original.id) == original
    store.delete(original.id)


def test_a_name_in_no_encoding_is_kept_readable(store: Store) -> None:
    insert(store, replace(FOXES, source="fo\udcffx.txt", title="fo\udcffx"))
    assert [(record.source, record.title) for record in store.records()] == [("fo?x.txt", "fo?x")]


def test_a_text_that_utf8_cannot_write_is_refused_whole(store: Store) -> None:
    with pytest.raises(LibraryError, match="surrogates not allowed"):
        insert(store, document("half of a pair: \ud83d"))
    assert store.records() == []


def test_records_say_what_a_document_is_in_the_order_added(store: Store) -> None:
    insert(store, HENS, FOXES)
    first, second = store.records()
    assert (first.id, second.id) == (HENS.id, FOXES.id)
    assert (first.title, first.source, first.media_type) == ("hen", "hen.txt", "text/plain")
    assert (first.characters, first.chunks) == (len(HENS.text), 30)
    assert first.added_at.endswith("+00:00")
    assert (first.author, first.published) == ("", "")


def test_records_say_who_wrote_a_document_and_when(store: Store) -> None:
    insert(store, replace(FOXES, author="Anna Keller", published="2026-03-12"))
    (record,) = store.records()
    assert (record.author, record.published) == ("Anna Keller", "2026-03-12")


def test_chunks_come_back_as_they_were(store: Store) -> None:
    insert(store, FOXES, HENS)
    chunks = lines_of(FOXES)[3:6]
    assert store.chunks([chunk.id for chunk in chunks]) == {chunk.id: chunk for chunk in chunks}
    assert store.chunks(["unknown"]) == {}
    assert len(store.chunk_ids()) == 60


@pytest.mark.parametrize("size", [1, 7, 30, 60, 1_000])
def test_vectors_come_back_with_their_chunks(store: Store, size: int) -> None:
    insert(store, FOXES, HENS)
    parts = list(store.vectors(size))
    assert [chunk for chunks, _ in parts for chunk in chunks] == lines_of(FOXES) + lines_of(HENS)
    assert all(len(chunks) == len(vectors) <= size for chunks, vectors in parts)
    expected = np.concatenate([vectors_of(FOXES), vectors_of(HENS)])
    np.testing.assert_array_equal(np.concatenate([vectors for _, vectors in parts]), expected)


def test_deleting_leaves_nothing_of_a_document_and_all_of_the_others(
    store: Store, tmp_path: Path
) -> None:
    insert(store, FOXES, HENS)
    store.delete(FOXES.id)
    assert not store.holds(FOXES.id)
    assert [record.id for record in store.records()] == [HENS.id]
    assert store.chunk_ids() == {chunk.id for chunk in lines_of(HENS)}
    assert sum(len(chunks) for chunks, _ in store.vectors(100)) == 30
    assert store.search("fox fox1 fox2", 100) == []
    assert len(store.search("hen", 100)) == 30
    for table in ("blocks", "chunk_words", "chunks", "vectors"):
        with store._database.reading() as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (30,)


def test_the_words_of_a_deleted_document_are_overwritten(store: Store, tmp_path: Path) -> None:
    insert(store, FOXES, HENS)
    store.delete(FOXES.id)
    store.close()
    content = (tmp_path / "library.sqlite3").read_bytes()
    assert b"hen3 of hen" in content
    assert b"fox3 of fox" not in content


def test_an_unknown_document_is_an_error(store: Store) -> None:
    for ask in (store.document, store.delete):
        with pytest.raises(UnknownDocumentError, match="no document 'nobody'"):
            ask("nobody")


def test_a_document_is_inserted_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(ValueError, match="zip"):
        store.insert(arrivals_of(FOXES), {FOXES.id: vectors_of(FOXES)[:-1]})
    assert store.records() == []
    assert store.chunk_ids() == set()
    assert store.search("fox", 10) == []


def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.sqlite3")
    assert store.meta() == {}
    store.remember({"chunk tokens": "160"})
    store.close()
    store = Store(tmp_path / "library.sqlite3")
    assert store.meta() == {"chunk tokens": "160"}
    store.close()


def test_the_store_knows_whether_the_index_is_in_step(store: Store) -> None:
    assert store.in_step()
    store.mark(in_step=False)
    assert not store.in_step()
    insert(store, FOXES)
    assert store.in_step()
    store.delete(FOXES.id)
    assert not store.in_step()
    store.mark(in_step=True)
    assert store.in_step()


def test_a_seed_is_seen_for_good(store: Store) -> None:
    assert not store.has_seen("seed")
    store.mark_seen("seed")
    store.mark_seen("seed")
    assert store.has_seen("seed")


def test_the_chunk_with_more_and_rarer_words_comes_first(store: Store) -> None:
    insert(store, FOXES, HENS)
    hits = store.search("Which number has fox7 of fox?", 60)
    assert hits[0].chunk_id == lines_of(FOXES)[7].id
    assert hits[0].score > hits[1].score > 0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(store.search("number", 5)) == 5


def test_other_forms_of_a_word_are_found(store: Store) -> None:
    insert(store, document("The ministers were meeting.\nNothing else.\nNor here."))
    assert len(store.search("Which minister meets?", 5)) == 1


@pytest.mark.parametrize(
    ("most", "question", "found"),
    [
        (60, "the number fox7", 60),  # no more chunks than are ranked: each term counts
        (59, "the number fox7", 1),  # "number" is in all 60
        (59, "fox7 hen8 number", 2),
        (59, "number", 60),  # alone, it is asked for all the same
        (1, "fox7 hen8 number", 1),
    ],
)
def test_of_a_large_library_the_commonest_words_are_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int, question: str, found: int
) -> None:
    insert(store, FOXES, HENS)
    monkeypatch.setattr(rows, "MOST_MATCHES", most)
    hits = store.search(question, 99)
    assert len(hits) == found
    if "fox7" in question:
        assert hits[0].chunk_id == lines_of(FOXES)[7].id


def test_a_search_stays_in_the_documents_named(store: Store) -> None:
    insert(store, FOXES, HENS)
    hens = {chunk.id for chunk in lines_of(HENS)}
    assert {hit.chunk_id for hit in store.search("number", 99, document_ids=[HENS.id])} == hens
    assert store.search("number", 99, document_ids=[]) == []
    assert store.search("number", 99, document_ids=["unknown"]) == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        '"',
        "fox AND",
        "NEAR(fox, 2)",
        "words:fox",
        "fox* -hen ^fox",
        "(((",
        "🙂",
        "fox\x00hen",
        "\ud83d",
        "'; DROP TABLE documents; --",
        "fox " * 2_500,
        "x" * 10_000,
    ],
)
def test_no_question_breaks_the_search(store: Store, question: str) -> None:
    insert(store, FOXES)
    found = store.search(question, 5)
    assert bool(found) == ("fox" in question)


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_string_is_a_question(store: Store, question: str) -> None:
    store.search(question, 5)
