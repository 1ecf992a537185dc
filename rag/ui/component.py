"""The conversation with its sources beside it: a component of Streamlit, drawn in the browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from rag.ui.conversation_view import ConversationView

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

KEY = "conversation"
FRONTEND = Path(__file__).with_name("frontend")
SCRIPTS = ("elements.js", "exchanges.js", "source.js", "conversation.js")  # joined in this order


def draw_conversation(
    view: ConversationView,
    *,
    on_ask: Callable[[str], None],
    on_retry: Callable[[], None],
    on_stop: Callable[[], None],
) -> None:
    """Draw ``view``; the callbacks hear of a suggestion chosen, a new try, and a stop."""
    _renderer()(
        key=KEY,
        data=dict(view),
        on_ask_change=lambda: _forward_question(on_ask),
        on_retry_change=on_retry,
        on_stop_change=on_stop,
    )


def _forward_question(on_ask: Callable[[str], None]) -> None:
    """Pass on what the browser sent, if it is a question at all."""
    question = st.session_state[KEY].get("ask")
    if isinstance(question, str):
        on_ask(question)


@cache
def _renderer() -> ComponentRenderer:
    return st.components.v2.component(
        "pincite_conversation",
        html=_text("conversation.html"),
        css=_text("conversation.css"),
        js="\n".join(_text(name) for name in SCRIPTS),
    )


def _text(name: str) -> str:
    return (FRONTEND / name).read_text(encoding="utf-8")
