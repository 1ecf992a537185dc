"""A report becomes records that DeepEval and RAGAS themselves accept.

The two packages cannot be installed beside every chat model's client, so the tests that need them
are skipped where they are missing: ``pip install '.[adapters]'`` in an environment of its own.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from evaluation_fakes import FOX, Opener, crashing, quoting

from rag.cli import main
from rag.cli.outcomes import MISUSED, OK
from rag.evaluation.adapters import (
    REFUSAL,
    deepeval_records,
    deepeval_test_cases,
    ragas_dataset,
    ragas_records,
)
from rag.evaluation.corpus import load_corpus
from rag.evaluation.report import report_record
from rag.evaluation.runner import run_sets
from rag.evaluation.set_files import read_set
from rag.limits import Limits
from rag.settings import Settings

SET = """
documents: [fox.txt]
cases:
  - {id: jumps, question: Who jumps, type: fact, answers: [a fox], evidence: [brown fox, lazy dog]}
  - {id: ran, question: Where, evidence: [ran home]}
  - {id: cow, question: Which cow, answerable: false}
  - {id: broken, question: Why, answers: [x]}
"""


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    Path("fox.txt").write_text(FOX, encoding="utf-8")
    Path("s.eval.yaml").write_text(SET, encoding="utf-8")
    script = quoting("Who jumps", "The quick brown fox") | crashing("Why")
    reports = run_sets([Path("s.eval.yaml")], Settings(), open_asker=Opener(script))
    return report_record(reports)


def records(package: Any, report: dict[str, Any]) -> list[dict[str, Any]]:
    evaluation_set = read_set(Path("s.eval.yaml"))
    made: list[dict[str, Any]] = package(
        report, evaluation_set, load_corpus(evaluation_set, limits=Limits(max_bytes=10**6))
    )
    return made


def test_a_case_is_told_with_its_answer_what_was_expected_and_the_words_retrieved(
    report: dict[str, Any],
) -> None:
    jumps, ran, cow, broken = records(deepeval_records, report)
    assert jumps["input"] == "Who jumps"
    assert jumps["actual_output"] == "The quick brown fox"
    assert jumps["expected_output"] == "a fox"
    assert jumps["context"] == ["brown fox", "lazy dog"]
    assert jumps["retrieval_context"] == ["The quick brown fox"]
    assert jumps["metadata"]["citations"] == ["The quick brown fox"]
    assert (jumps["tags"], ran["tags"]) == (["fact"], [])
    assert (ran["actual_output"], ran["expected_output"]) == (REFUSAL, "ran home")
    assert (cow["actual_output"], cow["expected_output"]) == (REFUSAL, REFUSAL)
    assert (broken["actual_output"], broken["retrieval_context"]) == ("", [])
    assert "the model fell over" in broken["metadata"]["error"]


def test_both_packages_are_told_the_same(report: dict[str, Any]) -> None:
    pairs = zip(records(deepeval_records, report), records(ragas_records, report), strict=True)
    for one, other in pairs:
        assert one["input"] == other["user_input"]
        assert one["actual_output"] == other["response"]
        assert one["expected_output"] == other["reference"]
        assert one["context"] == other["reference_contexts"]
        assert one["retrieval_context"] == other["retrieved_contexts"]
        assert len(other["retrieved_contexts"]) == len(other["retrieved_context_ids"])


def test_of_a_report_of_several_sets_only_the_cases_of_this_one_are_taken(
    report: dict[str, Any],
) -> None:
    ours = [{**case, "id": f"s.eval.yaml::{case['id']}"} for case in report["cases"]]
    pooled = {"cases": [*ours, {**report["cases"][0], "id": "other.eval.yaml::jumps"}]}
    assert records(ragas_records, pooled) == records(ragas_records, report)


@pytest.mark.parametrize("package", ["deepeval", "ragas"])
def test_the_command_writes_a_line_a_case(
    package: str, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("report.json").write_text(json.dumps(report), encoding="utf-8")
    arguments = ["eval-export", package, "report.json", "s.eval.yaml", "--out", "out.jsonl"]
    assert main(arguments) == OK
    assert capsys.readouterr().out == f"out.jsonl: 4 cases for {package}\n"
    lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = {"deepeval": deepeval_records, "ragas": ragas_records}[package]
    assert [json.loads(line) for line in lines] == records(wanted, report)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "gone.json cannot be read as a report of `python -m rag eval --json`: "),
        ("{", "gone.json cannot be read as a report"),
        ("{}", "gone.json cannot be read as a report of `python -m rag eval --json`: 'cases'"),
        ("CHANGED", "The report is not one of s.eval.yaml: the set has no case 'gone'."),
    ],
)
def test_a_report_that_is_not_one_of_the_set_is_one_sentence(
    text: str | None,
    message: str,
    report: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    report["cases"][0]["id"] = "gone"
    if text is not None:
        words = json.dumps(report) if text == "CHANGED" else text
        Path("gone.json").write_text(words, encoding="utf-8")
    arguments = ["eval-export", "ragas", "gone.json", "s.eval.yaml", "--out", "out.jsonl"]
    assert main(arguments) == MISUSED
    assert message in capsys.readouterr().err


@pytest.mark.skipif(find_spec("deepeval") is None, reason="deepeval is not installed")
def test_deepeval_takes_the_records_and_measures_them(report: dict[str, Any]) -> None:
    cases = deepeval_test_cases(records(deepeval_records, report))
    from deepeval.metrics import ExactMatchMetric

    assert [case.name for case in cases] == ["jumps", "ran", "cow", "broken"]
    scores = [ExactMatchMetric().measure(case) for case in cases[:3]]
    assert scores == [0.0, 0.0, 1.0]


@pytest.mark.skipif(find_spec("ragas") is None, reason="ragas is not installed")
def test_ragas_takes_the_records_and_measures_them(report: dict[str, Any]) -> None:
    dataset = ragas_dataset(records(ragas_records, report))
    from ragas.metrics import ExactMatch

    assert [sample.user_input for sample in dataset.samples][:2] == ["Who jumps", "Where"]
    assert [ExactMatch().single_turn_score(sample) for sample in dataset.samples[:3]] == [0, 0, 1]
