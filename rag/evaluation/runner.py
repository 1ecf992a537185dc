"""Run evaluation sets in a library of their own, which is thrown away afterwards."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from rag.closing import Closing
from rag.evaluation.corpus import load_corpus
from rag.evaluation.gold import GoldCase, resolve
from rag.evaluation.measures import cutoffs
from rag.evaluation.report import Report, row_of
from rag.evaluation.results import CaseResult, Crash
from rag.evaluation.rows import Row
from rag.evaluation.set_files import read_set
from rag.settings import Settings
from rag.types import Answer, Document, Turn

TIMEOUT_S = 60.0


class Asker(Protocol):
    """Whatever answers questions: the assistant, or a fake in the tests."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        """Answer a question from all documents, or from those named."""
        ...


OpenAsker = Callable[[Settings, Sequence[Document]], AbstractContextManager[Asker]]
"""Opens an answerer over documents."""

Progress = Callable[[int, int], None]
"""Is told the cases done, and the cases in all."""


@contextmanager
def temporary_assistant(settings: Settings, documents: Sequence[Document]) -> Iterator[Asker]:
    """Open the assistant of ``settings`` on a new library that holds only ``documents``."""
    from rag.assistant import open_assistant  # slow to import, so not before it is needed

    with tempfile.TemporaryDirectory(prefix="pincite-eval-", ignore_cleanup_errors=True) as home:
        own = settings.model_copy(update={"home": Path(home)})
        with open_assistant(own, seeds=False) as assistant:
            for document in documents:
                assistant.library.add(document)
            yield assistant


class SetRunner(Closing):
    """Runs the cases of one set, each ``repeats`` times, and opens the answerer when it is needed.

    What has run is not run again.

    Raises:
        EvaluationSetError: if the set has a mistake; nothing has run by then.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        *,
        open_asker: OpenAsker = temporary_assistant,
        timeout_s: float = TIMEOUT_S,
        repeats: int = 1,
    ) -> None:
        self.set = read_set(path)
        self.corpus = load_corpus(self.set, limits=settings.limits)
        self._gold = {gold.case.id: gold for gold in resolve(self.set, self.corpus)}
        self._numbers = {case_id: number for number, case_id in enumerate(self._gold, start=1)}
        self._cutoffs = cutoffs(self.set.gates, top_k=settings.top_k)
        self._settings = settings
        self._open_asker = open_asker
        self._timeout_s = timeout_s
        self._repeats = repeats
        self._results: dict[tuple[str, int], CaseResult] = {}
        self._rows: dict[tuple[str, int], Row] = {}
        self._open = ExitStack()
        self._asker: Asker | None = None

    def run(self, case_id: str) -> tuple[Row, ...]:
        """Return the scores of one case, one row an attempt, running what has not run."""
        return tuple(self._run(case_id, attempt) for attempt in range(1, self._repeats + 1))

    def run_all(self) -> Iterator[tuple[Row, ...]]:
        """Yield the scores of every case in the set's order, running what has not run."""
        for case in self.set.cases:
            yield self.run(case.id)

    def result(self, row: Row) -> CaseResult:
        """Return what a row of this runner was scored by."""
        return self._results[row.record["id"], row.attempt]

    def report(self) -> Report:
        """Return the report of the cases that have run, in the order in which they ran."""
        return Report(
            name=self.set.path.name,
            gates=self.set.gates,
            size=len(self.set.cases),
            rows=tuple(self._rows.values()),
            settings=recorded(self._settings),
        )

    def close(self) -> None:
        """Close the answerer; the results stay, and it opens again if it is needed again."""
        self._asker = None
        self._open.close()

    def _run(self, case_id: str, attempt: int) -> Row:
        key = case_id, attempt
        if key not in self._rows:
            result = _run(self._gold[case_id], self._opened(), self._timeout_s)
            self._results[key] = result
            self._rows[key] = row_of(
                self._numbers[case_id], result, self.corpus, self._cutoffs, attempt=attempt
            )
        return self._rows[key]

    def _opened(self) -> Asker:
        if self._asker is None:
            opened = self._open_asker(self._settings, self.corpus.documents)
            self._asker = self._open.enter_context(opened)
        return self._asker


def run_sets(
    paths: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress = lambda done, total: None,
    open_asker: OpenAsker = temporary_assistant,
    timeout_s: float = TIMEOUT_S,
) -> list[Report]:
    """Run each set in a library of its own; return their reports in the order given.

    A case that crashes, or takes longer than ``timeout_s`` seconds, scores zero and stays.

    Raises:
        EvaluationSetError: if any set has a mistake; nothing has run by then.
    """
    runners = [
        SetRunner(path, settings, open_asker=open_asker, timeout_s=timeout_s) for path in paths
    ]
    total = sum(len(runner.set.cases) for runner in runners)
    done = count(1)
    for runner in runners:
        with runner:
            for _ in runner.run_all():
                progress(next(done), total)
    return [runner.report() for runner in runners]


def recorded(settings: Settings) -> dict[str, object]:
    """Return the settings that a report names: all but the home, which a run does not use."""
    return settings.model_dump(mode="json", exclude={"home"})


def _run(gold: GoldCase, asker: Asker, timeout_s: float) -> CaseResult:
    """Ask in a thread, so that a case which hangs costs its time limit and not the run.

    Its thread cannot be stopped: it is left behind, and does not keep the process alive.
    """
    future: Future[CaseResult] = Future()
    began = time.perf_counter()
    threading.Thread(target=_settle, args=(future, gold, asker), daemon=True).start()
    try:
        return future.result(timeout=timeout_s)
    except TimeoutError:
        error = TimeoutError(f"no answer within {timeout_s:g} s")
        return CaseResult(gold, Crash(error), 1000 * (time.perf_counter() - began))


def _settle(future: Future[CaseResult], gold: GoldCase, asker: Asker) -> None:
    began = time.perf_counter()
    try:
        future.set_result(_converse(gold, asker))
    except BaseException as error:  # noqa: BLE001 - whatever an answerer raises is its case's crash
        elapsed_ms = 1000 * (time.perf_counter() - began)
        future.set_result(CaseResult(gold, Crash(error), elapsed_ms))


def _converse(gold: GoldCase, asker: Asker) -> CaseResult:
    """Ask the earlier questions in order, then the case's own, which alone is timed."""
    turns: list[Turn] = []
    for question in gold.case.history:
        earlier = asker.ask(question, tuple(turns), document_ids=gold.document_ids)
        turns.append(Turn(question, earlier.text))
    began = time.perf_counter()
    answer = asker.ask(gold.case.question, tuple(turns), document_ids=gold.document_ids)
    return CaseResult(gold, answer, 1000 * (time.perf_counter() - began))
