"""``python -m rag eval``."""

from __future__ import annotations

import argparse
import json
import sys

from rag.cli.outcomes import FAILED, OK
from rag.cli.progress import progress_bar
from rag.evaluation.report import failed_gates, measures_table, report_record
from rag.evaluation.runner import run_sets
from rag.settings import Settings


def evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Run evaluation sets, each in a library of its own; a measure below its gate fails."""
    with progress_bar("evaluating", " cases") as progress:
        reports = run_sets(options.sets, settings, progress=progress)
    failures = [failure for report in reports for failure in failed_gates(report)]
    for report in reports:
        print(measures_table(report))
    if options.json:
        options.json.write_text(
            json.dumps(report_record(reports), ensure_ascii=False, indent=2), encoding="utf-8"
        )
    for failure in failures:
        print(f"below its gate: {failure}", file=sys.stderr)
    return FAILED if failures else OK
