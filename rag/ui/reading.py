"""A document that a session reads without asking anything."""

from __future__ import annotations

from typing import TypedDict

import streamlit as st

_READING = "reading"


class ReadingView(TypedDict):
    """The document to show, and how many have been asked for: a second look is one too."""

    document: str
    serial: int


def reading() -> ReadingView:
    """Return what is read; no document if none was asked for yet."""
    found: ReadingView = st.session_state.get(_READING, ReadingView(document="", serial=0))
    return found


def read(document_id: str) -> None:
    """Show a document in the source pane."""
    serial = reading()["serial"] + 1
    st.session_state[_READING] = ReadingView(document=document_id, serial=serial)
