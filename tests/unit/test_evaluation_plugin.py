"""pytest collects evaluation sets: cases and gates are items, measures are a table at the end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from evaluation_fakes import FOX

# A run within this process forgets what it imports, which numpy and matplotlib do not survive.
import rag.evaluation.comparison_text
import rag.evaluation.page
import rag.evaluation.plugin.items  # noqa: F401

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
    assert imported == {"rag", "rag.evaluation", PLUGIN}
    assert not {"yaml", "pydantic", "numpy", "chromadb"} & set(done.stdout.split())


FLICKER = """
from itertools import count
from evaluation_fakes import refusal

good, asked = SCRIPT["Who ran home?"], count()
SCRIPT["Who ran home?"] = lambda d: refusal("Who ran home?") if next(asked) % 2 else good(d)
"""


def test_a_plugin_that_nobody_uses_is_cheap() -> None:
    """Time of this process alone, the best of five, so that a busy machine does not fail it."""
    program = (
        "import pytest, argparse, sys, time; began = time.process_time(); "
        f"import {PLUGIN}; print(1000 * (time.process_time() - began))"
    )
    ms = [
        float(
            subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
        )
        for _ in range(5)
    ]
    assert min(ms) <= 5


def test_a_run_without_a_set_imports_nothing_slow(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys

def test_nothing():
    slow = {"numpy", "pydantic", "yaml", "langchain_core", "chromadb", "matplotlib", "jinja2"}
    assert not slow & set(sys.modules)
"""
    )
    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)


def test_only_the_cases_named_are_run_and_their_gates_are_skipped(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester, gates=GATES)
    pytester.makepyfile("def test_another(): raise AssertionError")
    outcome = run(pytester, "--eval-case", "jumped", "--eval-case", "age", "-rs")
    outcome.assert_outcomes(passed=2, skipped=2, deselected=2)
    outcome.stdout.fnmatch_lines(
        [
            "*fox.eval.yaml: 2 of 3 cases*",
            "SKIPPED*2 of 3 cases were selected; a gate measures the whole set",
        ]
    )


def test_a_case_that_no_set_has_is_refused_with_the_nearest(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    outcome = run(pytester, "--eval-case", "jmped")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*no set has a case 'jmped'; did you mean 'jumped'?"])
    pytester.path.joinpath("fox.eval.yaml").unlink()
    none = run(pytester, "--eval-case", "jumped")
    none.stderr.fnmatch_lines(["*no set has a case 'jumped': none was collected"])


def test_a_case_that_no_set_has_is_refused_across_processes_too(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester)
    outcome = run(pytester, "-p", "xdist", "-n", "1", "--eval-case", "jmped")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*no set has a case 'jmped'; did you mean 'jumped'?"])


def test_some_cases_chosen_by_a_word_skip_the_gates(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    run(pytester, "-k", "jumped or gate").assert_outcomes(passed=1, skipped=2, deselected=2)


def test_cases_are_asked_again_and_their_measures_averaged(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    outcome = run(pytester, "--eval-repeat", "3", "--eval-report", "out")
    outcome.assert_outcomes(passed=3)
    outcome.stdout.fnmatch_lines(["*fox.eval.yaml: 3 cases*", "evidence_recall * 1.000 * 6"])
    record = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert [(case["id"], case["attempt"]) for case in record["cases"]][:4] == [
        ("ran", 1),
        ("ran", 2),
        ("ran", 3),
        ("jumped", 1),
    ]
    assert record["sets"]["fox.eval.yaml"]["ran"] == 3


def test_a_case_that_comes_out_differently_fails_as_flickering(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    pytester.makeconftest(pytester.path.joinpath("conftest.py").read_text() + FLICKER)
    outcome = run(pytester, "--eval-repeat", "3")
    outcome.assert_outcomes(passed=2, failed=1)
    outcome.stdout.fnmatch_lines(
        [
            "flickers, right 2 of 3 times: ",
            "missed: refused, though the sources answer",
            "evidence_recall * 0.833 * 6",
            "flickers: ran, right 2 of 3 times",
        ]
    )


def test_with_gates_a_flickering_case_is_named_and_left_to_them(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates="gates: {evidence_recall: 0.8}")
    pytester.makeconftest(pytester.path.joinpath("conftest.py").read_text() + FLICKER)
    outcome = run(pytester, "--eval-repeat", "3", "-rx")
    outcome.assert_outcomes(passed=3, xfailed=1)
    outcome.stdout.fnmatch_lines(
        [
            "flickers: ran, right 2 of 3 times",
            "XFAIL fox.eval.yaml::ran - flickers, right 2 of 3 times: refused*",
        ]
    )


@pytest.mark.parametrize("count", ["0", "-1", "two", "1.5"])
def test_a_number_of_repeats_that_is_none_is_refused(pytester: pytest.Pytester, count: str) -> None:
    outcome = run(pytester, "--eval-repeat", count)
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines([f"*expected a whole number from 1 on, not '{count}'"])


def test_a_run_is_compared_with_its_baseline(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    run(pytester, "--eval-report", "before").assert_outcomes(passed=3)
    outcome = run(pytester, "--eval-baseline", "before/report.json")
    outcome.assert_outcomes(passed=3)
    assert outcome.ret == pytest.ExitCode.OK
    outcome.stdout.fnmatch_lines(
        [
            "*compared with before/report.json*",
            "3 cases compared, those that both reports have",
            "evidence_recall * 1.000 * 1.000 * +0.000*",
            "No measure is significantly worse by more than 0.02.",
        ]
    )


def lay_out_many(pytester: pytest.Pytester, right: int, *, gates: str = "") -> None:
    """Lay out twelve cases of which so many are answered rightly."""
    script = "{}" + "".join(f' | quoting("Q{n}?", "It ran home")' for n in range(right))
    lay_out(pytester, script=script)
    cases = "".join(
        f'  - {{id: c{n}, question: "Q{n}?", evidence: [It ran home]}}\n' for n in range(12)
    )
    Path("fox.eval.yaml").write_text(f"documents: [fox.txt]\n{gates}\ncases:\n{cases}", "utf-8")


def test_a_significant_loss_fails_the_run_and_a_wider_tolerance_lets_it_pass(
    pytester: pytest.Pytester,
) -> None:
    lenient = "gates: {evidence_recall: 0}"
    lay_out_many(pytester, 12, gates=lenient)
    run(pytester, "--eval-report", "before").assert_outcomes(passed=13)
    lay_out_many(pytester, 3, gates=lenient)
    baseline = ("--eval-baseline", "before/report.json")
    outcome = run(pytester, *baseline)
    outcome.assert_outcomes(passed=4, xfailed=9)
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    outcome.stdout.fnmatch_lines(
        ["lost: 9 cases: c3, c4*", "pincite: Significantly worse by more than 0.02: *"]
    )
    assert run(pytester, *baseline, "--eval-tolerance", "0.9").ret == pytest.ExitCode.OK


def test_a_baseline_of_another_set_fails_the_run(pytester: pytest.Pytester) -> None:
    lay_out_many(pytester, 12)
    run(pytester, "--eval-report", "before").assert_outcomes(passed=12)
    lay_out(pytester)
    outcome = run(pytester, "--eval-baseline", "before/report.json")
    outcome.assert_outcomes(passed=3)
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    outcome.stdout.fnmatch_lines(["pincite: The two reports have no case in common*"])


def test_a_baseline_that_is_none_is_refused_before_anything_runs(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester)
    outcome = run(pytester, "--eval-baseline", "gone.json")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*gone.json cannot be read: No such file or directory."])


def test_junit_has_the_measures_among_the_properties_of_the_suite(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester, gates=GATES, script='quoting("Who ran home?", "It ran home")')
    run(pytester, "--junit-xml", "junit.xml").assert_outcomes(passed=3, xfailed=1, failed=1)
    suite = ElementTree.parse("junit.xml").getroot()[0]  # noqa: S314 - our own file
    properties = {p.get("name"): p.get("value") for p in suite.findall("properties/property")}
    assert properties["fox.eval.yaml::evidence_recall"] == "0.5"
    assert properties["fox.eval.yaml::quote_exactness"] == "1"
    assert "fox.eval.yaml::answer_f1" not in properties
    assert [case.get("name") for case in suite.iter("testcase")][:2] == ["ran", "jumped"]


def test_the_report_is_a_page_too(pytester: pytest.Pytester) -> None:
    lay_out(pytester)
    run(pytester, "--eval-report", "out").assert_outcomes(passed=3)
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "Who ran home?" in page
    assert page.count("<svg") >= 2


def test_a_report_that_cannot_be_written_fails_the_run_and_says_why(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester)
    Path("out").write_text("a file", encoding="utf-8")
    outcome = run(pytester, "--eval-report", "out")
    outcome.assert_outcomes(passed=3)
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    outcome.stdout.fnmatch_lines(["pincite: The report cannot be written to out/report.json: *"])


def test_every_option_works_across_two_processes(pytester: pytest.Pytester) -> None:
    lay_out(pytester, gates=GATES)
    run(pytester, "--eval-report", "before").assert_outcomes(passed=5)
    outcome = run(
        pytester,
        *("-p", "xdist", "-n", "2", "--max-worker-restart", "0"),
        *("--eval-repeat", "2", "--eval-report", "out", "--eval-model", "extractive"),
        *("--eval-baseline", "before/report.json", "--junit-xml", "junit.xml"),
        *("--eval-case", "ran", "--eval-case", "jumped"),
    )
    outcome.assert_outcomes(passed=2, skipped=2)
    outcome.stdout.fnmatch_lines(
        ["*fox.eval.yaml: 2 of 3 cases*", "2 cases compared, those that both reports have"]
    )
    assert len(json.loads(Path("out/report.json").read_text("utf-8"))["cases"]) == 4
    assert "fox.eval.yaml::mrr" in Path("junit.xml").read_text(encoding="utf-8")


def test_a_crashing_answerer_gives_rows_of_failures_and_a_whole_report(
    pytester: pytest.Pytester,
) -> None:
    crashes = ("Who ran home?", "What jumped?", "How old?")
    lay_out(pytester, script=" | ".join(f'crashing("{question}")' for question in crashes))
    outcome = run(pytester, "--eval-report", "out", "--eval-repeat", "2")
    outcome.assert_outcomes(failed=3)
    outcome.stdout.fnmatch_lines(["*RuntimeError: the model fell over", "*fox.eval.yaml: 3 cases*"])
    record = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert [case["error"] for case in record["cases"]] == ["RuntimeError: the model fell over"] * 6
    assert record["measures"]["evidence_recall"] == 0
    assert "RuntimeError: the model fell over" in Path("out/report.html").read_text("utf-8")


MISTAKES = {
    "id": "{question: Q, answerable: false}",
    "question": "{id: no-question, answerable: false}",
    "answrs": "{id: typo, question: Q, answrs: [a]}",
    "answers": "{id: words, question: Q, answers: a fox}",
    "answers.0": "{id: date, question: Q, answers: [2021-03-12]}",
    "evidence": "{id: bare, question: Q, evidence: It ran home}",
    "evidence.0.page": "{id: page, question: Q, evidence: [{quote: It ran home, page: 2}]}",
    "evidence_rule": "{id: rule, question: Q, evidence: [It ran home], evidence_rule: most}",
    "answerable": "{id: maybe, question: Q, answerable: perhaps}",
    "history": "{id: history, question: Q, answerable: false, history: Before}",
    "type": "{id: type, question: Q, answerable: false, type: [a]}",
    "document": "{id: document, question: Q, answerable: false, document: ''}",
    "give `answers` or `evidence`": "{id: nothing, question: Q}",
    "says `answerable: false`": "{id: both, question: Q, answers: [a fox], answerable: false}",
}


def test_each_possible_mistake_of_a_case_names_file_case_and_key(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester)
    cases = "\n".join(f"  - {case}" for case in MISTAKES.values())
    Path("bad.eval.yaml").write_text(f"documents: [fox.txt]\ncases:\n{cases}\n", "utf-8")
    outcome = run(pytester, "bad.eval.yaml")
    outcome.assert_outcomes(errors=1)
    for number, (key, case) in enumerate(MISTAKES.items(), start=1):
        named = re.search(r"id: ([\w-]+)", case)
        label = f"case {number}{f' ({named[1]!r})' if named else ''}"
        assert any(
            f"bad.eval.yaml: {label}: " in line and key in line for line in outcome.outlines
        ), key
