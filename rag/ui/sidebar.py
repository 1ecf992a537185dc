"""The sidebar: a new chat, the documents, the settings in force."""

from __future__ import annotations

import streamlit as st

from rag.errors import PinciteError, UnknownDocumentError
from rag.library import DocumentRecord
from rag.settings import BUILT_IN, Settings
from rag.types import Document
from rag.ui import conversation, strings
from rag.ui.notices import Notice, draw_notice, keep_notices
from rag.ui.session import Asker, Shelf
from rag.ui.uploads import draw_uploader

_REMOVED = "removed"


def draw_sidebar(asker: Asker) -> None:
    """Draw the sidebar."""
    with st.sidebar:
        _draw_brand()
        _draw_documents(asker.library)
        draw_uploader(asker)
        _draw_settings(asker.settings)


def _draw_brand() -> None:
    with st.container(key="brand"):
        st.markdown(f":primary[:material/format_quote:] **{strings.NAME}**")
        st.caption(strings.TAGLINE)
    st.button(
        strings.NEW_CHAT,
        icon=":material/edit_square:",
        width="stretch",
        on_click=_start_anew,
    )


def _start_anew() -> None:
    conversation.start_anew()
    keep_notices([])
    st.session_state.pop(_REMOVED, None)


def _draw_documents(library: Shelf) -> None:
    st.subheader(strings.DOCUMENTS, anchor=False)
    records = library.documents()
    with st.container(key="documents"):
        if not records:
            st.caption(strings.NO_DOCUMENTS)
        for record in records:
            _draw_record(library, record)
    if removed := st.session_state.get(_REMOVED):
        _draw_undo(library, removed)


def _draw_record(library: Shelf, record: DocumentRecord) -> None:
    with st.container(key=f"document-{record.id}", horizontal=True, vertical_alignment="top"):
        with st.container(key=f"about-{record.id}", gap=None):
            st.text(record.title)
            st.caption(strings.size(record.characters, record.chunks))
        st.button(
            strings.REMOVE,
            key=f"remove-{record.id}",
            icon=":material/delete:",
            type="tertiary",
            help=strings.REMOVE_HELP,
            on_click=_remove,
            args=(library, record.id),
        )


def _draw_undo(library: Shelf, removed: Document) -> None:
    with st.container(key="undo", horizontal=True, vertical_alignment="top"):
        draw_notice(Notice("info", f"{strings.REMOVED} {removed.title}"), key="removed")
        st.button(strings.UNDO, key="undo-button", on_click=_undo, args=(library, removed))


def _remove(library: Shelf, document_id: str) -> None:
    keep_notices([])
    try:
        removed = library.document(document_id)
        library.remove(document_id)
    except UnknownDocumentError:
        return  # another session was faster
    st.session_state[_REMOVED] = removed


def _undo(library: Shelf, removed: Document) -> None:
    try:
        library.add(removed)
    except PinciteError as error:
        keep_notices([Notice("error", str(error))])
    else:
        del st.session_state[_REMOVED]


def _draw_settings(settings: Settings) -> None:
    with (
        st.expander(strings.SETTINGS, icon=":material/tune:"),
        st.container(key="settings", gap=None),
    ):
        names = strings.SETTING_NAMES
        if settings.model != BUILT_IN:
            names = names | strings.MODEL_SETTING_NAMES
        for name, label in names.items():
            value = getattr(settings, name)
            st.caption(label)
            st.text(strings.UNSET[name] if value is None else str(value))
