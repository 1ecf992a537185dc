"""The sidebar's documents: search, choose which to ask, read one, take one out and put it back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.errors import PinciteError, UnknownDocumentError
from rag.library import DocumentRecord
from rag.types import Document
from rag.ui import choosing, strings
from rag.ui.notices import Notice, draw_notice, keep_notices
from rag.ui.plain import plain
from rag.ui.reading import read
from rag.ui.session import Shelf

_REMOVED = "removed"
_SEARCH = "search_documents"
_SHOWN = 20  # at once; each has four widgets
_MANY = 8  # from here on there is a search


def draw_documents(library: Shelf, records: Sequence[DocumentRecord]) -> None:
    """Draw the documents, with a search where there are many."""
    st.subheader(strings.DOCUMENTS, anchor=False)
    search = str(st.session_state.get(_SEARCH, ""))
    if len(records) > _MANY:
        _draw_search()
    words = search.casefold().split() if len(records) > _MANY else []
    found = [r for r in records if all(w in f"{r.title} {r.source}".casefold() for w in words)]
    if len(records) > 1:
        _draw_choice(found)
    with st.container(key="documents"):
        if not found:
            st.caption(strings.NOTHING_FOUND if records else strings.NO_DOCUMENTS)
        for record in found[:_SHOWN]:
            _draw_record(library, record, choice=len(records) > 1)
        if len(found) > _SHOWN:
            st.caption(strings.search_for_more(len(found) - _SHOWN))
    if removed := st.session_state.get(_REMOVED):
        _draw_undo(library, removed[-1].document)


def _draw_search() -> None:
    st.text_input(
        strings.SEARCH_DOCUMENTS,
        key=_SEARCH,
        placeholder=strings.SEARCH_DOCUMENTS,
        label_visibility="collapsed",
        icon=":material/search:",
    )


def _draw_choice(found: Sequence[DocumentRecord]) -> None:
    ids = [record.id for record in found]
    with st.container(key="choose-many", horizontal=True, vertical_alignment="center"):
        st.caption(strings.CHOOSE)
        for label, chosen in ((strings.CHOOSE_ALL, True), (strings.CHOOSE_NONE, False)):
            st.button(
                label,
                key=f"choose-{chosen}",
                type="tertiary",
                on_click=choosing.choose,
                args=(ids,),
                kwargs={"chosen": chosen},
            )


def _draw_record(library: Shelf, record: DocumentRecord, *, choice: bool) -> None:
    name = plain(record.title)
    with st.container(key=f"document-{record.id}", horizontal=True, vertical_alignment="top"):
        if choice:
            choosing.draw_checkbox(record.id, strings.choose_document(name))
        with st.container(key=f"about-{record.id}", gap=None):
            st.text(record.title)
            st.caption(strings.size(record.characters, record.chunks))
        st.button(
            strings.read_document(name),
            key=f"read-{record.id}",
            icon=":material/visibility:",
            type="tertiary",
            on_click=read,
            args=(record.id,),
        )
        st.button(
            strings.remove_document(name),
            key=f"remove-{record.id}",
            icon=":material/delete:",
            type="tertiary",
            on_click=_remove,
            args=(library, record.id),
        )


def _draw_undo(library: Shelf, removed: Document) -> None:
    with st.container(key="undo", horizontal=True, vertical_alignment="top"):
        draw_notice(Notice("info", f"{strings.REMOVED} {removed.title}"), key="removed")
        st.button(strings.UNDO, key="undo-button", on_click=_undo, args=(library,))


def _remove(library: Shelf, document_id: str) -> None:
    keep_notices([])
    try:
        removed = library.remove(document_id)
    except UnknownDocumentError:
        return  # another session was faster
    st.session_state[_REMOVED] = (*st.session_state.get(_REMOVED, ()), removed)


def _undo(library: Shelf) -> None:
    """Add the document again that was removed last, then the one before can be."""
    *earlier, removed = st.session_state[_REMOVED]
    try:
        with st.spinner(strings.PUTTING_BACK):
            library.put_back(removed)
    except PinciteError as error:
        keep_notices([Notice("error", str(error))])
    else:
        st.session_state[_REMOVED] = tuple(earlier)
