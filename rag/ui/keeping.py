"""Keeps a session's conversation on disk, and brings earlier ones back with what still stands."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from rag.conversations import (
    ConversationRecord,
    DeletedConversation,
    StoredExchange,
    now,
)
from rag.errors import ConversationsError, UnknownDocumentError
from rag.stored_answers import RestoredAnswer, dump_answer, load_answer
from rag.types import Document
from rag.ui import conversation, strings
from rag.ui.conversation import Answered
from rag.ui.owner import owner
from rag.ui.session import Shelf, conversations

_ID = "conversation_id"
_KEPT = "kept"
_UNSAVED = "unsaved"
_DELETED = "deleted_conversation"
_FAILURE = "keeping_failure"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange of this session, and what the user said of it."""

    exchange: Answered
    judgement: str = ""

    @property
    def id(self) -> str:
        """Return its name on disk."""
        return self.exchange.id


def keep() -> None:
    """Bring the disk up to date: add what was answered since, take out what was given up.

    A failure is remembered for ``failure`` and tried again next time.
    """
    answered = {e.id: e for e in conversation.exchanges() if isinstance(e, Answered)}
    before = kept()
    known = {k.id for k in before}
    stay = tuple(k for k in before if k.id in answered)
    new = [Kept(exchange) for id_, exchange in answered.items() if id_ not in known]
    st.session_state[_KEPT] = (*stay, *new)
    given_up = [k.id for k in before if k not in stay]
    unsaved = {*st.session_state.get(_UNSAVED, ()), *(k.id for k in new)}
    if given_up or unsaved:
        st.session_state[_UNSAVED] = unsaved
        _write([k for k in kept() if k.id in unsaved], given_up)


def _write(new: Sequence[Kept], given_up: Sequence[str]) -> None:
    with _remembering_failure():
        stored = conversations()
        stored.forget(owner(), current_id(), given_up)
        if new:
            stored.append(owner(), current_id(), [_stored(k) for k in new])
        for key in (_UNSAVED, _FAILURE):
            st.session_state.pop(key, None)


def keeper() -> Callable[[Answered], None]:
    """Return what keeps an answer of this conversation from any thread, the session gone or not.

    Should it fail, ``keep`` tries again where the session is still there.
    """
    with _remembering_failure():
        stored, whose, where = conversations(), owner(), current_id()

        def keep_one(exchange: Answered) -> None:
            try:
                stored.append(whose, where, [_stored(Kept(exchange))])
            except ConversationsError as error:
                logger.warning("an answer is not kept: %s", error)

        return keep_one
    return lambda exchange: None


def kept() -> tuple[Kept, ...]:
    """Return what this session has kept of the conversation that it shows."""
    found: tuple[Kept, ...] = st.session_state.get(_KEPT, ())
    return found


def current_id() -> str:
    """Return the id of the conversation that this session shows."""
    found: str = st.session_state.setdefault(_ID, uuid.uuid4().hex)
    return found


def take_failure() -> str:
    """Return why something could not be kept or read, or an empty text.

    It is told once, but again and again as long as an answer is not kept.
    """
    sentence = str(st.session_state.get(_FAILURE, ""))
    if not st.session_state.get(_UNSAVED):
        st.session_state.pop(_FAILURE, None)
    return sentence


def records(search: str) -> list[ConversationRecord]:
    """Return this owner's conversations, the latest first."""
    with _remembering_failure():
        return conversations().records(owner(), search=search)
    return []


def start_anew() -> None:
    """Show an empty conversation; the one before stays on disk."""
    conversation.start_anew()
    for key in (_ID, _KEPT, _UNSAVED):
        st.session_state.pop(key, None)


def reopen(library: Shelf, conversation_id: str) -> None:
    """Show an earlier conversation, every quotation of it looked up again."""
    with _remembering_failure():
        stored = conversations().exchanges(owner(), conversation_id)
        restored = tuple(_restored(exchange, partial(_document, library)) for exchange in stored)
        if restored:
            conversation.resume(tuple(k.exchange for k in restored))
            st.session_state[_ID] = conversation_id
            st.session_state[_KEPT] = restored


def delete(conversation_id: str) -> None:
    """Delete a conversation; ``undo`` brings it back."""
    with _remembering_failure():
        st.session_state[_DELETED] = conversations().delete(owner(), conversation_id)
        if conversation_id == current_id():
            start_anew()


def deleted() -> DeletedConversation | None:
    """Return the conversation that this session deleted last, if it can be put back."""
    found: DeletedConversation | None = st.session_state.get(_DELETED)
    return found


def undo() -> None:
    """Put the conversation back that was deleted last."""
    if gone := deleted():
        with _remembering_failure():
            conversations().restore(owner(), gone)
            del st.session_state[_DELETED]


def forget_deleted() -> None:
    """Let go of the conversation that was deleted last."""
    st.session_state.pop(_DELETED, None)


def judge(id_: str, judgement: str) -> None:
    """Remember what the user said of an answer."""
    st.session_state[_KEPT] = tuple(
        replace(k, judgement=judgement) if k.id == id_ else k for k in kept()
    )
    with _remembering_failure():
        conversations().judge(owner(), id_, judgement)


@contextmanager
def _remembering_failure() -> Iterator[None]:
    """Turn an error of the file into a sentence that the sidebar shows; the page goes on."""
    try:
        yield
    except ConversationsError as error:
        st.session_state[_FAILURE] = str(error)


def _stored(kept_: Kept) -> StoredExchange:
    exchange = kept_.exchange
    words = f"{exchange.question}\n{exchange.answer.text}".casefold()
    return StoredExchange(
        id=kept_.id,
        asked_at=now(),
        question=exchange.question,
        answer=dump_answer(exchange.answer),
        words=words,
    )


def _restored(stored: StoredExchange, find: Callable[[str], Document | None]) -> Kept:
    found = load_answer(stored.answer, find)
    answer = found.answer
    if remark := _remark(found):
        answer = replace(answer, notice=f"{answer.notice} {remark}".strip())
    return Kept(Answered(stored.question, answer, id=stored.id), stored.judgement)


def _remark(found: RestoredAnswer) -> str:
    if found.missing:
        return strings.documents_missing(found.missing, found.lost)
    return strings.quotations_lost(found.lost) if found.lost else ""


def _document(library: Shelf, document_id: str) -> Document | None:
    try:
        return library.document(document_id)
    except UnknownDocumentError:
        return None
