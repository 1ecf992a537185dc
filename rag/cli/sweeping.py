"""``python -m rag eval FILE --sweep NAME=VALUE,VALUE``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from math import prod

from rag.cli.outcomes import OK
from rag.cli.progress import progress_bar
from rag.errors import SettingsError
from rag.evaluation.report import Report
from rag.evaluation.runner import OpenAsker, run_sets
from rag.evaluation.sweeps import parse_axis, sweep, sweep_record, sweep_table
from rag.settings import Settings


def sweep_sets(options: argparse.Namespace, settings: Settings) -> int:
    """Run the sets with every combination of the settings swept; print one table.

    Gates are not looked at: what falls below one is a row of the table like any other.

    Raises:
        SettingsError: if a setting cannot be swept, or grades are asked for too.
    """
    if options.rubric:
        raise SettingsError("A sweep is not graded. Leave out --rubric, or give --rubric alone.")
    axes = [parse_axis(text, settings) for text in options.sweep]
    count = prod(len(values) for _, values in axes)
    done = 0

    with progress_bar("evaluating", " cases") as progress:

        def run(chosen: Settings, open_asker: OpenAsker) -> Sequence[Report]:
            nonlocal done
            reports = run_sets(
                options.sets,
                chosen,
                progress=lambda ran, total: progress(done * total + ran, count * total),
                open_asker=open_asker,
            )
            done += 1
            return reports

        combinations = list(sweep(axes, settings, run))
    print(sweep_table(combinations))
    if options.json:
        record = json.dumps(sweep_record(combinations), ensure_ascii=False, indent=2)
        options.json.write_text(record + "\n", encoding="utf-8")
    return OK
