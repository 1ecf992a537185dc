"""The sidebar's conversations: a new one, the one that is open as a file, and the earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from rag.conversations import ConversationRecord
from rag.exports import ExportedExchange, Talk, to_html, to_json, to_markdown
from rag.ui import conversation, keeping, strings
from rag.ui.conversation import Answered
from rag.ui.notices import Notice, draw_notice, keep_notices
from rag.ui.plain import plain
from rag.ui.session import Shelf

_SEARCH = "search_conversations"
_SHOWN = 8  # without a search
_MANY = 5  # from here on there is a search

_FORMATS: tuple[tuple[str, str, str, Callable[[Talk], str]], ...] = (
    (strings.EXPORT_MARKDOWN, "md", "text/markdown", to_markdown),
    (strings.EXPORT_HTML, "html", "text/html", to_html),
    (strings.EXPORT_JSON, "json", "application/json", to_json),
)


def draw_new_chat() -> None:
    """Draw the button that starts another conversation, and the export of the one that is open."""
    with st.container(key="chat-actions", horizontal=True):
        st.button(
            strings.NEW_CHAT,
            icon=":material/edit_square:",
            width="stretch",
            on_click=_start_anew,
        )
        _draw_export()


def draw_conversations(library: Shelf) -> None:
    """Draw the earlier conversations, with a search where there are many."""
    search = str(st.session_state.get(_SEARCH, ""))
    records = keeping.records(search)
    if records or search or keeping.deleted():
        with st.container(key="conversations", gap="small"):
            st.subheader(strings.CONVERSATIONS, anchor=False)
            if search or len(records) > _MANY:
                _draw_search()
            _draw_records(library, records, search)
            _draw_undo()
    if sentence := keeping.take_failure():
        draw_notice(Notice("error", sentence), key="conversations-failure")


def _draw_search() -> None:
    st.text_input(
        strings.SEARCH_CONVERSATIONS,
        key=_SEARCH,
        placeholder=strings.SEARCH_CONVERSATIONS,
        label_visibility="collapsed",
        icon=":material/search:",
    )


def _draw_records(library: Shelf, records: list[ConversationRecord], search: str) -> None:
    shown = records if search else records[:_SHOWN]
    with st.container(key="conversation-list", gap=None):
        for record in shown:
            _draw_record(library, record)
    if search and not records:
        st.caption(strings.NOTHING_FOUND)
    elif len(shown) < len(records):
        st.caption(strings.search_for_more(len(records) - len(shown)))


def _draw_record(library: Shelf, record: ConversationRecord) -> None:
    state = "open" if record.id == keeping.current_id() else "closed"
    with st.container(
        key=f"talk-{state}-{record.id}", horizontal=True, vertical_alignment="center"
    ):
        st.button(
            plain(record.title),
            key=f"reopen-{record.id}",
            type="tertiary",
            width="stretch",
            on_click=_reopen,
            args=(library, record.id),
        )
        st.button(
            strings.delete_conversation(plain(record.title)),
            key=f"delete-{record.id}",
            icon=":material/delete:",
            type="tertiary",
            on_click=_delete,
            args=(record.id,),
        )


def _draw_undo() -> None:
    if gone := keeping.deleted():
        with st.container(key="undo-delete", horizontal=True, vertical_alignment="top"):
            draw_notice(Notice("info", f"{strings.DELETED} {gone.title}"), key="deleted")
            st.button(strings.UNDO, key="undo-delete-button", on_click=keeping.undo)


def _draw_export() -> None:
    exchanges = tuple(
        ExportedExchange(e.question, e.answer)
        for e in conversation.exchanges()
        if isinstance(e, Answered)
    )
    if not exchanges:
        return
    with st.popover(strings.EXPORT, icon=":material/download:", help=strings.EXPORT_HELP):
        for label, suffix, media_type, write in _FORMATS:
            st.download_button(
                label,
                partial(write, Talk(exchanges)),  # made only if it is asked for
                file_name=f"{strings.EXPORT_FILE}.{suffix}",
                mime=media_type,
                key=f"export-{suffix}",
                on_click="ignore",
                type="tertiary",
            )


def _start_anew() -> None:
    conversation.stop()
    keeping.keep()
    keeping.start_anew()
    keeping.forget_deleted()
    keep_notices([])


def _reopen(library: Shelf, conversation_id: str) -> None:
    if conversation_id != keeping.current_id():
        conversation.stop()
        keeping.keep()
        keeping.reopen(library, conversation_id)


def _delete(conversation_id: str) -> None:
    if conversation_id == keeping.current_id():
        conversation.stop()
    keeping.delete(conversation_id)
