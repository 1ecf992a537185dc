"""Grades by a chat model, for those who ask for them: beside the measures, never a gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from rag.answering.grading import MOST_POINTS, Grade
from rag.errors import ModelError
from rag.evaluation.cases import Case, EvaluationSet
from rag.evaluation.measures import Tally
from rag.evaluation.report import Report
from rag.evaluation.rows import Row
from rag.prompts import load_prompt, prompt_hashes
from rag.settings import BUILT_IN

RUBRIC = "rubric"
REFUSAL = "The sources do not say."
"""What a refusal says, to a grader."""


class Grader(Protocol):
    """Whatever grades answers: a chat model, or a fake in the tests."""

    def grade(self, question: str, *, expected: str, answer: str) -> Grade:
        """Grade one answer.

        Raises:
            ModelError: if there is no grade.
        """
        ...


def graded(
    report: Report,
    evaluation_set: EvaluationSet,
    grader: Grader,
    *,
    name: str,
    progress: Callable[[], None] = lambda: None,
) -> Report:
    """Return the report with a ``rubric`` from 0 to 1 a case, and the reason for it.

    A crash has 0; a case that the grader cannot grade keeps its error and is not counted. ``name``
    is the grader's, and stands among the settings.
    """
    cases = {case.id: case for case in evaluation_set.cases}
    rows = []
    for row in report.rows:
        rows.append(_graded(row, cases[row.record["id"]], grader))
        progress()
    return replace(report, rows=tuple(rows), settings={**report.settings, RUBRIC: name})


def prompts_with_rubric(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashes of the prompts that a graded run of ``settings`` was given."""
    answering = {} if settings.get("model", BUILT_IN) == BUILT_IN else prompt_hashes()
    return answering | {RUBRIC: load_prompt(RUBRIC).sha256}


def expected_of(case: Case) -> str:
    """Say in words what a right answer to a case says."""
    if not case.answerable:
        return f"A refusal, such as: {REFUSAL}"
    parts = [f"Any one of: {' | '.join(case.answers)}"] if case.answers else []
    quotes = " | ".join(evidence.quote for evidence in case.evidence)
    rule = "All that these say" if case.evidence_rule.value == "all" else "What one of these says"
    return "\n".join(parts + ([f"{rule}: {quotes}"] if quotes else []))


def _graded(row: Row, case: Case, grader: Grader) -> Row:
    if row.record["error"] is not None:
        return _with(row, Tally(0.0, 1), {"points": 0, "reason": "the case crashed", "tokens": 0})
    answer = row.record["answer"] or REFUSAL
    try:
        grade = grader.grade(case.question, expected=expected_of(case), answer=answer)
    except ModelError as error:
        return _with(row, Tally(), {"error": str(error)})
    tokens = grade.usage.read + grade.usage.written
    told = {"points": grade.points, "reason": grade.reason, "tokens": tokens}
    return _with(row, Tally(grade.points / MOST_POINTS, 1), told)


def _with(row: Row, share: Tally, told: Mapping[str, Any]) -> Row:
    score = {RUBRIC: share.hits} if share.total else {}
    record = {**row.record, "scores": {**row.record["scores"], **score}, RUBRIC: dict(told)}
    return replace(row, tallies={**row.tallies, RUBRIC: share}, record=record)
