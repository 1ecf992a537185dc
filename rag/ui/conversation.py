"""One session's conversation: what was asked, and what came of it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import streamlit as st

from rag.errors import PinciteError
from rag.types import Answer, Turn
from rag.ui import strings
from rag.ui.job import NO_TIMINGS, Job, Progress, Timings
from rag.ui.session import Asker

_EXCHANGES = "exchanges"
_REFILL = "refill"
_DRAWN = "drawn"

MOMENT = 0.03
"""Seconds within which the built-in answerer is done once it has begun: no step is shown then."""

logger = logging.getLogger(__name__)


def _new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question whose answer is awaited, with what is known of it so far."""

    question: str
    job: Job | None = None
    id: str = field(default_factory=_new_id)

    @property
    def progress(self) -> Progress:
        """Return what can be shown already."""
        return self.job.progress if self.job else Progress()


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its verified answer, and how long its steps took where that is known.

    ``id`` names it on disk; it is that of the question while the answer was awaited.
    """

    question: str
    answer: Answer
    timings: Timings = NO_TIMINGS
    id: str = field(default_factory=_new_id)


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


def _last() -> Exchange | None:
    return exchanges()[-1] if exchanges() else None


def is_waiting() -> bool:
    """Say whether the last question has no answer yet."""
    return isinstance(_last(), Waiting)


def ask(question: str) -> None:
    """Add a question, to be answered after ``start_waiting``; one that failed gives way to it.

    While another one is awaited, it goes back into the input.
    """
    if is_waiting():
        st.session_state[_REFILL] = question.strip()
    elif question.strip():
        st.session_state[_EXCHANGES] = (*_without_failure(), Waiting(question.strip()))


def retry() -> None:
    """Ask the question that failed once more."""
    last = _last()
    if isinstance(last, Failed):
        ask(last.question)


def revise(number: int, question: str) -> None:
    """Ask ``question`` in the place of the exchange so numbered from 1; all after it give way."""
    if question.strip() and not is_waiting() and 1 <= number <= len(exchanges()):
        st.session_state[_EXCHANGES] = exchanges()[: number - 1]
        ask(question)


def start_waiting(
    asker: Asker, document_ids: Collection[str] | None, keep: Callable[[Answered], None]
) -> None:
    """Begin to answer the last question from the documents named, unless that has begun.

    ``keep`` is given the answer in another thread, whether or not this session is still there.
    """
    last = _last()
    if isinstance(last, Waiting) and last.job is None:
        history = _history()
        job = Job(
            lambda: asker.stream(last.question, history, document_ids=document_ids),
            lambda answer, timings: keep(Answered(last.question, answer, timings, last.id)),
        )
        st.session_state[_EXCHANGES] = (*exchanges()[:-1], replace(last, job=job))


def settle(seconds: float = 0.0) -> bool:
    """Put the outcome in the place of the last question, if it comes within so many seconds.

    What has begun to be written is awaited for a moment only: it is shown as it grows.
    """
    last = _last()
    if not isinstance(last, Waiting) or last.job is None:
        return False
    if not last.job.wait(seconds, once_begun=MOMENT):
        return False
    _conclude(_outcome(last, last.job))
    return True


def has_more() -> bool:
    """Say whether there is more of the last answer to draw than ``note_drawn`` was told of."""
    last = _last()
    if not isinstance(last, Waiting) or last.job is None:
        return False
    return last.job.has_more(st.session_state.get(_DRAWN))


def note_drawn() -> None:
    """Note that what there is of the last answer is drawn."""
    last = _last()
    if isinstance(last, Waiting):
        st.session_state[_DRAWN] = last.progress


def stop() -> None:
    """Keep what is verified of the answer that is being written, and await no more of it."""
    last = _last()
    if not isinstance(last, Waiting):
        return
    if last.job:
        last.job.stop()
    if last.job and last.progress.claims:
        answer = last.progress.as_answer(last.question, strings.STOPPED)
        _conclude(Answered(last.question, answer, last.job.timings, last.id))
    else:
        _conclude(Failed(last.question, strings.STOPPED_EARLY))


def _conclude(outcome: Answered | Failed) -> None:
    st.session_state[_EXCHANGES] = (*exchanges()[:-1], outcome)
    if isinstance(outcome, Failed):
        st.session_state[_REFILL] = outcome.question


def take_refill() -> str:
    """Return, once, the question that the input should show again; empty if none."""
    return str(st.session_state.pop(_REFILL, ""))


def resume(earlier: tuple[Exchange, ...]) -> None:
    """Go on with an earlier conversation."""
    st.session_state[_EXCHANGES] = earlier
    st.session_state.pop(_REFILL, None)


def start_anew() -> None:
    """Forget the conversation."""
    st.session_state.pop(_EXCHANGES, None)
    st.session_state.pop(_REFILL, None)


def _without_failure() -> tuple[Exchange, ...]:
    earlier = exchanges()
    return earlier[:-1] if earlier and isinstance(earlier[-1], Failed) else earlier


def _outcome(waiting: Waiting, job: Job) -> Answered | Failed:
    outcome = job.outcome
    if isinstance(outcome, Answer):
        return Answered(waiting.question, outcome, job.timings, waiting.id)
    if isinstance(outcome, PinciteError):
        return Failed(waiting.question, str(outcome))
    logger.error("answering failed", exc_info=outcome)  # the log gets the trace
    return Failed(waiting.question, strings.UNEXPECTED)


def _history() -> tuple[Turn, ...]:
    return tuple(
        Turn(exchange.question, exchange.answer.text)
        for exchange in exchanges()
        if isinstance(exchange, Answered)
    )
