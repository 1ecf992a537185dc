"""Say whether one case came out right, and where it did not, what a reader needs to see why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from traceback import format_exception
from typing import Any

from rag.answering.extractive import THRESHOLD
from rag.evaluation.corpus import Corpus
from rag.evaluation.gold import GoldQuote
from rag.evaluation.measures import (
    ANSWER_MATCH,
    EVIDENCE_RECALL,
    QUOTE_EXACTNESS,
    evidence_rank,
)
from rag.evaluation.results import CaseResult, Crash
from rag.evaluation.rows import Row
from rag.types import Answer, Status

_LONGEST = 160  # code points of a passage or a quote that are shown


class Judgement(StrEnum):
    """How a case came out. Gates may tolerate a miss; nothing tolerates what is broken."""

    RIGHT = "right"
    MISSED = "missed"
    BROKEN = "broken"


def judge(record: Mapping[str, Any]) -> Judgement:
    """Judge a case by the scores of its record.

    Right is: refused where the sources do not say; else its evidence recalled, or, for a case
    without evidence, its answer matched. Broken is a crash, or a quotation that is not one.
    """
    scores: Mapping[str, float] = record["scores"]
    if record["error"] is not None or scores.get(QUOTE_EXACTNESS, 1.0) < 1.0:
        return Judgement.BROKEN
    refused = record["status"] == Status.NOT_IN_SOURCES
    right = scores.get(EVIDENCE_RECALL, scores.get(ANSWER_MATCH, float(refused))) == 1.0
    return Judgement.RIGHT if right else Judgement.MISSED


def flickering(rows: Iterable[Row]) -> Iterator[tuple[str, int, int]]:
    """Yield the id of each case whose attempts came out differently, how often right, of how many.

    The attempts at a case follow each other.
    """
    for _, group in groupby(rows, key=lambda row: row.number):
        attempts = [(row.record["id"], judge(row.record)) for row in group]
        if len({judgement for _, judgement in attempts}) > 1:
            right = sum(judgement is Judgement.RIGHT for _, judgement in attempts)
            yield attempts[0][0], right, len(attempts)


def summarize(result: CaseResult, judgement: Judgement) -> str:
    """Say in a few words what went wrong."""
    if isinstance(result.outcome, Crash):
        return str(result.outcome)
    if judgement is Judgement.BROKEN:
        return "a citation does not read as its document does"
    if result.refused:
        return "refused, though the sources answer"
    if not result.gold.case.answerable:
        return "answered, though the sources do not say"
    return "cited other words than the evidence" if result.gold.quotes else "another answer"


def explain(result: CaseResult, judgement: Judgement, corpus: Corpus) -> str:
    """Lay out what was asked, what was expected, and what came instead with its places."""
    return "\n".join(_lines(result, judgement, corpus))


def _lines(result: CaseResult, judgement: Judgement, corpus: Corpus) -> Iterator[str]:
    case, outcome = result.gold.case, result.outcome
    yield f"{judgement.value}: {summarize(result, judgement)}"
    for earlier in case.history:
        yield f"before     {earlier}"
    yield f"question   {case.question}"
    yield from _expected(result, corpus)
    if isinstance(outcome, Crash):
        yield from "".join(format_exception(outcome.error)).splitlines()
    else:
        yield from _given(outcome, corpus)


def _expected(result: CaseResult, corpus: Corpus) -> Iterator[str]:
    case = result.gold.case
    if not case.answerable:
        yield "expected   a refusal: the sources do not say"
    for answer in case.answers:
        yield f"expected   the words “{answer}”"
    rule = f"{case.evidence_rule.value} of {len(result.gold.quotes)}"
    for quote in result.gold.quotes:
        yield f"evidence   ({rule}) {_gold_place(quote, corpus)} “{_shortened(quote.quote)}”"
    if result.gold.quotes and result.passages:
        rank, given = evidence_rank(result, corpus.texts), len(result.passages)
        found = f"by passage {rank:g} of" if rank <= given else "in none of"
        yield f"retrieved  {found} the {given} given"


def _given(answer: Answer, corpus: Corpus) -> Iterator[str]:
    if answer.standalone_question != answer.question:
        yield f"asked as   {answer.standalone_question}"
    yield f"status     {answer.status.value}"
    if answer.status is Status.NOT_IN_SOURCES:
        yield f"because    {refusal_reason(answer)}"
    if answer.text:
        yield f"answer     {answer.text}"
    for citation in answer.citations:
        place = corpus.place(citation.document_id, citation.span)
        yield f"cited      [{citation.number}] {place} “{_shortened(citation.quote)}”"
        read = citation.span.of(corpus.texts.get(citation.document_id, ""))
        if read != citation.quote:
            yield f"           but the document reads “{_shortened(read)}” there"
    for rejection in answer.rejections:
        yield f"rejected   “{_shortened(rejection.words)}”: {rejection.reason.value}"
    for passage in answer.nearest:
        place = corpus.place(passage.document.id, passage.span)
        yield f"passage    {passage.number}. {place} “{_shortened(passage.text)}”"


def refusal_reason(answer: Answer) -> str:
    """Say why an answer is a refusal, as far as the answer itself tells."""
    if not answer.passages:
        return "no passage was retrieved"
    if answer.notice:
        return answer.notice
    if answer.rejections:
        return "none of what it proposed could be verified"
    if not any(passage.sentences for passage in answer.passages):
        return "the answerer proposed nothing"
    best = max(passage.answers for passage in answer.passages)
    return (
        f"the answerer proposed nothing; the reader holds the passages for {best:.0%} likely "
        f"to answer, and the built-in answerer asks for {THRESHOLD:.0%}"
    )


def _gold_place(quote: GoldQuote, corpus: Corpus) -> str:
    first, more = quote.places[0], len(quote.places) - 1
    place = corpus.place(first.document_id, first.span)
    return place + (f" and {more} more" if more else "")


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
