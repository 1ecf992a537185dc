"""One session's conversation: what was asked, and what came of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import streamlit as st

from rag.errors import PinciteError
from rag.types import Answer, Turn
from rag.ui import strings
from rag.ui.session import Asker

_EXCHANGES = "exchanges"
_REFILL = "refill"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that nobody has answered yet."""

    question: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its verified answer."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """A question that could not be answered, with a sentence that says why."""

    question: str
    message: str


Exchange = Waiting | Answered | Failed


def exchanges() -> tuple[Exchange, ...]:
    """Return the session's exchanges, oldest first."""
    found: tuple[Exchange, ...] = st.session_state.get(_EXCHANGES, ())
    return found


def is_waiting() -> bool:
    """Say whether the last question has no answer yet."""
    return bool(exchanges()) and isinstance(exchanges()[-1], Waiting)


def ask(question: str) -> None:
    """Add a question, to be answered by ``answer_waiting``; one that failed gives way to it."""
    if question.strip() and not is_waiting():
        st.session_state[_EXCHANGES] = (*_without_failure(), Waiting(question.strip()))


def retry() -> None:
    """Ask the question that failed once more."""
    if exchanges() and isinstance(exchanges()[-1], Failed):
        ask(exchanges()[-1].question)


def answer_waiting(asker: Asker) -> None:
    """Answer the last question; if that fails, keep it for the input."""
    question = exchanges()[-1].question
    outcome = _outcome(asker, question)
    st.session_state[_EXCHANGES] = (*exchanges()[:-1], outcome)
    if isinstance(outcome, Failed):
        st.session_state[_REFILL] = question


def take_refill() -> str:
    """Return, once, the question that the input should show again; empty if none."""
    return str(st.session_state.pop(_REFILL, ""))


def start_anew() -> None:
    """Forget the conversation."""
    st.session_state.pop(_EXCHANGES, None)
    st.session_state.pop(_REFILL, None)


def _without_failure() -> tuple[Exchange, ...]:
    earlier = exchanges()
    return earlier[:-1] if earlier and isinstance(earlier[-1], Failed) else earlier


def _outcome(asker: Asker, question: str) -> Answered | Failed:
    try:
        return Answered(question, asker.ask(question, _history()))
    except PinciteError as error:
        return Failed(question, str(error))
    except Exception:  # a fault of the program: the log gets the trace, the user a sentence
        logger.exception("answering failed")
        return Failed(question, strings.UNEXPECTED)


def _history() -> tuple[Turn, ...]:
    return tuple(
        Turn(exchange.question, exchange.answer.text)
        for exchange in exchanges()
        if isinstance(exchange, Answered)
    )
