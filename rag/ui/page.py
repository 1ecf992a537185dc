"""The page: sidebar, conversation, sources, input."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from rag.errors import PinciteError, UnknownDocumentError
from rag.types import Document
from rag.ui import conversation, strings
from rag.ui.component import FRONTEND, LONGEST_QUESTION, draw_conversation
from rag.ui.conversation_view import conversation_view
from rag.ui.links import followed
from rag.ui.notices import Notice, draw_notice
from rag.ui.session import Asker, Shelf, assistant
from rag.ui.sidebar import draw_sidebar
from rag.ui.suggestions import suggestions

INPUT = "question"
POLL_SECONDS = 0.15
"""How often the page looks for more of an answer that is being written."""
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
    try:
        asker = assistant()
    except PinciteError as error:
        _draw_closed(error)
        return
    draw_sidebar(asker)
    _draw_main(asker)


def _draw_closed(error: PinciteError) -> None:
    with st.container(key="closed"):
        st.title(strings.CLOSED_TITLE, anchor=False)
        draw_notice(Notice("error", str(error)), key="closed")
        st.button(strings.TRY_AGAIN, icon=":material/refresh:", type="primary")


def _draw_main(asker: Asker) -> None:
    records = asker.library.documents()
    waiting = conversation.is_waiting()
    if waiting:
        conversation.start_waiting(asker)
    poll = POLL_SECONDS if waiting else None
    st.fragment(_draw_conversation, run_every=poll)(asker, waiting)
    _draw_input(enabled=bool(records))
    if conversation.settle(QUICK_SECONDS):
        st.rerun()


def _draw_conversation(asker: Asker, waiting: bool) -> None:
    """Draw all exchanges; while an answer is awaited, this runs again and again by itself.

    Once an answer is awaited that was not, or no longer, the whole page has to know; but only after
    the drawing, since Streamlit throws away what a run of a fragment does not draw.
    """
    conversation.settle()
    draw_conversation(
        conversation_view(
            conversation.exchanges(),
            _shown_first(asker.library),
            suggestions(record.source for record in asker.library.documents()),
            review=not asker.settings.strict,
            link=followed(st.query_params, asker.library),
        ),
        on_ask=conversation.ask,
        on_retry=conversation.retry,
        on_stop=conversation.stop,
        on_revise=conversation.revise,
    )
    if conversation.is_waiting() != waiting:
        st.rerun()


def _draw_input(*, enabled: bool) -> None:
    if refill := conversation.take_refill():
        st.session_state[INPUT] = refill
    with st.bottom:  # placed by hand, or Streamlit would keep the page scrolled to its end
        st.chat_input(
            strings.ASK if enabled else strings.ASK_NOTHING,
            key=INPUT,
            max_chars=LONGEST_QUESTION,
            disabled=not enabled,
            submit_mode="submit",  # one that is disabled takes the focus away when it is enabled
            on_submit=_ask_typed,
        )


def _ask_typed() -> None:
    conversation.ask(st.session_state[INPUT] or "")


def _shown_first(library: Shelf) -> list[Document]:
    """Return the document that the source pane shows before anything is cited, if there is one."""
    for record in library.documents():
        with suppress(UnknownDocumentError):  # another session may have removed it just now
            return [library.document(record.id)]
    return []
