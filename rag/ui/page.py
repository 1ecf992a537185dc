"""The page: sidebar, conversation, sources, input."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.errors import PinciteError
from rag.library import DocumentRecord
from rag.ui import choosing, conversation, keeping, login, strings
from rag.ui.beginning import Beginning, beginning
from rag.ui.component import FRONTEND, LONGEST_QUESTION, draw_conversation
from rag.ui.conversation_view import conversation_view
from rag.ui.feedback import feedback_views, judge
from rag.ui.links import followed
from rag.ui.notices import Notice, draw_notice
from rag.ui.reading import reading
from rag.ui.session import Asker, assistant
from rag.ui.sidebar import draw_sidebar

INPUT = "question"
POLL_SECONDS = 0.1
"""How often the page looks for more of an answer that is being written: nothing is drawn anew
unless there is (``benchmarks/streaming.py``)."""
BEGINNING_SECONDS = 1.0
"""How often the page looks for suggestions that are still being made."""
QUICK_SECONDS = 1.0
"""How long the page waits for an answer before it begins to look for parts of it."""


def draw_page() -> None:
    """Draw the whole page for this session."""
    st.set_page_config(
        strings.NAME,
        FRONTEND / "icon.svg",  # a named icon would be fetched from another host
        layout="wide",
        menu_items={"About": strings.ABOUT},
    )
    st.html(FRONTEND / "page.css")
    if login.is_required() and not login.is_logged_in():
        login.draw_login()
        return
    try:
        asker = assistant()
    except PinciteError as error:
        _draw_closed(error)
        return
    records = asker.library.documents()
    keeping.keep()
    draw_sidebar(asker, records)
    _draw_main(asker, records)


def _draw_closed(error: PinciteError) -> None:
    with st.container(key="closed"):
        st.title(strings.CLOSED_TITLE, anchor=False)
        draw_notice(Notice("error", str(error)), key="closed")
        st.button(strings.TRY_AGAIN, icon=":material/refresh:", type="primary")


def _draw_main(asker: Asker, records: Sequence[DocumentRecord]) -> None:
    waiting = conversation.is_waiting()
    if waiting:
        conversation.start_waiting(asker, choosing.asked_ids(records), keeping.keeper())
    start = beginning(asker, records)
    poll = BEGINNING_SECONDS if start.suggested.pending else None
    st.fragment(_draw_conversation, run_every=poll)(asker, start, waiting)
    _draw_input(records)
    if conversation.settle(QUICK_SECONDS) or conversation.has_more():
        st.rerun()
    if waiting:
        st.fragment(_watch, run_every=POLL_SECONDS)()


def _watch() -> None:
    """Draw nothing, and the page anew once there is more to draw: a look costs next to nothing."""
    if conversation.has_more():
        st.rerun()


def _draw_conversation(asker: Asker, start: Beginning, waiting: bool) -> None:
    """Draw all exchanges; this runs again by itself while there are suggestions to be found.

    Once an answer is awaited that was not, or no longer, the whole page has to know, and so it has
    once all suggestions are found; but only after the drawing, since Streamlit throws away what a
    run of a fragment does not draw. What the page found in the library is not looked up again.
    """
    conversation.note_drawn()
    conversation.settle()
    draw_conversation(
        conversation_view(
            conversation.exchanges(),
            start.documents,
            start.suggested.questions,
            review=not asker.settings.strict,
            link=followed(st.query_params, asker.library),
        ),
        feedback=feedback_views(conversation.exchanges()),
        reading=reading(),
        on_ask=conversation.ask,
        on_retry=conversation.retry,
        on_stop=conversation.stop,
        on_revise=conversation.revise,
        on_judge=lambda sent: judge(sent, asker.settings.home),
    )
    if conversation.is_waiting() != waiting or start.is_complete_now(asker):
        st.rerun()


def _draw_input(records: Sequence[DocumentRecord]) -> None:
    if refill := conversation.take_refill():
        st.session_state[INPUT] = refill
    asked = choosing.asked(records)
    with st.bottom:  # placed by hand, or Streamlit would keep the page scrolled to its end
        if 0 < len(asked) < len(records):
            _draw_choice(asked, records)
        st.chat_input(
            _placeholder(len(asked), len(records)),
            key=INPUT,
            max_chars=LONGEST_QUESTION,
            disabled=not asked,
            submit_mode="submit",  # one that is disabled takes the focus away when it is enabled
            on_submit=_ask_typed,
        )


def _draw_choice(asked: Sequence[DocumentRecord], records: Sequence[DocumentRecord]) -> None:
    with st.container(key="choice", horizontal=True, vertical_alignment="center"):
        st.text(strings.asking_only([record.title for record in asked], len(records)))
        st.button(
            strings.ASK_ALL,
            key="ask-all",
            type="tertiary",
            on_click=choosing.choose,
            args=([record.id for record in records],),
            kwargs={"chosen": True},
        )


def _placeholder(asked: int, total: int) -> str:
    if not asked:
        return strings.ASK_UNTICKED if total else strings.ASK_NOTHING
    return strings.ASK if asked == total else strings.ask_some(asked, total)


def _ask_typed() -> None:
    conversation.ask(st.session_state[INPUT] or "")
