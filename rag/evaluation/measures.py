"""The measures of an evaluation set, computed case by case without a model's judgement.

Every share is a sum of tallies, one a case, so that a set, a type of case and several sets
together are measured by the same addition. A case that crashed tallies zero wherever it counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.evaluation import squad
from rag.evaluation.cases import EvidenceRule
from rag.evaluation.gold import GoldQuote
from rag.evaluation.results import CaseResult
from rag.types import Span

QUOTE_EXACTNESS = "quote_exactness"
EVIDENCE_RECALL = "evidence_recall"
ANSWER_MATCH = "answer_match"
SHARES = (
    QUOTE_EXACTNESS,
    "mrr",
    EVIDENCE_RECALL,
    "citation_precision",
    ANSWER_MATCH,
    "answer_f1",
    "abstention_precision",
    "abstention_recall",
    "abstention_f1",
    "answer_rate",
)
_RETRIEVAL_RECALL = re.compile(r"retrieval_recall@([1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class Tally:
    """A share as hits over total; a total of zero means that nothing was measured."""

    hits: float = 0.0
    total: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hits + other.hits, self.total + other.total)


def is_share(name: str) -> bool:
    """Say whether ``name`` is a measure between 0 and 1, on which a gate can stand."""
    return name in SHARES or is_retrieval_recall(name)


def is_retrieval_recall(name: str) -> bool:
    """Say whether ``name`` is ``retrieval_recall@k`` for some k."""
    return _RETRIEVAL_RECALL.fullmatch(name) is not None


def cutoffs(gates: Iterable[str], *, top_k: int) -> tuple[int, ...]:
    """Return the k of every ``retrieval_recall@k``: 1, 5, ``top_k`` and those of the gates."""
    gated = {int(match[1]) for name in gates if (match := _RETRIEVAL_RECALL.fullmatch(name))}
    return tuple(sorted({1, min(5, top_k), top_k} | gated))


def tally(result: CaseResult, texts: Mapping[str, str], ks: Sequence[int]) -> dict[str, Tally]:
    """Measure one case; ``texts`` are the documents' texts by id, read apart from the answerer.

    The keys are the same for every case, in the order of the report's table.
    """
    ranks = [_rank(quote, result, texts) for quote in result.gold.quotes]
    asked = 1 if ranks else 0
    tallies = {QUOTE_EXACTNESS: _quote_exactness(result, texts)}
    for k in ks:
        tallies[f"retrieval_recall@{k}"] = Tally(_by_rule(ranks, result) <= k, asked)
    tallies["mrr"] = Tally(1 / min(ranks, default=math.inf), asked)
    return tallies | {name: measure(result) for name, measure in _MEASURES.items()}


def evidence_rank(result: CaseResult, texts: Mapping[str, str]) -> float:
    """Return the smallest k whose first k passages hold the evidence by the case's rule.

    Infinity where they do not, or where the case has no evidence.
    """
    return _by_rule([_rank(quote, result, texts) for quote in result.gold.quotes], result)


def add_up(tallies: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """Sum the tallies of several cases, measure by measure."""
    sums: dict[str, Tally] = {}
    for case in tallies:
        for name, share in case.items():
            sums[name] = sums.get(name, Tally()) + share
    return sums


def value(name: str, share: Tally) -> float | None:
    """Return the measure, or None where nothing was measured.

    ``quote_exactness`` without a citation is 1: no quotation shown was false.
    """
    if share.total:
        return share.hits / share.total
    return 1.0 if name == QUOTE_EXACTNESS else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _quote_exactness(result: CaseResult, texts: Mapping[str, str]) -> Tally:
    exact = [c.span.of(texts.get(c.document_id, "")) == c.quote for c in result.citations]
    return Tally(sum(exact), len(exact))


def _by_rule(ranks: Sequence[float], result: CaseResult) -> float:
    every = result.gold.case.evidence_rule is EvidenceRule.ALL
    return (max if every else min)(ranks, default=math.inf)


def _rank(gold: GoldQuote, result: CaseResult, texts: Mapping[str, str]) -> float:
    """Return the smallest k whose first k passages hold the quote at one of its places.

    Passages that touch hold it together: evidence cut by a chunk's end is still given whole.
    """
    for k in range(1, len(result.passages) + 1):
        for place in gold.places:
            given = [p.span for p in result.passages[:k] if p.document.id == place.document_id]
            if _holds(given, place.span, texts[place.document_id]):
                return k
    return math.inf


def _holds(given: Iterable[Span], gold: Span, text: str) -> bool:
    """Say whether the spans together cover every code point of ``gold`` but white space."""
    reached = gold.start
    for span in sorted(given):
        if not text[reached : min(span.start, gold.end)].strip():
            reached = max(reached, span.end)
    return not text[reached : gold.end].strip()


def _evidence_recall(result: CaseResult) -> Tally:
    found = [_is_cited(quote, result) for quote in result.gold.quotes]
    by_rule = all if result.gold.case.evidence_rule is EvidenceRule.ALL else any
    return Tally(by_rule(found), 1) if found else Tally()


def _is_cited(gold: GoldQuote, result: CaseResult) -> bool:
    """Say whether the citations together cover half of the quote at one of its places."""
    return any(
        2 * _covered(place.span, result.cited_in(place.document_id)) >= len(place.span)
        for place in gold.places
    )


def _covered(gold: Span, cited: Iterable[Span]) -> int:
    """Count the code points of ``gold`` that the spans cover, each once."""
    reached, count = gold.start, 0
    for span in sorted(cited):
        count += max(0, min(span.end, gold.end) - max(span.start, reached))
        reached = max(reached, span.end)
    return count


def _citation_precision(result: CaseResult) -> Tally:
    if not result.gold.quotes:
        return Tally()
    places = [place for quote in result.gold.quotes for place in quote.places]
    right = [
        any(p.document_id == c.document_id and p.span.overlap(c.span) for p in places)
        for c in result.citations
    ]
    return Tally(sum(right), len(right))


def _answer_match(result: CaseResult) -> Tally:
    answers = result.gold.case.answers
    matched = any(squad.occurs(gold, result.text) for gold in answers)
    return Tally(matched, 1) if answers else Tally()


def _answer_f1(result: CaseResult) -> Tally:
    answers = result.gold.case.answers
    if not answers or not (result.short_answer or result.crashed):
        return Tally()
    return Tally(max(squad.token_f1(gold, result.short_answer) for gold in answers), 1)


def _abstention_precision(result: CaseResult) -> Tally:
    return Tally(_rightly_refused(result), int(result.refused))


def _abstention_recall(result: CaseResult) -> Tally:
    return Tally(_rightly_refused(result), int(not result.gold.case.answerable))


def _abstention_f1(result: CaseResult) -> Tally:
    """Tally the harmonic mean, which is 2 · right ÷ (refused + unanswerable)."""
    return Tally(
        2 * _rightly_refused(result), int(result.refused) + int(not result.gold.case.answerable)
    )


def _rightly_refused(result: CaseResult) -> int:
    return int(result.refused and not result.gold.case.answerable)


def _answer_rate(result: CaseResult) -> Tally:
    return Tally(result.answered, 1) if result.gold.case.answerable else Tally()


_MEASURES: Mapping[str, Callable[[CaseResult], Tally]] = {
    EVIDENCE_RECALL: _evidence_recall,
    "citation_precision": _citation_precision,
    ANSWER_MATCH: _answer_match,
    "answer_f1": _answer_f1,
    "abstention_precision": _abstention_precision,
    "abstention_recall": _abstention_recall,
    "abstention_f1": _abstention_f1,
    "answer_rate": _answer_rate,
}
