"""What a user says of answers: drawn under each, and collected as cases for pytest."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

from rag.errors import PinciteError
from rag.evaluation.collecting import WRONG_NAME, JudgedAnswer, Judgement, collect
from rag.types import Answer
from rag.ui import conversation, keeping, strings
from rag.ui.conversation import Answered, Exchange
from rag.ui.keeping import Kept

LABEL_LENGTH = 240  # characters of a quotation beside its tick box
_TOLD = "feedback_told"


class QuoteView(TypedDict):
    """A cited passage with its number in the answer."""

    number: int
    quote: str


class JudgementView(TypedDict):
    """A judgement and what its button says."""

    judgement: str
    label: str


class FeedbackView(TypedDict):
    """What can be said of an answer, what was, and what came of it."""

    question: str
    judgements: list[JudgementView]
    judgement: str
    quotes: list[QuoteView]
    message: str
    kind: str


def feedback_views(exchanges: Sequence[Exchange]) -> dict[str, FeedbackView]:
    """Describe the feedback by the number of the exchange, from 1, as the browser names it."""
    found = {}
    for number, exchange in enumerate(exchanges, start=1):
        kept = _kept(exchange)
        if isinstance(exchange, Answered) and kept and _can_be_judged(exchange.answer):
            found[str(number)] = _view(exchange, kept)
    return found


def judge(sent: Any, home: Path) -> None:  # noqa: ANN401  # whatever the browser sent
    """Collect what the user said of an answer into the library folder ``home``."""
    match sent:
        case {"exchange": str(name), "judgement": str(judgement), "ticked": list(ticked)} if (
            judgement in set(Judgement) and name.isascii() and name.isdecimal()
        ):
            exchanges = conversation.exchanges()
            at = int(name) - 1 if len(name) < 10 else len(exchanges)
            if 0 <= at < len(exchanges) and (kept := _kept(exchanges[at])):
                _judge(kept, _questions(exchanges[:at]), Judgement(judgement), ticked, home)


def _judge(
    kept: Kept, history: tuple[str, ...], judgement: Judgement, ticked: list[Any], home: Path
) -> None:
    answer = kept.exchange.answer
    citations = tuple(citation for citation in answer.citations if citation.number in ticked)
    judged = JudgedAnswer(kept.exchange.question, history, answer, judgement, citations)
    try:
        path = collect(judged, home)
    except PinciteError as error:
        _tell(kept.id, "error", str(error))
        return
    keeping.judge(kept.id, judgement.value)
    noted = strings.NOTED_WRONG if path.name == WRONG_NAME else strings.NOTED_CASE
    _tell(kept.id, "info", f"{noted} {path}")


def _view(exchange: Answered, kept: Kept) -> FeedbackView:
    kind, message = st.session_state.get(_TOLD, {}).get(kept.id, ("info", ""))
    citations = exchange.answer.citations
    labels = strings.JUDGEMENTS if citations else strings.REFUSAL_JUDGEMENTS
    return FeedbackView(
        question=exchange.question,
        judgements=[JudgementView(judgement=j.value, label=text) for j, text in labels.items()],
        judgement=kept.judgement,
        quotes=[
            QuoteView(
                number=c.number, quote=textwrap.shorten(c.quote, LABEL_LENGTH, placeholder=" …")
            )
            for c in citations
        ],
        message=message,
        kind=kind,
    )


def _can_be_judged(answer: Answer) -> bool:
    """Say whether a case can be made: not if its documents are gone, nor of what files say."""
    refused = not (answer.claims or answer.facts)
    return bool(answer.passages) and bool(answer.citations or refused)


def _tell(id_: str, kind: str, message: str) -> None:
    told = st.session_state.get(_TOLD, {})
    st.session_state[_TOLD] = {**told, id_: (kind, message)}


def _kept(exchange: Exchange) -> Kept | None:
    return next((k for k in keeping.kept() if k.exchange is exchange), None)


def _questions(exchanges: Sequence[Exchange]) -> tuple[str, ...]:
    return tuple(e.question for e in exchanges if isinstance(e, Answered))
