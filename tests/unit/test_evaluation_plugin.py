"""pytest collects evaluation sets: cases and gates are items, measures are a table at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from evaluation_fakes import FOX

PLUGIN = "rag.evaluation.plugin"
OPTIONS = ("-p", PLUGIN, "-p", "no:cacheprovider")
CONFTEST = """
import sys

sys.path.insert(0, {folder!r})

from evaluation_fakes import Opener, crashing, hanging, lying, quoting
from rag.evaluation.plugin import OPEN_ASKER

SCRIPT = {script}

def pytest_configure(config):
    config.stash[OPEN_ASKER] = Opener(SCRIPT)
"""
GOOD = 'quoting("Who ran home?", "It ran home") | quoting("What jumped?", "fox jumps over")'
SET = """
documents: [fox.txt]
{gates}
cases:
  - {{id: ran, question: "Who ran home?", evidence: [It ran home]}}
  - {{id: jumped, question: "What jumped?", evidence: [fox jumps]}}
  - {{id: age, question: "How old?", answerable: false}}
"""
GATES = "gates: {quote_exactness: 1.0, evidence_recall: 1.0}"


@pytest.fixture(autouse=True)
def only_this_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no plugin by its entry point, so that ours is loaded once and the rest cost nothing."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def lay_out(pytester: pytest.Pytester, *, gates: str = "", script: str = GOOD) -> None:
    pytester.makeconftest(CONFTEST.format(folder=str(Path(__file__).parent), script=script))
    Path("fox.txt").write_text(FOX, encoding="utf-8")
    Path("fox.eval.yaml").write_text(SET.format(gates=gates), encoding="utf-8")


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    return pytester.runpytest(*OPTIONS, *options)


def test_each_case_and_each_gate_is_an_item(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    outcome = run(pytester, "--collect-only", "-q")
    assert outcome.outlines[:5] == [
        "fox.eval.yaml::ran",
        "fox.eval.yaml::jumped",
        "fox.eval.yaml::age",
        "fox.eval.yaml::gate[quote_exactness]",
        "fox.eval.yaml::gate[evidence_recall]",
    ]


def test_a_good_run_passes_with_a_table_of_measures(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    outcome = run(pytester)
    outcome.assert_outcomes(passed=5)
    outcome.stdout.fnmatch_lines(
        [
            "*fox.eval.yaml: 3 cases*",
            "measure * value * n * gate",
            "evidence_recall * 1.000 * 2 * 1",
            "abstention_f1 * 1.000 * 2",
        ]
    )


def test_without_gates_a_miss_fails_and_is_explained(pytester: pytest.Pytester) -> None:
    lay_out(pytester, script='quoting("Who ran home?", "The end came")')
    outcome = run(pytester)
    outcome.assert_outcomes(passed=1, failed=2)
    outcome.stdout.fnmatch_lines(
        [
            "missed: cited other words than the evidence",
            "question   Who ran home?",
            "evidence   (any of 1) fox.txt:45-56 “It ran home”",
            "cited      [[]1] fox.txt:70-82 “The end came”",
            "missed: refused, though the sources answer",
        ]
    )


def test_with_gates_a_miss_is_tolerated_and_the_gate_fails(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES, script='quoting("Who ran home?", "It ran home")')
    outcome = run(pytester, "-rx")
    outcome.assert_outcomes(passed=3, xfailed=1, failed=1)
    outcome.stdout.fnmatch_lines(
        [
            "fox.eval.yaml: evidence_recall is 0.5000 (n = 2), below its gate 1. "
            "Short of it: jumped.",
            "XFAIL fox.eval.yaml::jumped - refused, though the sources answer",
        ]
    )
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED


def test_with_gates_that_hold_a_miss_does_not_fail_the_run(pytester: pytest.Pytester) -> None:
    low = "gates: {evidence_recall: 0.5}"
    lay_out(pytester, gates=low, script='quoting("Who ran home?", "It ran home")')
    outcome = run(pytester, "--xfail-tb")
    outcome.assert_outcomes(passed=3, xfailed=1)
    assert outcome.ret == pytest.ExitCode.OK
    outcome.stdout.fnmatch_lines(["question   What jumped?"])


def test_runxfail_makes_every_miss_fail(pytester: pytest.Pytester) -> None:
    low = "gates: {evidence_recall: 0.5}"
    lay_out(pytester, gates=low, script='quoting("Who ran home?", "It ran home")')
    run(pytester, "--runxfail").assert_outcomes(passed=3, failed=1)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('crashing("What jumped?")', "broken: RuntimeError: the model fell over"),
        ('lying("What jumped?")', "broken: a citation does not read as its document does"),
    ],
)
def test_a_crash_and_a_false_quotation_always_fail(
    pytester: pytest.Pytester, broken: str, words: str
) -> None:
    lay_out(pytester, gates="gates: {answer_rate: 0}", script=f"{GOOD} | {broken}")
    outcome = run(pytester)
    outcome.assert_outcomes(passed=3, failed=1)
    outcome.stdout.fnmatch_lines([words])


def test_one_case_can_be_run_by_its_id(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    outcome = run(pytester, "fox.eval.yaml::jumped")
    outcome.assert_outcomes(passed=1)
    outcome.stdout.fnmatch_lines(["*fox.eval.yaml: 1 of 3 cases*"])


def test_a_gate_run_alone_still_measures_the_whole_set(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    outcome = run(pytester, "-k", "evidence_recall")
    outcome.assert_outcomes(passed=1, deselected=4)
    outcome.stdout.fnmatch_lines(["*fox.eval.yaml: 3 cases*", "evidence_recall * 1.000 * 2 * 1"])


def test_a_gate_has_no_time_limit_for_its_cases_have_theirs(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates="gates: {abstention_recall: 1}", script='hanging("How old?", 0.5)')
    options = ("-p", "timeout", "--timeout", "0.3", "-k", "gate")
    run(pytester, *options).assert_outcomes(passed=1, deselected=3)


def test_a_run_stops_at_the_first_failure_and_shows_what_ran(pytester: pytest.Pytester) -> None:
    lay_out(pytester, script="{}")
    outcome = run(pytester, "-x")
    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(["*fox.eval.yaml: 1 of 3 cases*"])


def test_only_what_failed_is_run_again(pytester: pytest.Pytester) -> None:
    lay_out(pytester, script='quoting("Who ran home?", "It ran home")')
    pytester.runpytest("-p", PLUGIN).assert_outcomes(passed=2, failed=1)
    again = pytester.runpytest("-p", PLUGIN, "--lf", "-v")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["fox.eval.yaml::jumped FAILED*"])


def test_the_report_is_written_where_the_option_says(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    run(pytester, "--eval-report", "out/eval").assert_outcomes(passed=5)
    record = json.loads(Path("out/eval/report.json").read_text(encoding="utf-8"))
    assert [case["id"] for case in record["cases"]] == ["ran", "jumped", "age"]
    assert record["measures"]["evidence_recall"] == 1
    assert record["settings"]["model"] == "extractive"


def test_the_model_is_the_one_that_the_option_names(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    run(pytester, "--eval-model", "some:model", "--eval-report", "out").assert_outcomes(passed=3)
    record = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert record["settings"]["model"] == "some:model"


def test_several_sets_have_a_table_each_and_one_report(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    Path("again.eval.yaml").write_text(SET.format(gates=GATES), encoding="utf-8")
    outcome = run(pytester, "--eval-report", "out")
    outcome.assert_outcomes(passed=8)
    outcome.stdout.fnmatch_lines(["*again.eval.yaml: 3 cases*", "*fox.eval.yaml: 3 cases*"])
    record = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert len({case["id"] for case in record["cases"]}) == 6


def test_two_processes_share_the_cases_and_give_one_table(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    processes = ("-p", "xdist", "-n", "2", "--max-worker-restart", "0")
    outcome = run(pytester, *processes, "--eval-report", "out")
    outcome.assert_outcomes(passed=5)
    outcome.stdout.fnmatch_lines(["*fox.eval.yaml: 3 cases*", "evidence_recall * 1.000 * 2 * 1"])
    record = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert [case["id"] for case in record["cases"]] == ["ran", "jumped", "age"]


def test_a_mistake_in_a_set_is_an_error_before_anything_runs(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    Path("bad.eval.yaml").write_text(
        SET.format(gates="").replace("It ran home", "It flew home"), encoding="utf-8"
    )
    outcome = run(pytester)
    outcome.assert_outcomes(errors=1)
    outcome.stdout.fnmatch_lines(
        ["*bad.eval.yaml: case 'ran': evidence.0: the quote 'It flew home'*"]
    )
    outcome.stdout.no_fnmatch_line("*Traceback*")


def test_an_answerer_that_cannot_be_opened_says_so_without_a_traceback(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester)
    pytester.makeconftest(
        """
from rag.errors import SettingsError
from rag.evaluation.plugin import OPEN_ASKER

def refuse(settings, documents):
    raise SettingsError("There is no such model.")

def pytest_configure(config):
    config.stash[OPEN_ASKER] = refuse
"""
    )
    outcome = run(pytester, "fox.eval.yaml::ran")
    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(["There is no such model."])
    outcome.stdout.no_fnmatch_line("*runner.py*")


def test_a_defect_of_the_answerers_opening_has_its_traceback(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    pytester.makeconftest(
        """
from rag.evaluation.plugin import OPEN_ASKER

def pytest_configure(config):
    config.stash[OPEN_ASKER] = lambda settings, documents: 1 / 0
"""
    )
    outcome = run(pytester, "fox.eval.yaml::ran")
    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(["*ZeroDivisionError*"])


def test_other_files_are_left_to_others(pytester: pytest.Pytester) -> None:
    Path("notes.yaml").write_text("a: 1", encoding="utf-8")
    pytester.makepyfile("def test_nothing(): pass")
    outcome = run(pytester)
    outcome.assert_outcomes(passed=1)
    outcome.stdout.no_fnmatch_line("measure*")


def test_importing_the_plugin_imports_nothing_slow() -> None:
    program = f"import pytest, sys; import {PLUGIN}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    imported = {name for name in done.stdout.split() if name.partition(".")[0] == "rag"}
    assert imported == {"rag", "rag.errors", "rag.evaluation", PLUGIN}
    assert not {"yaml", "pydantic", "numpy", "chromadb"} & set(done.stdout.split())
