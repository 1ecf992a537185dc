"""Joins what the items ran into one report a set: tables, files, comparison, JUnit properties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import PinciteError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.evaluation.comparison import Comparison
    from rag.evaluation.report import Report


class Gatherer:
    """Lives where the test reports arrive, and speaks when the session is over."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._runs: dict[str, dict[str, Any]] = {}
        self._complaints: list[str] = []
        self._comparison: Comparison | None = None
        self._baseline = _baseline(config.option.eval_baseline)

    def join(self, nodeid: str, run: dict[str, Any]) -> None:
        """Join the cases that an item ran; a case that two workers ran counts once."""
        joined = self._runs.setdefault(nodeid.partition("::")[0], {**run, "rows": {}})
        for row in run["rows"]:
            joined["rows"].setdefault((row["number"], row["attempt"]), row)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report, compare with the baseline and tell JUnit, before it is written."""
        reports = self._reports()
        if reports:
            self._tell_junit(reports)
            self._try(lambda: self._write(self._config.option.eval_report, reports))
        if self._baseline is not None:
            baseline = self._baseline
            self._try(lambda: self._compare(baseline, reports))
        if self._complaints and session.exitstatus in (
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the measures of each set, what flickered, and the comparison."""
        for name, report in self._reports().items():
            from rag.evaluation.judging import flickering
            from rag.evaluation.summary import measures_table

            of = "" if report.ran == report.size else f" of {report.size}"
            terminalreporter.section(f"{name}: {report.ran}{of} cases")
            terminalreporter.write_line(measures_table(report))
            for case_id, right, asked in flickering(report.rows):
                terminalreporter.write_line(f"flickers: {case_id}, right {right} of {asked} times")
        if self._comparison:
            from rag.evaluation.comparison_text import describe

            terminalreporter.section(f"compared with {self._config.option.eval_baseline}")
            tolerance = self._config.option.eval_tolerance
            terminalreporter.write_line(describe(self._comparison, tolerance=tolerance))
        for complaint in self._complaints:
            terminalreporter.write_line(f"pincite: {complaint}", red=True)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except PinciteError as error:
            self._complaints.append(str(error))

    def _write(self, folder: Path | None, reports: dict[str, Report]) -> None:
        if folder is not None:
            from rag.evaluation.page import write_page
            from rag.evaluation.report import write_report

            write_report(folder / "report.json", list(reports.values()))
            write_page(folder / "report.html", list(reports.values()))

    def _compare(self, baseline: dict[str, Any], reports: dict[str, Report]) -> None:
        from rag.evaluation.comparison import compare
        from rag.evaluation.comparison_text import verdict
        from rag.evaluation.report import report_record

        self._comparison = compare(baseline, report_record(list(reports.values())))
        tolerance = self._config.option.eval_tolerance
        if self._comparison.losses(tolerance):
            self._complaints.append(verdict(self._comparison, tolerance=tolerance))

    def _tell_junit(self, reports: dict[str, Report]) -> None:
        """Put the measures among the properties of the suite."""
        from _pytest.junitxml import xml_key

        xml = self._config.stash.get(xml_key, None)
        if xml is not None:
            from rag.evaluation.rows import measures_of

            for name, report in reports.items():
                for measure, number in measures_of(report.rows).items():
                    if number is not None:
                        xml.add_global_property(f"{name}::{measure}", f"{number:.6g}")

    def _reports(self) -> dict[str, Report]:
        if not self._runs:
            return {}
        from rag.evaluation.report import Report

        return {
            name: Report.from_record({**run, "rows": run["rows"].values()})
            for name, run in self._runs.items()
        }


def _baseline(path: Path | None) -> dict[str, Any] | None:
    """Read the baseline before anything runs.

    Raises:
        pytest.UsageError: if there is none.
    """
    if path is None:
        return None
    from rag.evaluation.comparison import read_report

    try:
        return read_report(path)
    except PinciteError as error:
        raise pytest.UsageError(f"--eval-baseline: {error}") from error
