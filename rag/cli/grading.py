"""``python -m rag eval FILE --rubric PROVIDER:MODEL``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from rag.cli.progress import progress_bar
from rag.evaluation.report import Report
from rag.evaluation.rubric import Grader, graded
from rag.evaluation.set_files import read_set
from rag.settings import Settings


def open_grader(name: str, settings: Settings) -> Grader:
    """Open the chat model ``name`` as a grader; nothing is sent yet.

    Raises:
        SettingsError: if the name is not ``provider:model``.
        ModelError: if the chat model cannot be opened.
    """
    from rag.answering.grading import ModelGrader
    from rag.answering.models import open_chat_model

    return ModelGrader(open_chat_model(settings.model_copy(update={"model": name})), name)


def grade_sets(
    reports: Sequence[Report], sets: Sequence[Path], grader: Grader, *, name: str
) -> list[Report]:
    """Let a grader grade every answer of the reports; the sets are theirs, in the same order."""
    done, total = count(1), sum(len(report.rows) for report in reports)
    with progress_bar("grading", " cases") as progress:
        return [
            graded(
                report,
                read_set(path),
                grader,
                name=name,
                progress=lambda: progress(next(done), total),
            )
            for report, path in zip(reports, sets, strict=True)
        ]
