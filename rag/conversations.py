"""Conversations on disk, in an SQLite file of their own: kept across restarts, each its owner's.

An exchange is added and taken away by its own id, so two sessions that have the same conversation
open add to it and never overwrite each other.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.closing import Closing
from rag.errors import ConversationsError

FORMAT = 1
FILE_NAME = "conversations.sqlite3"

# secure_delete: what is deleted is overwritten, not only unlinked.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
)
_SCHEMA_FILE = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """A question with its answer as text (``rag.stored_answers``), and what a search finds."""

    id: str
    asked_at: str
    question: str
    answer: str
    words: str
    judgement: str = ""


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation as a list shows it, named after its first question."""

    id: str
    title: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class DeletedConversation:
    """All that a conversation held, so that it can be put back."""

    id: str
    title: str
    exchanges: tuple[StoredExchange, ...]


class Conversations(Closing):
    """The conversations of all owners; safe to use from several threads.

    Raises:
        ConversationsError: if the file is damaged, of a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.RLock()
        with self._errors_named():
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                _prepare(connection, path)
            except BaseException:
                connection.close()
                raise
            self._connection = connection

    def close(self) -> None:
        """Close the file; a use after that is a ``ConversationsError``."""
        with self._turn:
            self._connection.close()

    def records(self, owner: str, *, search: str = "", most: int = 50) -> list[ConversationRecord]:
        """Return an owner's conversations that hold all words of ``search``, the latest first."""
        with self._using() as connection:
            rows = connection.execute(
                "SELECT c.id, first.question, last.asked_at FROM conversations AS c"
                " JOIN exchanges AS first ON first.number ="
                " (SELECT min(number) FROM exchanges WHERE conversation = c.id)"
                " JOIN exchanges AS last ON last.number ="
                " (SELECT max(number) FROM exchanges WHERE conversation = c.id)"
                " WHERE owner = ? AND NOT EXISTS (SELECT 1 FROM json_each(?) AS word WHERE NOT"
                " EXISTS (SELECT 1 FROM exchanges WHERE conversation = c.id"
                " AND instr(words, word.value))) ORDER BY last.number DESC LIMIT ?",
                (owner, json.dumps(search.casefold().split()), most),
            )
            return [ConversationRecord(*row) for row in rows]

    def exchanges(self, owner: str, conversation_id: str) -> list[StoredExchange]:
        """Return the exchanges of an owner's conversation, oldest first; none if it is unknown."""
        with self._using() as connection:
            rows = connection.execute(
                "SELECT id, asked_at, question, answer, words, judgement FROM exchanges"
                " WHERE conversation ="
                " (SELECT id FROM conversations WHERE id = ? AND owner = ?) ORDER BY number",
                (conversation_id, owner),
            )
            return [StoredExchange(*row) for row in rows]

    def append(self, owner: str, conversation_id: str, exchanges: Sequence[StoredExchange]) -> None:
        """Add exchanges to an owner's conversation, which begins with its first.

        One that it has already, told by its id, keeps its place, and its answer becomes the new
        one.

        Raises:
            ConversationsError: if the conversation is another owner's, or an id another's.
        """
        with self._writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO conversations VALUES (?, ?)", (conversation_id, owner)
            )
            _check_owner(connection, owner, conversation_id)
            added = connection.executemany(
                "INSERT INTO exchanges"
                " (conversation, id, asked_at, question, answer, words, judgement)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id)"
                " DO UPDATE SET answer = excluded.answer, words = excluded.words"
                " WHERE conversation = excluded.conversation",
                ((conversation_id, *_row(exchange)) for exchange in exchanges),
            )
            if added.rowcount < len(exchanges):
                raise ConversationsError("An answer of this id is in another conversation.")

    def forget(self, owner: str, conversation_id: str, exchange_ids: Collection[str]) -> None:
        """Take exchanges out of an owner's conversation, which ends with its last."""
        with self._writing() as connection:
            connection.executemany(
                "DELETE FROM exchanges WHERE id = ? AND conversation ="
                " (SELECT id FROM conversations WHERE id = ? AND owner = ?)",
                ((id_, conversation_id, owner) for id_ in exchange_ids),
            )
            connection.execute(
                "DELETE FROM conversations WHERE id = ? AND owner = ? AND NOT EXISTS"
                " (SELECT 1 FROM exchanges WHERE conversation = conversations.id)",
                (conversation_id, owner),
            )

    def judge(self, owner: str, exchange_id: str, judgement: str) -> None:
        """Remember what an owner said of an answer; no more than that if it is unknown."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE exchanges SET judgement = ? WHERE id = ? AND conversation IN"
                " (SELECT id FROM conversations WHERE owner = ?)",
                (judgement, exchange_id, owner),
            )

    def delete(self, owner: str, conversation_id: str) -> DeletedConversation | None:
        """Delete an owner's conversation and return all that it held; none if it is unknown."""
        with self._turn:
            exchanges = self.exchanges(owner, conversation_id)
            self.forget(owner, conversation_id, [exchange.id for exchange in exchanges])
        if not exchanges:
            return None
        return DeletedConversation(conversation_id, exchanges[0].question, tuple(exchanges))

    def restore(self, owner: str, deleted: DeletedConversation) -> None:
        """Put a deleted conversation back as it was; it is then the latest."""
        self.append(owner, deleted.id, deleted.exchanges)

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._errors_named():
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for one transaction, undone if anything is raised inside."""
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeEncodeError) as error:
            raise ConversationsError(
                f"The conversations in {self._path} cannot be read or kept: {error}."
            ) from error


def now() -> str:
    """Return the time in UTC as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _row(exchange: StoredExchange) -> tuple[str, ...]:
    return (
        exchange.id,
        exchange.asked_at,
        exchange.question,
        exchange.answer,
        exchange.words,
        exchange.judgement,
    )


def _check_owner(connection: sqlite3.Connection, owner: str, conversation_id: str) -> None:
    query = "SELECT owner FROM conversations WHERE id = ?"
    (found,) = connection.execute(query, (conversation_id,)).fetchone()
    if found != owner:
        raise ConversationsError("This conversation is somebody else’s. Start a new chat.")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    with closing(connection.execute("PRAGMA user_version")) as found:
        (version,) = found.fetchone()
    if version > FORMAT:
        raise ConversationsError(
            f"The conversations in {path} were made by a newer Pincite (format {version}, this one"
            f" reads format {FORMAT}). Update Pincite to open them."
        )
    if version == 0:
        connection.executescript(_SCHEMA_FILE.read_text("utf-8"))
