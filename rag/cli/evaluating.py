"""``python -m rag eval``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from rag.cli.comparing import compare_reports
from rag.cli.outcomes import FAILED, MISUSED, OK
from rag.cli.progress import progress_bar
from rag.cli.sweeping import sweep_sets
from rag.evaluation.page import write_page
from rag.evaluation.report import Report, write_report
from rag.evaluation.runner import run_sets
from rag.evaluation.summary import failed_gates, measures_table
from rag.settings import Settings

_Grading = Callable[[Sequence[Report]], tuple[list[Report], dict[str, str] | None]]


def evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Run evaluation sets, each in a library of its own; a measure below its gate fails."""
    if options.compare:
        return compare_reports(options)
    if not options.sets:
        print(
            "pincite: name at least one FILE.eval.yaml, or two reports to --compare.",
            file=sys.stderr,
        )
        return MISUSED
    if options.sweep:
        return sweep_sets(options, settings)
    grade = _grading(options, settings)
    with progress_bar("evaluating", " cases") as progress:
        reports = run_sets(options.sets, settings, progress=progress)
    reports, prompts = grade(reports)
    failures = [failure for report in reports for failure in failed_gates(report)]
    for report in reports:
        print(measures_table(report))
    if options.json:
        write_report(options.json, reports, prompts=prompts)
    if options.html:
        write_page(options.html, reports, prompts=prompts)
    for failure in failures:
        print(f"below its gate: {failure}", file=sys.stderr)
    return FAILED if failures else OK


def _grading(options: argparse.Namespace, settings: Settings) -> _Grading:
    """Return what grades reports, where that is asked for; else what leaves them as they are."""
    if not options.rubric:
        return lambda reports: (list(reports), None)
    # Imported here, since chat models take a second to import that other runs spare.
    from rag.cli.grading import grade_sets, open_grader
    from rag.evaluation.rubric import prompts_with_rubric

    grader = open_grader(options.rubric, settings)
    prompts = prompts_with_rubric(settings.model_dump())
    return lambda reports: (
        grade_sets(reports, options.sets, grader, name=options.rubric),
        prompts,
    )
