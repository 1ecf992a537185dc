"""The same set gives the same report in another process, byte for byte but for the time it took."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SET = f"""
documents: ["{ROOT / "seeds" / "japan_us_alliance.txt"}"]
cases:
  - id: points
    type: list
    question: What are the three points that show the meeting’s significance?
    evidence: [The first is that Japan was able to draw a commitment from the Biden administration]
  - id: opera
    question: Who composed the opera Tosca?
    answerable: false
  - id: follow-up
    history: ["Who attended from the American side?"]
    question: And from Japan?
    answers: [Motegi Toshimitsu]
"""
TIMES = re.compile(r'"latency_(?:p50_|p95_)?ms": [\d.]+')


def evaluate(folder: Path, seed: str) -> str:
    """Run the set in a process of its own, with its own order of hashes; return its report."""
    subprocess.run(
        [sys.executable, "-m", "rag", "eval", "small.eval.yaml", "--json", f"{seed}.json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
    )
    return (folder / f"{seed}.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_same_set_gives_the_same_report_but_for_the_time_it_took(tmp_path: Path) -> None:
    (tmp_path / "small.eval.yaml").write_text(SET, encoding="utf-8")
    first, second = (TIMES.sub("", evaluate(tmp_path, seed)) for seed in ("1", "2"))
    assert first == second
    assert '"latency' not in first
    assert '"answered"' in first
