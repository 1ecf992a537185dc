"""How long a question takes: warm in one process, and cold from ``python -m rag ask``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rag.assistant import open_assistant
from rag.evaluation.set_files import read_set
from rag.settings import Settings

SET = Path(__file__).parents[1] / "tests" / "evals" / "japan_us_alliance.eval.yaml"
COLD_RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        print(warm(Path(home)))
        print(cold(Path(home)))


def warm(home: Path) -> str:
    """Ask every question of the article's own set once, after a few to warm up."""
    questions = [case.question for case in read_set(SET).cases]
    with open_assistant(Settings(home=home)) as assistant:
        for question in questions[:5]:
            assistant.ask(question)
        seconds = [_timed(lambda q=question: assistant.ask(q)) for question in questions]
    return f"warm ask, {len(seconds)} questions: {_summary(seconds)}"


def cold(home: Path) -> str:
    """Ask from new processes, the library being there."""
    command = [sys.executable, "-m", "rag", "ask", "Who represented the United States?"]
    environment = os.environ | {"PINCITE_HOME": str(home)}
    seconds = [
        _timed(lambda: subprocess.run(command, env=environment, check=True, capture_output=True))
        for _ in range(COLD_RUNS)
    ]
    return f"cold ask, {COLD_RUNS} processes: {_summary(seconds)}"


def _timed(run: object) -> float:
    assert callable(run)
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _summary(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return f"p50 {statistics.median(seconds) * 1e3:.0f} ms, p95 {cuts[-1] * 1e3:.0f} ms"


if __name__ == "__main__":
    main()
