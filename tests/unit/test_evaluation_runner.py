"""Sets run in a library of their own; a case that fails does not take the others with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from evaluation_fakes import FOX, Opener, Reply, crashing, hanging, quoting, refusal

from rag.documents import load_bytes
from rag.errors import EvaluationSetError, ModelError
from rag.evaluation.report import Report, report_record
from rag.evaluation.results import Crash
from rag.evaluation.runner import SetRunner, recorded, run_sets, temporary_assistant
from rag.evaluation.summary import failed_gates
from rag.limits import Limits
from rag.settings import Settings
from rag.types import Answer, Document, Turn

RAN, JUMPED, AGE = "Who ran home?", "What did the fox do?", "How old is the fox?"
SET = f"""
documents: [fox.txt, hen.txt]
gates: {{evidence_recall: 1.0}}
cases:
  - {{id: ran, question: "{RAN}", evidence: [It ran home]}}
  - {{id: jumped, question: "{JUMPED}", evidence: [fox jumps], document: fox.txt}}
  - {{id: age, question: "{AGE}", answerable: false}}
"""
GOOD: dict[str, Reply] = quoting(RAN, "It ran home") | quoting(JUMPED, "fox jumps over")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "fox.txt").write_text(FOX, encoding="utf-8")
    (tmp_path / "hen.txt").write_text("A hen sat.", encoding="utf-8")
    return written(tmp_path, SET)


def written(folder: Path, text: str, name: str = "fox.eval.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def run(path: Path, settings: Settings, opener: Opener, timeout_s: float = 30) -> Report:
    (report,) = run_sets([path], settings, open_asker=opener, timeout_s=timeout_s)
    return report


def by_id(report: Report) -> dict[str, dict[str, object]]:
    return {case["id"]: case for case in report_record([report])["cases"]}


def test_a_set_is_run_and_reported(path: Path, settings: Settings) -> None:
    report = run(path, settings, Opener(GOOD))
    assert (report.name, report.size, len(report.rows)) == ("fox.eval.yaml", 3, 3)
    assert failed_gates(report) == []
    measures = report_record([report])["measures"]
    assert measures["quote_exactness"] == measures["abstention_f1"] == measures["answer_rate"] == 1
    assert 0 <= measures["latency_p50_ms"] < 1000


def test_the_answerer_is_opened_once_on_the_sets_documents_and_closed(
    path: Path, settings: Settings
) -> None:
    opener = Opener(GOOD)
    run(path, settings, opener)
    (asker,) = opener.opened
    assert [d.text for d in asker.documents] == [FOX, "A hen sat."]
    assert opener.closed == 1


def test_a_case_asks_all_documents_or_only_the_one_it_names(path: Path, settings: Settings) -> None:
    opener = Opener(GOOD)
    run(path, settings, opener)
    (asker,) = opener.opened
    fox = asker.documents[0].id
    assert [ids for _, _, ids in asker.asked] == [None, frozenset({fox}), None]


def test_earlier_questions_are_asked_first_and_their_answers_become_turns(
    tmp_path: Path, path: Path, settings: Settings
) -> None:
    followed = written(
        tmp_path,
        f"""
documents: [fox.txt]
cases: [{{id: f, history: ["{RAN}", "{AGE}"], question: "{JUMPED}", evidence: [fox jumps]}}]
""",
        "follow.eval.yaml",
    )
    opener = Opener(GOOD)
    assert run(followed, settings, opener).rows[0].record["scores"]["evidence_recall"] == 1
    first, second = Turn(RAN, "It ran home"), Turn(AGE, "")
    assert [(q, turns) for q, turns, _ in opener.opened[0].asked] == [
        (RAN, ()),
        (AGE, (first,)),
        (JUMPED, (first, second)),
    ]


def test_only_the_last_question_is_timed(tmp_path: Path, path: Path, settings: Settings) -> None:
    followed = written(
        tmp_path,
        f'documents: [fox.txt]\ncases: [{{id: f, history: ["{AGE}"], question: "{RAN}", '
        "evidence: [It ran]}]",
        "follow.eval.yaml",
    )
    report = run(followed, settings, Opener(GOOD | hanging(AGE, 0.3)))
    assert report.rows[0].record["latency_ms"] < 300


def test_a_crash_is_a_row_that_scores_zero_and_the_rest_goes_on(
    path: Path, settings: Settings
) -> None:
    report = run(path, settings, Opener(GOOD | crashing(RAN)))
    cases = by_id(report)
    assert cases["ran"]["error"] == "RuntimeError: the model fell over"
    assert cases["jumped"]["error"] is cases["age"]["error"] is None
    assert len(failed_gates(report)) == 1


def test_a_crash_in_an_earlier_question_is_the_cases_crash(
    tmp_path: Path, path: Path, settings: Settings
) -> None:
    text = f'documents: [fox.txt]\ncases: [{{id: f, history: ["{AGE}"], question: "{RAN}", '
    followed = written(tmp_path, text + "answers: [fox]}]", "follow.eval.yaml")
    report = run(followed, settings, Opener(GOOD | crashing(AGE)))
    assert by_id(report)["f"]["error"] == "RuntimeError: the model fell over"


def test_even_an_exit_of_the_answerer_is_only_its_cases_crash(
    path: Path, settings: Settings
) -> None:
    def leave(documents: Sequence[Document]) -> Answer:
        raise SystemExit(3)

    report = run(path, settings, Opener(GOOD | {RAN: leave}))
    assert by_id(report)["ran"]["error"] == "SystemExit: 3"


def test_a_case_that_hangs_times_out_and_the_rest_goes_on(path: Path, settings: Settings) -> None:
    released = threading.Event()

    def hang(documents: Sequence[Document]) -> Answer:
        released.wait(30)
        return refusal(RAN)

    report = run(path, settings, Opener(GOOD | {RAN: hang}), timeout_s=0.2)
    released.set()
    cases = by_id(report)
    assert cases["ran"]["error"] == "TimeoutError: no answer within 0.2 s"
    assert 200 <= float(str(cases["ran"]["latency_ms"])) < 10_000
    assert cases["jumped"]["error"] is None


def test_progress_counts_the_cases_of_all_sets(
    tmp_path: Path, path: Path, settings: Settings
) -> None:
    told: list[tuple[int, int]] = []
    other = written(tmp_path, SET, "other.eval.yaml")
    reports = run_sets(
        [path, other],
        settings,
        progress=lambda done, total: told.append((done, total)),
        open_asker=Opener(GOOD),
    )
    assert [report.name for report in reports] == ["fox.eval.yaml", "other.eval.yaml"]
    assert told == [(done, 6) for done in range(1, 7)]


def test_a_mistake_in_any_set_is_found_before_anything_runs(
    tmp_path: Path, path: Path, settings: Settings
) -> None:
    bad = written(tmp_path, SET.replace("It ran home", "It flew home"), "bad.eval.yaml")
    opener = Opener(GOOD)
    with pytest.raises(EvaluationSetError, match="'It flew home' is not in"):
        run_sets([path, bad], settings, open_asker=opener)
    assert opener.opened == []


def test_a_case_runs_once_however_often_it_is_asked_for(path: Path, settings: Settings) -> None:
    opener = Opener(GOOD)
    with SetRunner(path, settings, open_asker=opener) as runner:
        (first,) = runner.run("jumped")
        assert runner.report().rows == (first,)
        assert [row.record["id"] for (row,) in runner.run_all()] == ["ran", "jumped", "age"]
        assert runner.run("jumped")[0] is first
        assert not isinstance(runner.result(first).outcome, Crash)
    assert len(opener.opened[0].asked) == 3


def test_a_closed_runner_keeps_its_results_and_opens_again(path: Path, settings: Settings) -> None:
    opener = Opener(GOOD)
    runner = SetRunner(path, settings, open_asker=opener)
    runner.run("ran")
    runner.close()
    runner.run("ran")
    assert (len(opener.opened), opener.closed) == (1, 1)
    runner.run("age")
    runner.close()
    runner.close()
    assert (len(opener.opened), opener.closed) == (2, 2)


def test_a_report_names_the_settings_but_not_the_users_home(settings: Settings) -> None:
    assert recorded(settings)["model"] == "extractive"
    assert "home" not in recorded(settings)


def test_the_assistant_runs_in_a_library_of_its_own(settings: Settings) -> None:
    fox = load_bytes(FOX.encode(), source="fox.txt", limits=Limits(max_bytes=1000))
    with temporary_assistant(settings, [fox]) as asker:
        answer = asker.ask("What did the quick brown fox jump over?")
    assert {passage.document.text for passage in answer.passages} == {FOX}
    assert not settings.home.exists()


def test_an_impossible_answerer_is_an_error_and_not_a_crash(path: Path, settings: Settings) -> None:
    with pytest.raises(ModelError, match="no provider 'nobody'"):
        run_sets([path], settings.model_copy(update={"model": "nobody:nothing"}))
