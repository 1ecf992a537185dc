"""The sidebar: documents, the settings in force, who is logged in, conversations."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.library import DocumentRecord
from rag.settings import BUILT_IN, Settings
from rag.ui import strings
from rag.ui.conversation_list import draw_conversations, draw_new_chat
from rag.ui.document_list import draw_documents
from rag.ui.login import draw_account
from rag.ui.session import Asker
from rag.ui.uploads import draw_uploader


def draw_sidebar(asker: Asker, records: Sequence[DocumentRecord]) -> None:
    """Draw the sidebar; ``records`` are the documents of the library."""
    with st.sidebar:
        _draw_brand()
        draw_new_chat()
        draw_documents(asker.library, records)
        draw_uploader(asker)
        _draw_settings(asker.settings)
        draw_account()
        draw_conversations(asker.library)  # last: the first question adds it, and nothing moves


def _draw_brand() -> None:
    with st.container(key="brand"):
        st.markdown(f":primary[:material/format_quote:] **{strings.NAME}**")
        st.caption(strings.TAGLINE)


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
