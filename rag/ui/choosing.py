"""Which documents a session asks: all but those that its user has unticked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from rag.library import DocumentRecord

_LEFT_OUT = "left_out"


def asked(records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    """Return the documents that are asked."""
    return [record for record in records if record.id not in _left_out()]


def asked_ids(records: Sequence[DocumentRecord]) -> frozenset[str] | None:
    """Return the ids of the documents that are asked; none stands for the whole library."""
    chosen = asked(records)
    return None if len(chosen) == len(records) else frozenset(record.id for record in chosen)


def choose(document_ids: Collection[str], *, chosen: bool) -> None:
    """Tick or untick documents."""
    left_out = _left_out()
    st.session_state[_LEFT_OUT] = (
        left_out - frozenset(document_ids) if chosen else left_out | frozenset(document_ids)
    )
    for id_ in document_ids:
        st.session_state[_key(id_)] = chosen


def draw_checkbox(document_id: str, label: str) -> None:
    """Draw the tick box of a document."""
    st.session_state.setdefault(_key(document_id), document_id not in _left_out())
    st.checkbox(
        label,
        key=_key(document_id),
        label_visibility="collapsed",
        on_change=_follow,
        args=(document_id,),
    )


def _follow(document_id: str) -> None:
    choose([document_id], chosen=bool(st.session_state[_key(document_id)]))


def _left_out() -> frozenset[str]:
    found: frozenset[str] = st.session_state.get(_LEFT_OUT, frozenset())
    return found


def _key(document_id: str) -> str:
    return f"ask-{document_id}"
