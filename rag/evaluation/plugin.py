"""The pytest plugin: each ``*.eval.yaml`` is a file of tests, each case an item, each gate too.

In a set with gates, quality is the gates' business: a case that misses is an expected failure
(``-rx`` names them, ``--xfail-tb`` shows them, ``--runxfail`` makes them fail). A crash or a false
quotation always fails. What an item ran travels on its test report, so that the table at the end
is whole with pytest-xdist too; there, ``--dist loadfile`` keeps a set in one process, and without
it a gate runs again what other processes ran.

Every pytest run imports this module, so it imports nothing slow before a set is collected.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from rag.errors import PinciteError

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

    from rag.evaluation.report import Report
    from rag.evaluation.runner import OpenAsker
    from rag.settings import Settings

SUFFIX = ".eval.yaml"
OPEN_ASKER: pytest.StashKey[OpenAsker] = pytest.StashKey()
"""Set it in ``config.stash`` to evaluate another answerer than the assistant."""

_RUN = "pincite_run"  # the attribute of a test report that holds what its item ran


class CaseFailedError(Exception):
    """A case came out wrong; ``summary`` says how in a few words."""

    def __init__(self, explanation: str, *, summary: str, tolerated: bool) -> None:
        super().__init__(explanation)
        self.summary = summary
        self.tolerated = tolerated


class GateFailedError(Exception):
    """A measure is below its gate."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of evaluation runs."""
    group = parser.getgroup("pincite", "evaluation sets (*.eval.yaml)")
    group.addoption(
        "--eval-report", type=Path, metavar="DIR", help="write report.json of the run into DIR"
    )
    group.addoption(
        "--eval-model", metavar="NAME", help="the answerer to evaluate, as in PINCITE_MODEL"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Gather the runs where the test reports arrive: not in a worker of pytest-xdist."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Gatherer(config), "pincite-gatherer")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> EvaluationFile | None:
    """Collect evaluation sets."""
    if file_path.name.endswith(SUFFIX):
        return EvaluationFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the item ran on its report, and tolerate a miss where gates stand."""
    report = yield
    if isinstance(item, _EvaluationItem) and call.when == "call":
        vars(report)[_RUN] = item.file.take_run()
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, CaseFailedError) and error.tolerated:
            report.outcome = "skipped"
            report.wasxfail = error.summary
    return report


class EvaluationFile(pytest.File):
    """One set; its mistakes are errors of collection, before anything runs."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each case, then one for each gate."""
        from rag.evaluation.runner import SetRunner, temporary_assistant

        open_asker = self.config.stash.get(OPEN_ASKER, temporary_assistant)
        try:
            settings = _settings(self.config)
            self.runner = SetRunner(self.path, settings, open_asker=open_asker)
        except PinciteError as error:
            raise self.CollectError(str(error)) from error
        self._taken = 0
        for case in self.runner.set.cases:
            yield CaseItem.from_parent(self, name=case.id)
        for measure in self.runner.set.gates:
            yield GateItem.from_parent(self, name=f"gate[{measure}]", measure=measure)

    def take_run(self) -> dict[str, Any]:
        """Return, as plain data, the report of the cases that ran since the last call."""
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


class CaseItem(_EvaluationItem):
    """Passes when the evidence is cited, or the question refused that should be."""

    def runtest(self) -> None:
        """Ask the question and judge what came.

        Raises:
            CaseFailedError: if it came out wrong.
        """
        from rag.evaluation.judging import Judgement, explain, judge, summarize

        runner = self.file.runner
        judgement = judge(runner.run(self.name))
        if judgement is not Judgement.RIGHT:
            result = runner.result(self.name)
            gated = bool(runner.set.gates) and not self.config.option.runxfail
            raise CaseFailedError(
                explain(result, judgement, runner.corpus),
                summary=summarize(result, judgement),
                tolerated=judgement is Judgement.MISSED and gated,
            )


class GateItem(_EvaluationItem):
    """Passes when a measure over the whole set reaches its gate."""

    def __init__(self, name: str, parent: EvaluationFile, *, measure: str) -> None:
        super().__init__(name, parent)
        self._measure = measure
        if self.config.pluginmanager.hasplugin("timeout"):
            self.add_marker(pytest.mark.timeout(0))  # each case that it may run has its own limit

    def runtest(self) -> None:
        """Run the cases that this process has not run, then compare.

        Raises:
            GateFailedError: if the measure is below its gate.
        """
        from rag.evaluation.report import failed_gates

        runner = self.file.runner
        for _ in runner.run_all():
            pass
        gate = {self._measure: runner.set.gates[self._measure]}
        for sentence in failed_gates(replace(runner.report(), gates=gate)):
            raise GateFailedError(sentence)


class _Gatherer:
    """Joins what the items ran into one report a set, for the table and for the file."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._runs: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Join the cases that an item ran; a case that two workers ran counts once."""
        run = vars(report).get(_RUN)
        if run is not None:
            joined = self._runs.setdefault(report.nodeid.partition("::")[0], {**run, "rows": {}})
            for row in run["rows"]:
                joined["rows"].setdefault(row["number"], row)

    def pytest_sessionfinish(self) -> None:
        """Write the report where ``--eval-report`` says."""
        folder: Path | None = self._config.option.eval_report
        if folder is not None and self._runs:
            from rag.evaluation.report import write_report

            write_report(folder / "report.json", list(self._reports().values()))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the measures of each set."""
        for name, report in self._reports().items():
            from rag.evaluation.report import measures_table

            ran = len(report.rows)
            cases = f"{ran} cases" if ran == report.size else f"{ran} of {report.size} cases"
            terminalreporter.section(f"{name}: {cases}")
            terminalreporter.write_line(measures_table(report))

    def _reports(self) -> dict[str, Report]:
        if not self._runs:
            return {}
        from rag.evaluation.report import Report

        return {
            name: Report.from_record({**run, "rows": run["rows"].values()})
            for name, run in self._runs.items()
        }


def _settings(config: pytest.Config) -> Settings:
    from rag.settings import load_settings

    model = config.option.eval_model
    return load_settings(**({"model": model} if model else {}))
