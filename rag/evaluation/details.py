"""What a report's page shows of a case beyond its record, as plain data."""

from __future__ import annotations

from typing import Any

from rag.evaluation import squad
from rag.evaluation.corpus import Corpus
from rag.evaluation.excerpts import excerpts
from rag.evaluation.judging import refusal_reason
from rag.evaluation.measures import evidence_rank
from rag.evaluation.results import CaseResult, Crash
from rag.types import Answer, Claim


def detail_of(result: CaseResult, corpus: Corpus) -> dict[str, Any]:
    """Return the expectation, the claims as judged, and the source around what was cited."""
    case, outcome = result.gold.case, result.outcome
    answer = None if isinstance(outcome, Crash) else outcome
    rank = evidence_rank(result, corpus.texts) if result.gold.quotes else None
    return {
        "document": document_of(result, corpus),
        "answerable": case.answerable,
        "answers": list(case.answers),
        "evidence": [quote.quote for quote in result.gold.quotes],
        "rule": case.evidence_rule.value,
        "history": list(case.history),
        "asked": answer.standalone_question if answer else case.question,
        "because": refusal_reason(answer) if answer and result.refused else "",
        "claims": [_claim(claim, result) for claim in answer.claims] if answer else [],
        "excerpts": excerpts(result, corpus),
        "confidence": _confidence(answer),
        "rank": int(rank) if rank is not None and rank <= len(result.passages) else None,
    }


def document_of(result: CaseResult, corpus: Corpus) -> str:
    """Return the file that a case is about: where its evidence is, else the only one asked.

    Empty where a case is about no document in particular.
    """
    asked = result.gold.document_ids or frozenset(corpus.texts)
    places = [place.document_id for quote in result.gold.quotes for place in quote.places]
    if places:
        return corpus.names[places[0]]
    return corpus.names[next(iter(asked))] if len(asked) == 1 else ""


def _claim(claim: Claim, result: CaseResult) -> dict[str, Any]:
    return {
        "text": claim.text,
        "numbers": [citation.number for citation in claim.citations],
        "probability": claim.probability,
        "right": _is_right(claim, result),
    }


def _is_right(claim: Claim, result: CaseResult) -> bool:
    """Say whether a claim cites gold evidence, or, in a case without any, has a gold answer."""
    places = [place for quote in result.gold.quotes for place in quote.places]
    if places:
        return any(
            place.document_id == citation.document_id and place.span.overlap(citation.span) > 0
            for citation in claim.citations
            for place in places
        )
    return any(squad.occurs(gold, claim.text) for gold in result.gold.case.answers)


def _confidence(answer: Answer | None) -> float | None:
    """Return how likely the reader holds the passages to answer; None where none was read."""
    if answer is None or not any(passage.sentences for passage in answer.passages):
        return None
    return max(passage.answers for passage in answer.passages)
