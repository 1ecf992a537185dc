"""Hand a report to DeepEval or RAGAS, as the records that their own metrics take.

A record is plain data: the keyword arguments of DeepEval's ``LLMTestCase`` or of RAGAS's
``SingleTurnSample``. So neither package has to be installed beside Pincite, which RAGAS cannot be
with every model's client: write the records with ``python -m rag eval-export``, read them there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, EvaluationSet
from rag.evaluation.corpus import Corpus
from rag.types import Span

if TYPE_CHECKING:
    from deepeval.test_case import LLMTestCase
    from ragas import EvaluationDataset

REFUSAL = "The sources do not say."
"""What a refusal is written as: both packages judge words."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A case of the set with its record in the report, and the texts of its passages."""

    case: Case
    record: Mapping[str, Any]
    passages: tuple[str, ...]

    @property
    def response(self) -> str:
        if self.record["error"] is not None:
            return ""
        return self.record["answer"] or REFUSAL

    @property
    def reference(self) -> str:
        if not self.case.answerable:
            return REFUSAL
        return self.case.answers[0] if self.case.answers else " ".join(self.quotes)

    @property
    def quotes(self) -> list[str]:
        return [evidence.quote for evidence in self.case.evidence]


def deepeval_records(
    report: Mapping[str, Any], evaluation_set: EvaluationSet, corpus: Corpus
) -> list[dict[str, Any]]:
    """Return a report's cases as keyword arguments of DeepEval's ``LLMTestCase``.

    Raises:
        EvaluationSetError: if the report is not one of the set and its documents.
    """
    return [
        {
            "name": pair.case.id,
            "input": pair.case.question,
            "actual_output": pair.response,
            "expected_output": pair.reference,
            "context": pair.quotes,
            "retrieval_context": list(pair.passages),
            "completion_time": pair.record["latency_ms"] / 1000,
            "tags": [pair.case.type] if pair.case.type else [],
            "metadata": {
                "status": pair.record["status"],
                "error": pair.record["error"],
                "citations": [citation["quote"] for citation in pair.record["citations"]],
                "scores": pair.record["scores"],
            },
        }
        for pair in _pairs(report, evaluation_set, corpus)
    ]


def ragas_records(
    report: Mapping[str, Any], evaluation_set: EvaluationSet, corpus: Corpus
) -> list[dict[str, Any]]:
    """Return a report's cases as keyword arguments of RAGAS's ``SingleTurnSample``.

    Raises:
        EvaluationSetError: if the report is not one of the set and its documents.
    """
    return [
        {
            "user_input": pair.case.question,
            "response": pair.response,
            "reference": pair.reference,
            "retrieved_contexts": list(pair.passages),
            "reference_contexts": pair.quotes,
            "retrieved_context_ids": [
                f"{p['document']}:{p['start']}-{p['end']}" for p in pair.record["passages"]
            ],
        }
        for pair in _pairs(report, evaluation_set, corpus)
    ]


ADAPTERS: Mapping[
    str, Callable[[Mapping[str, Any], EvaluationSet, Corpus], list[dict[str, Any]]]
] = MappingProxyType({"deepeval": deepeval_records, "ragas": ragas_records})
"""What makes the records of each package."""


def deepeval_test_cases(records: Sequence[Mapping[str, Any]]) -> list[LLMTestCase]:
    """Return records as DeepEval's own test cases, its telemetry switched off before it loads."""
    os.environ["DEEPEVAL_TELEMETRY_OPT_OUT"] = "YES"
    from deepeval.test_case import LLMTestCase

    return [LLMTestCase(**record) for record in records]


def ragas_dataset(records: Sequence[Mapping[str, Any]]) -> EvaluationDataset:
    """Return records as RAGAS's own data set, its telemetry switched off before it loads."""
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    from ragas import EvaluationDataset

    return EvaluationDataset.from_list([dict(record) for record in records])


def _pairs(
    report: Mapping[str, Any], evaluation_set: EvaluationSet, corpus: Corpus
) -> Iterator[_Pair]:
    cases = {case.id: case for case in evaluation_set.cases}
    texts = {corpus.names[document.id]: document.text for document in corpus.documents}
    name = evaluation_set.path.name
    pooled = any("::" in record["id"] and record["id"] not in cases for record in report["cases"])
    for record in report["cases"]:
        id_ = record["id"].removeprefix(f"{name}::") if pooled else record["id"]
        if pooled and id_ == record["id"]:
            continue  # of another set
        missing = {p["document"] for p in record["passages"]} - set(texts)
        if id_ not in cases or missing:
            lacking = f"no document {min(missing)!r}" if missing else f"no case {id_!r}"
            raise EvaluationSetError(
                f"The report is not one of {evaluation_set.path}: the set has {lacking}."
            )
        passages = (Span(p["start"], p["end"]).of(texts[p["document"]]) for p in record["passages"])
        yield _Pair(cases[id_], record, tuple(passages))
