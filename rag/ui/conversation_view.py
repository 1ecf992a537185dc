"""Turns a conversation into plain data for the browser: every sentence ready to be drawn."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Sequence
from typing import TypedDict

from rag.types import Answer, Citation, Claim, Document, Passage, Rejection, Usage
from rag.ui import strings
from rag.ui.conversation import Answered, Exchange, Failed
from rag.ui.source_view import Mark, SourceView, source_view

WAITING = "waiting"
WRITING = "writing"
FAILED = "failed"
NEAREST = "nearest"
LABEL_LENGTH = 200  # characters of a quotation in a tooltip and for a screen reader


class PlaceView(TypedDict):
    """A place in a source that can be shown: a citation's, or a passage's that came near."""

    mark: str
    document: str
    number: str
    label: str
    verdict: str
    verdict_name: str
    explanation: str


class ClaimView(TypedDict):
    """A sentence of an answer, the marks of its citations, and how likely it answers.

    One that was not verified has no marks but the ``reason``; it is drawn in review mode only.
    """

    text: str
    marks: list[str]
    likelihood: str
    reason: str


class NearestView(TypedDict):
    """A passage of a refusal."""

    title: str
    text: str
    mark: str


class RejectionView(TypedDict):
    """Words that were left out: a proposed quotation, or a sentence that had none."""

    words: str
    reason: str


class ExchangeView(TypedDict):
    """A question that waits for its answer."""

    id: str
    state: str
    question: str


class WritingView(ExchangeView):
    """A question whose answer is being written, with what is verified of it."""

    claims: list[ClaimView]
    places: list[PlaceView]


class FailureView(ExchangeView):
    """A question that could not be answered."""

    message: str


class AnswerView(ExchangeView):
    """A question and its answer; the state is the answer's status."""

    understood: str
    short_answer: str
    claims: list[ClaimView]
    places: list[PlaceView]
    nearest: list[NearestView]
    checked: str
    notice: str
    usage: str
    left_out: str
    rejections: list[RejectionView]


class ConversationView(TypedDict):
    """All that the component draws."""

    strings: dict[str, str]
    suggestions: list[str]
    exchanges: list[ExchangeView]
    documents: dict[str, SourceView]
    first_document: str


def conversation_view(
    exchanges: Sequence[Exchange],
    shown_first: Sequence[Document],
    suggestions: Sequence[str],
    *,
    review: bool = False,
) -> ConversationView:
    """Describe a conversation; of ``shown_first``, the first is drawn until one is cited.

    With ``review``, sentences that were not verified stand among the others, struck through.
    """
    return ConversationView(
        strings=strings.CONVERSATION,
        suggestions=list(suggestions),
        exchanges=[_exchange_view(str(i), e, review) for i, e in enumerate(exchanges, start=1)],
        documents=_document_views(exchanges, shown_first),
        first_document=shown_first[0].id if shown_first else "",
    )


def _exchange_view(name: str, exchange: Exchange, review: bool) -> ExchangeView:
    question = exchange.question
    if isinstance(exchange, Answered):
        return _answer_view(name, question, exchange.answer, review)
    if isinstance(exchange, Failed):
        return FailureView(id=name, state=FAILED, question=question, message=exchange.message)
    if claims := exchange.progress.claims:
        places = {c.number: _cited_place(name, c) for claim in claims for c in claim.citations}
        return WritingView(
            id=name,
            state=WRITING,
            question=question,
            claims=[_claim_view(name, claim) for claim in claims],
            places=[places[number] for number in sorted(places)],
        )
    return ExchangeView(id=name, state=WAITING, question=question)


def _answer_view(name: str, question: str, answer: Answer, review: bool) -> AnswerView:
    nearest = () if answer.claims else answer.nearest
    standalone = answer.standalone_question
    usage = answer.usage
    return AnswerView(
        id=name,
        state=answer.status.value,
        question=question,
        understood="" if standalone == answer.question else strings.understood(standalone),
        short_answer=answer.short_answer if answer.claims else "",
        claims=_claim_views(name, answer, review),
        places=[
            *(_cited_place(name, citation) for citation in answer.citations),
            *(_near_place(name, passage) for passage in nearest),
        ],
        nearest=[_nearest_view(name, passage) for passage in nearest],
        checked=strings.checked(len(answer.citations)) if answer.citations else "",
        notice=answer.notice,
        usage=strings.usage(usage.read, usage.written) if usage != Usage() else "",
        left_out=strings.left_out(len(answer.rejections)) if answer.rejections else "",
        rejections=[_rejection_view(rejection) for rejection in answer.rejections],
    )


def _claim_views(name: str, answer: Answer, review: bool) -> list[ClaimView]:
    """Describe the sentences of an answer; for review, those that were left out too."""
    views: list[ClaimView] = []
    for place in range(len(answer.claims) + 1):
        left_out = {r.claim: r for r in answer.rejections if r.place == place and not r.kept}
        views += [_unverified_view(r) for r in left_out.values() if review]
        views += [_claim_view(name, claim) for claim in answer.claims[place : place + 1]]
    return views


def _claim_view(name: str, claim: Claim) -> ClaimView:
    marks = dict.fromkeys(_citation_mark(name, citation) for citation in claim.citations)
    likely = claim.probability
    likelihood = "" if likely is None else strings.likelihood(likely)
    return ClaimView(text=claim.text, marks=list(marks), likelihood=likelihood, reason="")


def _unverified_view(rejection: Rejection) -> ClaimView:
    reason = strings.REJECTION_REASONS[rejection.reason]
    return ClaimView(text=rejection.claim, marks=[], likelihood="", reason=reason)


def _cited_place(name: str, citation: Citation) -> PlaceView:
    return PlaceView(
        mark=_citation_mark(name, citation),
        document=citation.document_id,
        number=str(citation.number),
        label=strings.citation(citation.number, _shortened(citation.quote)),
        verdict=citation.verdict.value,
        verdict_name=strings.VERDICT_NAMES[citation.verdict],
        explanation=strings.VERDICT_EXPLANATIONS[citation.verdict],
    )


def _near_place(name: str, passage: Passage) -> PlaceView:
    return PlaceView(
        mark=_passage_mark(name, passage),
        document=passage.document.id,
        number="",
        label=strings.show_passage(passage.document.title),
        verdict=NEAREST,
        verdict_name=strings.NEAREST,
        explanation=strings.NEAREST_EXPLANATION,
    )


def _nearest_view(name: str, passage: Passage) -> NearestView:
    mark = _passage_mark(name, passage)
    return NearestView(title=passage.document.title, text=passage.text, mark=mark)


def _rejection_view(rejection: Rejection) -> RejectionView:
    reason = strings.REJECTION_REASONS[rejection.reason]
    return RejectionView(words=rejection.quote.text or rejection.claim, reason=reason)


def _citation_mark(name: str, citation: Citation) -> str:
    return f"{name}-{citation.number}"


def _passage_mark(name: str, passage: Passage) -> str:
    return f"{name}-near-{passage.number}"


def _shortened(quote: str) -> str:
    return textwrap.shorten(quote, LABEL_LENGTH, placeholder=" …")


def _document_views(
    exchanges: Sequence[Exchange], shown_first: Sequence[Document]
) -> dict[str, SourceView]:
    """Describe each document that is shown or cited once, with the marks of all answers."""
    first = {document.id: document for document in shown_first}
    documents = dict(first)
    marks: defaultdict[str, list[Mark]] = defaultdict(list)
    for name, exchange in enumerate(exchanges, start=1):
        if isinstance(exchange, Failed):
            continue
        if isinstance(exchange, Answered):
            answer = exchange.answer
        else:
            answer = exchange.progress.as_answer(exchange.question, notice="")
        documents |= {p.document.id: p.document for p in answer.passages}
        for document_id, mark in _marks(str(name), answer):
            marks[document_id].append(mark)
    return {
        id_: source_view(document, marks[id_])
        for id_, document in documents.items()
        if id_ in marks or id_ in first
    }


def _marks(name: str, answer: Answer) -> list[tuple[str, Mark]]:
    cited = [(c.document_id, Mark(_citation_mark(name, c), c.span)) for c in answer.citations]
    near = [(p.document.id, Mark(_passage_mark(name, p), p.span)) for p in answer.nearest]
    return cited or near
