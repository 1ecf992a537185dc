"""Conversations outlive the process, belong to one owner, and are never overwritten."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.conversations import Conversations, StoredExchange
from rag.errors import ConversationsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "conversations.sqlite3"


@pytest.fixture
def kept(path: Path) -> Iterator[Conversations]:
    with Conversations(path) as opened:
        yield opened


def exchange(id_: str, question: str = "Who?", words: str = "") -> StoredExchange:
    return StoredExchange(id_, "2026-01-01T00:00:00+00:00", question, "{}", words or question)


def test_a_conversation_is_there_after_a_restart(path: Path) -> None:
    with Conversations(path) as first:
        first.append("ada", "c1", [exchange("e1"), exchange("e2", "When?")])
    with Conversations(path) as second:
        assert [e.question for e in second.exchanges("ada", "c1")] == ["Who?", "When?"]


def test_a_conversation_is_named_after_its_first_question(kept: Conversations) -> None:
    kept.append("ada", "c1", [exchange("e1", "Who built the mill?"), exchange("e2", "When?")])
    assert [record.title for record in kept.records("ada")] == ["Who built the mill?"]
    kept.forget("ada", "c1", ["e1"])
    assert [record.title for record in kept.records("ada")] == ["When?"]


def test_the_latest_asked_comes_first(kept: Conversations) -> None:
    kept.append("ada", "old", [exchange("e1")])
    kept.append("ada", "new", [exchange("e2")])
    kept.append("ada", "old", [exchange("e3")])
    assert [record.id for record in kept.records("ada")] == ["old", "new"]


def test_nobody_sees_or_changes_the_conversations_of_another(kept: Conversations) -> None:
    kept.append("ada", "c1", [exchange("e1")])
    assert kept.records("bob") == []
    assert kept.exchanges("bob", "c1") == []
    assert kept.delete("bob", "c1") is None
    kept.forget("bob", "c1", ["e1"])
    kept.judge("bob", "e1", "wrong")
    with pytest.raises(ConversationsError, match="somebody else"):
        kept.append("bob", "c1", [exchange("e2")])
    assert kept.exchanges("ada", "c1") == [exchange("e1")]


def test_a_search_finds_all_its_words_anywhere_in_a_conversation(kept: Conversations) -> None:
    kept.append("ada", "c1", [exchange("e1", words="who built the mill? ódile."), exchange("e2")])
    kept.append("ada", "c2", [exchange("e3", words="the mill burned down")])
    found = {q: [r.id for r in kept.records("ada", search=q)] for q in ("MILL", "mill Ódile", "%")}
    assert found == {"MILL": ["c2", "c1"], "mill Ódile": ["c1"], "%": []}


def test_what_is_deleted_is_gone_from_the_file_and_can_be_put_back(
    kept: Conversations, path: Path
) -> None:
    kept.append("ada", "c1", [exchange("e1", "A secret question?")])
    kept.judge("ada", "e1", "right")
    deleted = kept.delete("ada", "c1")
    assert deleted
    assert kept.records("ada") == []
    kept._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"secret" not in path.read_bytes()
    kept.restore("ada", deleted)
    assert [(e.question, e.judgement) for e in kept.exchanges("ada", "c1")] == [
        ("A secret question?", "right")
    ]


def test_a_conversation_ends_with_its_last_exchange(kept: Conversations) -> None:
    kept.append("ada", "c1", [exchange("e1")])
    kept.forget("ada", "c1", ["e1"])
    assert kept.records("ada") == []


def test_sessions_that_write_at_once_lose_nothing(kept: Conversations) -> None:
    def write(session: int) -> None:
        for turn in range(20):
            kept.append("ada", "shared", [exchange(f"{session}-{turn}")])

    threads = [threading.Thread(target=write, args=(session,)) for session in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({e.id for e in kept.exchanges("ada", "shared")}) == 160


def test_a_failed_addition_leaves_nothing_behind(kept: Conversations) -> None:
    kept.append("ada", "c1", [exchange("e1")])
    with pytest.raises(ConversationsError):
        kept.append("ada", "c2", [exchange("e2"), exchange("e1")])
    assert [record.id for record in kept.records("ada")] == ["c1"]


def test_an_exchange_that_is_added_again_keeps_its_place_and_what_was_said_of_it(
    kept: Conversations,
) -> None:
    kept.append("ada", "c1", [exchange("e1"), exchange("e2", "When?")])
    kept.judge("ada", "e1", "right")
    kept.append("ada", "c1", [replace(exchange("e1", words="longer"), answer='{"longer": 1}')])
    first, second = kept.exchanges("ada", "c1")
    assert (first.id, first.answer, first.judgement) == ("e1", '{"longer": 1}', "right")
    assert second == exchange("e2", "When?")
    assert [record.id for record in kept.records("ada", search="longer")] == ["c1"]


def test_a_file_of_a_newer_version_is_left_alone_and_said_so(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(ConversationsError, match="newer Pincite"):
        Conversations(path)


def test_a_file_that_is_no_database_is_an_error_with_its_path(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    with pytest.raises(ConversationsError, match=r"conversations\.sqlite3"):
        Conversations(path)
