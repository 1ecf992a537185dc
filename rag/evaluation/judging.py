"""Say whether one case came out right, and where it did not, what a reader needs to see why."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from traceback import format_exception

from rag.evaluation.corpus import Corpus
from rag.evaluation.gold import GoldQuote
from rag.evaluation.measures import ANSWER_MATCH, EVIDENCE_RECALL, QUOTE_EXACTNESS
from rag.evaluation.report import Row
from rag.evaluation.results import CaseResult, Crash
from rag.types import Answer, Span, Status

_LONGEST = 160  # code points of a passage or a quote that are shown


class Judgement(StrEnum):
    """How a case came out. Gates may tolerate a miss; nothing tolerates what is broken."""

    RIGHT = "right"
    MISSED = "missed"
    BROKEN = "broken"


def judge(row: Row) -> Judgement:
    """Judge a case by its own measures.

    Right is: refused where the sources do not say; else its evidence recalled, or, for a case
    without evidence, its answer matched. Broken is a crash, or a quotation that is not one.
    """
    exactness = row.tallies[QUOTE_EXACTNESS]
    if row.record["error"] is not None or exactness.hits < exactness.total:
        return Judgement.BROKEN
    evidence, match = row.tallies[EVIDENCE_RECALL], row.tallies[ANSWER_MATCH]
    if evidence.total or match.total:
        right = (evidence if evidence.total else match).hits == 1
    else:
        right = row.record["status"] == Status.NOT_IN_SOURCES
    return Judgement.RIGHT if right else Judgement.MISSED


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


def _given(answer: Answer, corpus: Corpus) -> Iterator[str]:
    if answer.standalone_question != answer.question:
        yield f"asked as   {answer.standalone_question}"
    yield f"status     {answer.status.value}"
    if answer.text:
        yield f"answer     {answer.text}"
    for citation in answer.citations:
        place = _place(citation.document_id, citation.span, corpus)
        yield f"cited      [{citation.number}] {place} “{_shortened(citation.quote)}”"
        read = citation.span.of(corpus.texts.get(citation.document_id, ""))
        if read != citation.quote:
            yield f"           but the document reads “{_shortened(read)}” there"
    for rejection in answer.rejections:
        yield f"rejected   “{_shortened(rejection.quote.text)}”: {rejection.reason.value}"
    for passage in answer.nearest:
        place = _place(passage.document.id, passage.span, corpus)
        yield f"passage    {passage.number}. {place} “{_shortened(passage.text)}”"
    if not answer.passages:
        yield "passage    none was retrieved"


def _gold_place(quote: GoldQuote, corpus: Corpus) -> str:
    first, more = quote.places[0], len(quote.places) - 1
    return _place(first.document_id, first.span, corpus) + (f" and {more} more" if more else "")


def _place(document_id: str, span: Span, corpus: Corpus) -> str:
    return f"{corpus.names.get(document_id, document_id)}:{span.start}-{span.end}"


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
