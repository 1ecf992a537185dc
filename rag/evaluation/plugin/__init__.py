"""The pytest plugin: each ``*.eval.yaml`` is a file of tests, each case an item, each gate too.

In a set with gates, quality is the gates' business: a case that misses is an expected failure
(``-rx`` names them, ``--xfail-tb`` shows them, ``--runxfail`` makes them fail). A crash or a false
quotation always fails. A gate measures the whole set: where only some of its cases were selected,
it is skipped and says so; selected alone, it runs them all.

What an item ran travels on its test report, so that the table at the end is whole with
pytest-xdist too.

Every pytest run imports this module, so it imports nothing slow before a set is collected.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.evaluation import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rag.evaluation.plugin.gathering import Gatherer
    from rag.evaluation.plugin.items import EvaluationFile
    from rag.evaluation.runner import OpenAsker

SUFFIX = ".eval.yaml"
RUN = "pincite_run"
"""The attribute of a test report that holds what its item ran."""
OPEN_ASKER: pytest.StashKey[OpenAsker] = pytest.StashKey()
"""Set it in ``config.stash`` to evaluate another answerer than the assistant."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of evaluation runs."""
    group = parser.getgroup("pincite", "evaluation sets (*.eval.yaml)")
    add = group.addoption
    add("--eval-model", metavar="NAME", help="the answerer to evaluate, as in PINCITE_MODEL")
    report = "write report.json and report.html of the run into DIR"
    add("--eval-report", type=Path, metavar="DIR", help=report)
    case = "run only the case with this id; may be given several times"
    add("--eval-case", action="append", default=[], metavar="ID", help=case)
    repeat = "ask each case N times; one that comes out differently fails as flickering"
    add("--eval-repeat", type=_count, default=1, metavar="N", help=repeat)
    baseline = "compare the run with this report.json; a significant loss fails the run"
    add("--eval-baseline", type=Path, metavar="report.json", help=baseline)
    tolerance = f"how much worse than the baseline a measure may be (default: {TOLERANCE})"
    add("--eval-tolerance", type=float, default=TOLERANCE, metavar="SHARE", help=tolerance)


def pytest_configure(config: pytest.Config) -> None:
    """Listen where the test reports arrive: not in a worker of pytest-xdist."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Listener(config), "pincite-listener")


class _Listener:
    """Calls for the gatherer at the first report of an evaluation, or to compare a baseline."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._gatherer: Gatherer | None = None
        if config.option.eval_baseline:
            self._called()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hand on what an evaluation item ran."""
        run = vars(report).get(RUN)
        if run is not None:
            self._called().join(report.nodeid, run)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Refuse a case that no set has, which a worker of pytest-xdist cannot do itself."""
        items = (nodeid.partition(f"{SUFFIX}::")[2] for nodeid in ids)
        _refuse_unknown(self._config.option.eval_case, {name for name in items if name})

    def _called(self) -> Gatherer:
        if self._gatherer is None:
            from rag.evaluation.plugin.gathering import Gatherer

            self._gatherer = Gatherer(self._config)
            self._config.pluginmanager.register(self._gatherer, "pincite-gatherer")
        return self._gatherer


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> EvaluationFile | None:
    """Collect evaluation sets."""
    if not file_path.name.endswith(SUFFIX):
        return None
    from rag.evaluation.plugin import items

    if not parent.config.pluginmanager.is_registered(items):
        parent.config.pluginmanager.register(items, "pincite-items")
    return items.EvaluationFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave only the cases that ``--eval-case`` names, with the gates of their sets."""
    wanted = config.option.eval_case
    if not wanted:
        return
    from rag.evaluation.plugin.items import CaseItem, choose

    known = {item.name for item in items if isinstance(item, CaseItem)}
    if not hasattr(config, "workerinput"):
        _refuse_unknown(wanted, known)
    elif not known.issuperset(wanted):
        return  # the process that the worker reports to refuses it
    chosen = choose(items, wanted)
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def _refuse_unknown(case_ids: Iterable[str], known: Collection[str]) -> None:
    import difflib

    for unknown in [case_id for case_id in case_ids if case_id not in known]:
        near = difflib.get_close_matches(unknown, known, n=1, cutoff=0.0)
        hint = f"; did you mean {near[0]!r}?" if near else ": none was collected"
        raise pytest.UsageError(f"--eval-case: no set has a case {unknown!r}{hint}")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, not {text!r}")
    return int(text)
