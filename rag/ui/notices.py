"""Sentences that may hold untrusted words, drawn as plain text.

``st.error`` and its like render Markdown, and escaping is no way out: Streamlit turns addresses
and ``:icons:`` into links and pictures after the escapes are gone. ``st.text`` renders nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

_NOTICES = "notices"
_ICONS = {
    "error": ":material/error:",
    "success": ":material/check_circle:",
    "info": ":material/info:",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user and what kind of news it is."""

    kind: Literal["error", "success", "info"]
    text: str


def draw_notice(notice: Notice, *, key: str) -> None:
    """Draw a sentence with an icon; ``key`` tells several apart."""
    with st.container(key=f"{notice.kind}-{key}", horizontal=True, vertical_alignment="top"):
        st.markdown(_ICONS[notice.kind], width="content")
        st.text(notice.text, width="stretch")


def keep_notices(notices: Sequence[Notice]) -> None:
    """Show these notices from the next run on, in place of the ones before."""
    st.session_state[_NOTICES] = tuple(notices)


def draw_kept_notices() -> None:
    """Draw the notices that this session keeps."""
    for position, notice in enumerate(st.session_state.get(_NOTICES, ())):
        draw_notice(notice, key=f"kept-{position}")
