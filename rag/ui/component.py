"""The conversation with its sources beside it: a component of Streamlit, drawn in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.ui.conversation_view import ConversationView
from rag.ui.feedback import FeedbackView
from rag.ui.owner import browser_view
from rag.ui.reading import ReadingView

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

KEY = "conversation"
FRONTEND = Path(__file__).with_name("frontend")
SCRIPTS = (  # joined in this order
    "elements.js",
    "reconcile.js",
    "question.js",
    "answer.js",
    "retrieval.js",
    "exchanges.js",
    "quotation.js",
    "links.js",
    "margin.js",
    "source.js",
    "announcer.js",
    "feedback.js",
    "reading.js",
    "browser_key.js",
    "conversation.js",
)
STYLES = ("base.css", "talk.css", "answer.css", "source.css", "feedback.css")
LONGEST_QUESTION = 10_000


def draw_conversation(
    view: ConversationView,
    *,
    feedback: Mapping[str, FeedbackView],
    reading: ReadingView,
    on_judge: Callable[[Any], None],
    on_ask: Callable[[str], None],
    on_retry: Callable[[], None],
    on_stop: Callable[[], None],
    on_revise: Callable[[int, str], None],
) -> None:
    """Draw ``view``; the callbacks hear what is done in it.

    That is a suggestion chosen, a new try, a stop, and a question put in the place of another.
    """
    _renderer()(
        key=KEY,
        data={
            **view,
            "longest_question": LONGEST_QUESTION,
            "feedback": feedback,
            "reading": reading,
            "browser": browser_view(),
        },
        on_judge_change=lambda: on_judge(st.session_state[KEY].get("judge")),
        on_ask_change=lambda: _forward_question(on_ask),
        on_retry_change=on_retry,
        on_stop_change=on_stop,
        on_revise_change=lambda: _forward_revision(on_revise),
    )


def _forward_question(on_ask: Callable[[str], None]) -> None:
    """Pass on what the browser sent, if it is a question at all."""
    question = st.session_state[KEY].get("ask")
    if isinstance(question, str):
        on_ask(question)


def _forward_revision(on_revise: Callable[[int, str], None]) -> None:
    """Pass on what the browser sent, if it is the number of an exchange and a question."""
    match st.session_state[KEY].get("revise"):
        case {"exchange": str(number), "question": str(question)} if (
            number.isascii() and number.isdecimal() and len(question) <= LONGEST_QUESTION
        ):
            on_revise(int(number), question)


@cache
def _renderer() -> ComponentRenderer:
    return st.components.v2.component(
        "pincite_conversation",
        html=_text("conversation.html"),
        css="\n".join(_text(name) for name in STYLES),
        js="\n".join(_text(name) for name in SCRIPTS),
    )


def _text(name: str) -> str:
    return (FRONTEND / name).read_text(encoding="utf-8")
