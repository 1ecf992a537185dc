"""Tests of what becomes of a document when the file that it was read from changes."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from chroma_server import Opener
from library_fakes import HASHED, numbered

from rag.arrivals import AddOutcome, Arrival, Origin, Outcomes
from rag.chunking import chunk_document
from rag.errors import UnknownDocumentError
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.types import Document

OLD, NEW, OTHER = numbered(60, "fox"), numbered(70, "owl"), numbered(60, "hen")
PLACE, ELSEWHERE = Origin("/shelf/a.txt", "1"), Origin("/shelf/b.txt", "1")
CHANGED = Origin("/shelf/a.txt", "2")


@pytest.fixture
def library(tmp_path: Path, open_library: Opener) -> Iterator[Library]:
    with open_library(tmp_path, HASHED) as opened:
        yield opened


def assert_whole(library: Library, *documents: Document) -> None:
    """Check that these documents, and nothing else, are in both stores."""
    expected = {chunk.id for text in documents for chunk in chunks_of(library, text)}
    assert [record.id for record in library.documents()] == [text.id for text in documents]
    assert library._store.chunk_ids() == expected
    assert library._index.chunk_ids() == expected
    assert library._store.in_step()


def chunks_of(library: Library, text: Document) -> list[Any]:
    return list(chunk_document(text, tokens=library.cut.tokens, overlap=library.cut.overlap))


def test_a_changed_file_replaces_what_it_was(library: Library) -> None:
    library.add(OTHER)
    assert library.add(OLD, origin=PLACE) is AddOutcome.ADDED
    assert library.add(NEW, origin=CHANGED) is AddOutcome.REPLACED
    assert_whole(library, OTHER, NEW)
    assert library.digests() == {"/shelf/a.txt": "2"}
    assert library.add(NEW, origin=CHANGED) is AddOutcome.UNCHANGED


def test_a_file_may_become_what_it_was_before(library: Library) -> None:
    for text, origin in ((OLD, PLACE), (NEW, CHANGED), (OLD, PLACE)):
        library.add(text, origin=origin)
    assert_whole(library, OLD)


def test_two_files_with_the_same_words_are_one_document_with_two_places(library: Library) -> None:
    assert library.add(OLD, origin=PLACE) is AddOutcome.ADDED
    assert library.add(OLD, origin=ELSEWHERE) is AddOutcome.UNCHANGED
    (record,) = library.documents()
    assert record.places == ("/shelf/a.txt", "/shelf/b.txt")


def test_a_document_stays_while_another_file_still_has_its_words(library: Library) -> None:
    library.add(OLD, origin=PLACE)
    library.add(OLD, origin=ELSEWHERE)
    assert library.add(NEW, origin=CHANGED) is AddOutcome.REPLACED
    assert_whole(library, OLD, NEW)
    assert library.add(NEW, origin=Origin("/shelf/b.txt", "2")) is AddOutcome.REPLACED
    assert_whole(library, NEW)


def test_what_was_taken_out_is_put_back_with_its_places(library: Library) -> None:
    library.add(OLD, origin=PLACE)
    library.add(OLD, origin=ELSEWHERE)
    removed = library.remove(OLD.id)
    assert_whole(library)
    library.put_back(removed)
    assert_whole(library, OLD)
    assert library.digests() == {"/shelf/a.txt": "1", "/shelf/b.txt": "1"}
    assert library.add(NEW, origin=CHANGED) is AddOutcome.REPLACED


def test_what_is_put_back_takes_no_place_from_what_stands_there_now(library: Library) -> None:
    library.add(OLD, origin=PLACE)
    removed = library.remove(OLD.id)
    library.add(NEW, origin=CHANGED)
    library.put_back(removed)
    assert_whole(library, NEW, OLD)
    assert library.digests() == {"/shelf/a.txt": "2"}


def test_what_came_back_by_itself_is_left_as_it_is(library: Library) -> None:
    library.add(OLD, origin=PLACE)
    removed = library.remove(OLD.id)
    library.add(OLD, origin=PLACE)
    library.put_back(removed)
    assert library.add(NEW, origin=CHANGED) is AddOutcome.REPLACED
    assert_whole(library, NEW)


def test_a_document_without_a_place_is_put_back(library: Library) -> None:
    library.add(OLD)
    library.put_back(library.remove(OLD.id))
    assert_whole(library, OLD)
    with pytest.raises(UnknownDocumentError):
        library.remove(NEW.id)


def test_removing_takes_a_document_away_from_all_its_files(library: Library) -> None:
    library.add(OLD, origin=PLACE)
    library.add(OLD, origin=ELSEWHERE)
    library.remove(OLD.id)
    assert_whole(library)
    assert library.digests() == {}
    assert library.add(OLD, origin=ELSEWHERE) is AddOutcome.ADDED


def test_what_was_handed_over_without_a_place_is_never_replaced(library: Library) -> None:
    library.add(OLD)
    library.add(OLD, origin=PLACE)
    library.add(NEW, origin=CHANGED)
    library.add(OTHER)
    assert_whole(library, OLD, NEW, OTHER)


def test_documents_added_at_once_may_repeat_and_replace_each_other(library: Library) -> None:
    library.add(OTHER, origin=PLACE)
    arrivals = [
        Arrival(text, chunks_of(library, text), origin)
        for text, origin in ((OLD, ELSEWHERE), (OLD, CHANGED), (NEW, Origin("/c", "3")))
    ]
    outcomes = library.add_all(arrivals)
    assert outcomes == (AddOutcome.ADDED, AddOutcome.REPLACED, AddOutcome.ADDED)
    assert_whole(library, OLD, NEW)
    assert library.add_all([]) == ()


def test_a_replacement_that_fails_leaves_the_old_document_whole(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(OLD, origin=PLACE)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(library._store, "insert", fail)
        with pytest.raises(KeyboardInterrupt):
            library.add(NEW, origin=CHANGED)
    assert_whole(library, OLD)
    assert library.digests() == {"/shelf/a.txt": "1"}


def test_the_old_document_is_whole_until_the_new_one_is(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks at every step of a replacement."""
    library.add(OLD, origin=PLACE)
    insert, remove = library._store.insert, library._index.remove
    seen: list[tuple[str, set[str]]] = []

    def look(when: str) -> None:
        hits = [*library.search_dense("the number", 100), *library.search_lexical("number", 100)]
        seen.append(
            (when, {chunk.document_id for chunk in library.chunks([h.chunk_id for h in hits])})
        )

    def inserting(*arguments: Any) -> Outcomes:
        look("vectors of both, rows of the old")
        outcomes = insert(*arguments)
        look("vectors of both, rows of the new")
        return outcomes

    def removing(ids: Collection[str]) -> None:
        remove(ids)
        look("vectors and rows of the new")

    monkeypatch.setattr(library._store, "insert", inserting)
    monkeypatch.setattr(library._index, "remove", removing)
    library.add(NEW, origin=CHANGED)
    assert seen == [
        ("vectors of both, rows of the old", {OLD.id}),
        ("vectors of both, rows of the new", {NEW.id}),
        ("vectors and rows of the new", {NEW.id}),
    ]


def test_a_reader_sees_the_old_or_the_new_document_whole(library: Library) -> None:
    """Asks without a pause while a file changes back and forth."""
    library.add(OLD, origin=PLACE)
    retriever = HybridRetriever(library=library, k=5)
    done = threading.Event()
    seen: list[set[str]] = []

    def read() -> None:
        while not done.is_set():
            passages = retriever.retrieve("Which of them has the number 7?")
            assert all(p.text and p.document in (OLD, NEW) for p in passages)
            seen.append({p.document.id for p in passages})

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(6):
        library.add((NEW, OLD)[turn % 2], origin=Origin("/shelf/a.txt", str(turn)))
    done.set()
    reader.join()
    assert seen
    assert all(view in ({OLD.id}, {NEW.id}) for view in seen)
