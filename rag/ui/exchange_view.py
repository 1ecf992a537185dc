"""Describes each question with what came of it for the browser, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from rag.types import Answer, Claim, DocumentFact, Passage, Rejection, RejectionReason
from rag.ui import strings
from rag.ui.conversation import Answered, Exchange, Failed
from rag.ui.place_view import (
    PlaceView,
    citation_mark,
    cited_place,
    clipped,
    documents_of,
    near_place,
    shortened,
)
from rag.ui.retrieval_view import RetrievalView, retrieval_view
from rag.ui.source_view import TITLE_LENGTH

WAITING = "waiting"
WRITING = "writing"
FAILED = "failed"
CLAIM_LENGTH = 5_000  # characters of a sentence that are drawn
SHORT_LENGTH = 300  # characters of a short answer
MESSAGE_LENGTH = 2_000  # characters of a sentence that comes from elsewhere, such as a server
NEAREST_LENGTH = 600  # characters of a passage that a refusal shows


class ClaimView(TypedDict):
    """A sentence of an answer, the marks of its citations, and how likely it answers.

    One that was not verified has no marks but ``rejections``; it is drawn in review mode only.
    ``cut`` says what a sentence of monstrous length leaves out.
    """

    text: str
    cut: str
    marks: list[str]
    likelihood: str
    rejections: list[RejectionView]


class NearestView(TypedDict):
    """A passage of a refusal."""

    title: str
    page: str
    text: str
    mark: str


class RejectionView(TypedDict):
    """Words that were left out: a proposed quotation, or a sentence that had none.

    ``icon`` and ``word`` name the verdict, ``reason`` explains it.
    """

    words: str
    quote: str
    icon: str
    word: str
    reason: str


class ExchangeView(TypedDict):
    """A question that waits for its answer; ``gives_way`` says what asking it anew takes away."""

    id: str
    state: str
    question: str
    gives_way: str


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
    facts: list[str]
    places: list[PlaceView]
    nearest: list[NearestView]
    checked: str
    notice: str
    left_out: str
    rejections: list[RejectionView]
    retrieval: RetrievalView


def exchange_view(exchange: Exchange, number: int, total: int, *, review: bool) -> ExchangeView:
    """Describe the exchange so numbered, of a conversation of ``total``."""
    base = _base(number, exchange, total)
    if isinstance(exchange, Answered):
        return _answer_view(base, exchange, review)
    if isinstance(exchange, Failed):
        return FailureView(
            {**base, "state": FAILED, "message": clipped(exchange.message, MESSAGE_LENGTH)}
        )
    progress = exchange.progress
    return _writing_view(base, progress.as_answer("", "")) if progress.claims else base


def _base(place: int, exchange: Exchange, total: int) -> ExchangeView:
    later = total - place
    gives_way = strings.gives_way(later) if later else ""
    return ExchangeView(
        id=str(place), state=WAITING, question=exchange.question, gives_way=gives_way
    )


def _writing_view(base: ExchangeView, answer: Answer) -> WritingView:
    return WritingView(
        {
            **base,
            "state": WRITING,
            "claims": [_claim_view(base["id"], claim) for claim in answer.claims],
            "places": _cited_places(base["id"], answer),
        }
    )


def _answer_view(base: ExchangeView, exchange: Answered, review: bool) -> AnswerView:
    answer, name = exchange.answer, base["id"]
    nearest = () if answer.claims or answer.facts else answer.nearest
    standalone = answer.standalone_question
    return AnswerView(
        {
            **base,
            "state": answer.status.value,
            "understood": (
                strings.understood(clipped(standalone, MESSAGE_LENGTH))
                if standalone != answer.question
                else ""
            ),
            "short_answer": clipped(answer.short_answer, SHORT_LENGTH) if answer.claims else "",
            "claims": _claim_views(name, answer, review),
            "facts": [_fact(fact) for fact in answer.facts],
            "places": [
                *_cited_places(name, answer),
                *(near_place(name, passage) for passage in nearest),
            ],
            "nearest": [_nearest_view(name, passage) for passage in nearest],
            "checked": _checked(answer),
            "notice": clipped(answer.notice, MESSAGE_LENGTH),
            "left_out": strings.left_out(len(answer.rejections)) if answer.rejections else "",
            "rejections": [_rejection_view(rejection) for rejection in answer.rejections],
            "retrieval": retrieval_view(name, answer, exchange.timings),
        }
    )


def _checked(answer: Answer) -> str:
    if answer.facts:
        return strings.FACTS_CHECKED
    return strings.checked(len(answer.citations)) if answer.citations else ""


def _fact(fact: DocumentFact) -> str:
    title = clipped(fact.title, TITLE_LENGTH)
    return strings.fact(title, fact.kind, clipped(fact.value, TITLE_LENGTH))


def _cited_places(name: str, answer: Answer) -> list[PlaceView]:
    documents = documents_of(answer.passages)
    return [cited_place(name, c, documents.get(c.document_id)) for c in answer.citations]


def _claim_views(name: str, answer: Answer, review: bool) -> list[ClaimView]:
    """Describe the sentences of an answer; for review, those that were left out too."""
    views: list[ClaimView] = []
    for place in range(len(answer.claims) + 1):
        left_out = [r for r in answer.rejections if r.place == place and not r.kept]
        views += _unverified_views(left_out) if review else []
        views += [_claim_view(name, claim) for claim in answer.claims[place : place + 1]]
    return views


def _claim_view(name: str, claim: Claim) -> ClaimView:
    marks = dict.fromkeys(citation_mark(name, citation) for citation in claim.citations)
    likely = claim.probability
    return ClaimView(
        text=claim.text[:CLAIM_LENGTH],
        cut=_cut(claim.text),
        marks=list(marks),
        likelihood="" if likely is None else strings.likelihood(likely),
        rejections=[],
    )


def _unverified_views(left_out: Sequence[Rejection]) -> list[ClaimView]:
    """Describe sentences that were left out, each with all that was rejected of it."""
    return [
        ClaimView(
            text=text[:CLAIM_LENGTH],
            cut=_cut(text),
            marks=[],
            likelihood="",
            rejections=[_rejection_view(r) for r in left_out if r.claim == text],
        )
        for text in dict.fromkeys(r.claim for r in left_out)
    ]


def _cut(text: str) -> str:
    left = len(text) - CLAIM_LENGTH
    return strings.characters_left_out(left) if left > 0 else ""


def _nearest_view(name: str, passage: Passage) -> NearestView:
    place = near_place(name, passage)
    text = shortened(passage.text, NEAREST_LENGTH)
    return NearestView(title=place["title"], page=place["page"], text=text, mark=place["mark"])


def _rejection_view(rejection: Rejection) -> RejectionView:
    reason = rejection.reason
    return RejectionView(
        words=rejection.words[:CLAIM_LENGTH],
        quote=rejection.quote.text[:CLAIM_LENGTH],
        icon="unsupported" if reason is RejectionReason.UNSUPPORTED else "rejected",
        word=strings.REJECTION_NAMES[reason],
        reason=strings.REJECTION_REASONS[reason],
    )
