"""An evaluation set as a file of pytest items; imported when the first set is collected."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from rag.errors import PinciteError
from rag.evaluation.judging import Judgement, explain, judge, summarize
from rag.evaluation.plugin import OPEN_ASKER, RUN
from rag.evaluation.runner import SetRunner, temporary_assistant
from rag.evaluation.summary import failed_gates
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

_WORST_LAST = (Judgement.RIGHT, Judgement.MISSED, Judgement.BROKEN)


class CaseFailedError(Exception):
    """A case came out wrong; ``summary`` says how in a few words."""

    def __init__(self, explanation: str, *, summary: str, tolerated: bool) -> None:
        super().__init__(explanation)
        self.summary = summary
        self.tolerated = tolerated


class GateFailedError(Exception):
    """A measure is below its gate."""


class EvaluationFile(pytest.File):
    """One set; its mistakes are errors of collection, before anything runs."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each case, then one for each gate."""
        try:
            self.runner = SetRunner(
                self.path,
                _settings(self.config),
                open_asker=self.config.stash.get(OPEN_ASKER, temporary_assistant),
                repeats=self.config.option.eval_repeat,
            )
        except PinciteError as error:
            raise self.CollectError(str(error)) from error
        self._taken = 0
        for case in self.runner.set.cases:
            yield CaseItem.from_parent(self, name=case.id)
        for measure in self.runner.set.gates:
            yield GateItem.from_parent(self, name=f"gate[{measure}]", measure=measure)

    def take_run(self) -> dict[str, Any]:
        """Return, as plain data, the report of what ran since the last call."""
        report = self.runner.report()
        fresh, self._taken = report.rows[self._taken :], len(report.rows)
        return asdict(replace(report, rows=fresh))

    def teardown(self) -> None:
        """Close the answerer when pytest leaves the file; results stay for later gates."""
        self.runner.close()


class _EvaluationItem(pytest.Item):
    @property
    def file(self) -> EvaluationFile:
        return cast("EvaluationFile", self.parent)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str | TerminalRepr:
        """Show our own errors as their sentences, others with a traceback."""
        if isinstance(excinfo.value, CaseFailedError | GateFailedError | PinciteError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the set and the item."""
        return self.path, None, self.name

    def _leave_time_to_the_cases(self) -> None:
        """Lift the limit of pytest-timeout: each question that is asked has its own."""
        if self.config.pluginmanager.hasplugin("timeout"):
            self.add_marker(pytest.mark.timeout(0))


class CaseItem(_EvaluationItem):
    """Passes when the evidence is cited, or the question refused that should be, every time."""

    def __init__(self, name: str, parent: EvaluationFile) -> None:
        super().__init__(name, parent)
        if self.config.option.eval_repeat > 1:
            self._leave_time_to_the_cases()

    def runtest(self) -> None:
        """Ask the question and judge what came.

        Raises:
            CaseFailedError: if it came out wrong.
        """
        runner = self.file.runner
        judged = [(judge(row.record), row) for row in runner.run(self.name)]
        worst, row = max(judged, key=lambda pair: _WORST_LAST.index(pair[0]))
        if worst is Judgement.RIGHT:
            return
        result = runner.result(row)
        right = sum(judgement is Judgement.RIGHT for judgement, _ in judged)
        flickers = len({judgement for judgement, _ in judged}) > 1
        note = f"flickers, right {right} of {len(judged)} times: " if flickers else ""
        gated = bool(runner.set.gates) and not self.config.option.runxfail
        raise CaseFailedError(
            (f"{note}\n" if note else "") + explain(result, worst, runner.corpus),
            summary=note + summarize(result, worst),
            tolerated=worst is Judgement.MISSED and gated,
        )


class GateItem(_EvaluationItem):
    """Passes when a measure over the whole set reaches its gate."""

    def __init__(self, name: str, parent: EvaluationFile, *, measure: str) -> None:
        super().__init__(name, parent)
        self._measure = measure
        self._leave_time_to_the_cases()

    def runtest(self) -> None:
        """Run the cases that this process has not run, then compare.

        Raises:
            GateFailedError: if the measure is below its gate.
        """
        runner = self.file.runner
        chosen, size = self._chosen_cases(), len(runner.set.cases)
        if 0 < chosen < size:
            pytest.skip(f"{chosen} of {size} cases were selected; a gate measures the whole set")
        for _ in runner.run_all():
            pass
        gate = {self._measure: runner.set.gates[self._measure]}
        for sentence in failed_gates(replace(runner.report(), gates=gate)):
            raise GateFailedError(sentence)

    def _chosen_cases(self) -> int:
        chosen = (item for item in self.session.items if isinstance(item, CaseItem))
        return sum(item.parent is self.parent for item in chosen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the item ran on its report, and tolerate a miss where gates stand."""
    report = yield
    if isinstance(item, _EvaluationItem) and call.when == "call":
        vars(report)[RUN] = item.file.take_run()
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, CaseFailedError) and error.tolerated:
            report.outcome = "skipped"
            report.wasxfail = error.summary
    return report


def choose(items: Sequence[pytest.Item], case_ids: Sequence[str]) -> list[pytest.Item]:
    """Return the items of the cases with these ids, and the gates of their sets."""
    chosen = {item for item in items if isinstance(item, CaseItem) and item.name in case_ids}
    files = {item.parent for item in chosen}
    gates = {item for item in items if isinstance(item, GateItem) and item.parent in files}
    return [item for item in items if item in chosen | gates]


def _settings(config: pytest.Config) -> Settings:
    model = config.option.eval_model
    return load_settings(**({"model": model} if model else {}))
