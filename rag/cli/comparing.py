"""``python -m rag eval --compare BEFORE.json AFTER.json``."""

from __future__ import annotations

import argparse

from rag.cli.outcomes import FAILED, OK
from rag.evaluation.comparison import compare, read_report
from rag.evaluation.comparison_text import describe


def compare_reports(options: argparse.Namespace) -> int:
    """Compare two reports case by case; a significant loss beyond the tolerance fails."""
    before, after = (read_report(path) for path in options.compare)
    comparison = compare(before, after)
    print(describe(comparison, tolerance=options.tolerance))
    return FAILED if comparison.losses(options.tolerance) else OK
