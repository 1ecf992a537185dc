"""A chat model's grades stand beside the measures: asked for, explained, and never a gate."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from evaluation_fakes import FOX, Opener, crashing, quoting

from rag.answering.grading import Grade
from rag.errors import EvaluationSetError, ModelError
from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.report import Report, report_record
from rag.evaluation.rubric import REFUSAL, expected_of, graded, prompts_with_rubric
from rag.evaluation.runner import run_sets
from rag.evaluation.set_files import read_set
from rag.evaluation.summary import failed_gates, measures_table
from rag.prompts import load_prompt
from rag.settings import Settings
from rag.types import Usage

SET = """
documents: [fox.txt]
gates: {quote_exactness: 1.0}
cases:
  - {id: jumps, question: Who jumps, answers: [a fox], type: fact}
  - {id: cow, question: Which cow, answerable: false}
  - {id: broken, question: Why, answers: [x]}
"""


@dataclass
class FakeGrader:
    """Grades by a script from question to points; fails where it has none."""

    points: dict[str, int]
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def grade(self, question: str, *, expected: str, answer: str) -> Grade:
        self.seen.append((question, expected, answer))
        if question not in self.points:
            raise ModelError("no grade")
        return Grade(self.points[question], "because", Usage(10, 2))


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)
    Path("fox.txt").write_text(FOX, encoding="utf-8")
    Path("s.eval.yaml").write_text(SET, encoding="utf-8")
    script = quoting("Who jumps", "The quick brown fox") | crashing("Why")
    return run_sets([Path("s.eval.yaml")], Settings(), open_asker=Opener(script))[0]


def test_every_answer_is_graded_and_a_crash_has_no_points(report: Report) -> None:
    grader = FakeGrader({"Who jumps": 3, "Which cow": 4})
    marked = graded(report, read_set(Path("s.eval.yaml")), grader, name="openai:judge")
    record = report_record([marked])
    assert record["measures"]["rubric"] == pytest.approx((3 / 4 + 1 + 0) / 3)
    assert record["by_type"]["fact"]["rubric"] == 3 / 4
    assert record["settings"]["rubric"] == "openai:judge"
    jumps, cow, broken = record["cases"]
    assert jumps["rubric"] == {"points": 3, "reason": "because", "tokens": 12}
    assert (jumps["scores"]["rubric"], cow["scores"]["rubric"]) == (0.75, 1.0)
    assert broken["rubric"]["points"] == 0
    assert [(seen[0], seen[2]) for seen in grader.seen] == [
        ("Who jumps", "The quick brown fox"),
        ("Which cow", REFUSAL),
    ]
    assert record["measures"]["cost_tokens"] == 0  # what the answerer cost, not its grader


def test_what_the_grader_cannot_grade_is_told_and_not_counted(report: Report) -> None:
    marked = graded(report, read_set(Path("s.eval.yaml")), FakeGrader({"Who jumps": 2}), name="m")
    record = report_record([marked])
    assert record["measures"]["rubric"] == pytest.approx((2 / 4 + 0) / 2)
    assert record["cases"][1]["rubric"] == {"error": "no grade"}
    assert "rubric" not in record["cases"][1]["scores"]


def test_a_grade_is_in_the_table_but_fails_no_run_and_can_be_no_gate(report: Report) -> None:
    marked = graded(report, read_set(Path("s.eval.yaml")), FakeGrader({"Who jumps": 0}), name="m")
    assert "rubric" in measures_table(marked)
    assert failed_gates(marked) == []
    text = SET.replace("quote_exactness", "rubric")
    Path("s.eval.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationSetError, match="'rubric' is no measure between 0 and 1"):
        read_set(Path("s.eval.yaml"))


def test_the_hash_of_the_rubric_stands_in_the_report() -> None:
    sha256 = load_prompt("rubric").sha256
    assert prompts_with_rubric({"model": "extractive"}) == {"rubric": sha256}
    assert set(prompts_with_rubric({"model": "openai:m"})) == {"answer", "condense", "rubric"}


def test_the_grader_is_told_what_a_right_answer_says() -> None:
    quotes = (Evidence("one two"), Evidence("three"))
    both = Case("a", "Q", answers=("x", "y"), evidence=quotes, evidence_rule=EvidenceRule.ALL)
    assert expected_of(both) == "Any one of: x | y\nAll that these say: one two | three"
    assert expected_of(Case("b", "Q", evidence=quotes)) == "What one of these says: one two | three"
    assert expected_of(Case("c", "Q", answerable=False)).startswith("A refusal")
