"""A report has the shape that EVALS.md fixes, and gates compare its measures."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from evaluation_fakes import FOX, answer, cite, document, gold, passage, refusal, rejecting, result

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.corpus import Corpus
from rag.evaluation.report import (
    Report,
    answer_record,
    report_record,
    row_of,
    write_report,
)
from rag.evaluation.results import Crash
from rag.evaluation.summary import failed_gates, measures_table
from rag.types import Answer

SOURCE = document(FOX)
CORPUS = Corpus({Path("docs/fox.txt"): SOURCE})
RAN = Case("ran", "Who ran?", evidence=(Evidence("It ran home"),), type="fact")
JUMPED = Case("jumped", "Who jumped?", evidence=(Evidence("brown fox jumps"),), type="fact")
AGE = Case("age", "How old?", answerable=False, type="near miss")
UNTYPED = Case("when", "When?", answers=("before dark",))
RIGHT = answer("Who ran?", cite(SOURCE, "It ran home"), passages=[passage(SOURCE, FOX)])
KEYS = "measures by_type cases settings prompts versions"
MORE_KEYS = "by_document n intervals bootstrap models sets"
MORE_CASE_KEYS = "type about attempt n"
CASE_KEYS = (
    "id question status answer short_answer citations rejected passages scores latency_ms error"
)


def report_of(*outcomes: tuple[Case, Answer | Crash], **gates: float) -> Report:
    rows = tuple(
        row_of(number, result(gold(case, SOURCE), outcome, 10.0 * number), CORPUS, (1,))
        for number, (case, outcome) in enumerate(outcomes, start=1)
    )
    return Report("fox.eval.yaml", gates, len(rows), rows, {"model": "extractive", "top_k": 6})


FOUR = (
    (RAN, RIGHT),
    (JUMPED, Crash(ValueError("no luck"))),
    (AGE, refusal("How old?")),
    (UNTYPED, answer("When?", cite(SOURCE, "The end"))),
)


def test_an_answer_is_recorded_with_file_names_and_code_points() -> None:
    shown = rejecting(replace(RIGHT, short_answer="the fox"), "false words")
    record = answer_record(shown, documents={SOURCE.id: "fox.txt"})
    assert record == {
        "id": "",
        "question": "Who ran?",
        "status": "partial",
        "answer": "It ran home",
        "short_answer": "the fox",
        "citations": [
            {
                "document": "fox.txt",
                "start": 45,
                "end": 56,
                "quote": "It ran home",
                "verdict": "exact",
            }
        ],
        "rejected": [
            {
                "claim": "A claim.",
                "passage": 1,
                "quote": "false words",
                "reason": "not found in the sources",
            }
        ],
        "passages": [{"document": "fox.txt", "start": 0, "end": len(FOX)}],
        "scores": {},
        "latency_ms": None,
        "error": None,
    }
    assert json.loads(json.dumps(record)) == record


def test_the_report_has_exactly_the_keys_of_the_format() -> None:
    record = report_record([report_of(*FOUR)], prompts={"answer": "a1b2"})
    assert " ".join(record) == f"{KEYS} {MORE_KEYS}"
    assert all(" ".join(case) == f"{CASE_KEYS} {MORE_CASE_KEYS}" for case in record["cases"])
    assert record["settings"] == {"model": "extractive", "top_k": 6}
    assert record["prompts"] == {"answer": "a1b2"}
    assert record["versions"].keys() >= {"python", "pincite", "chromadb", "onnxruntime"}


def test_the_measures_of_a_run_are_those_computed_by_hand() -> None:
    measures = report_record([report_of(*FOUR)])["measures"]
    assert measures == {
        "quote_exactness": 1.0,  # two citations, both real
        "retrieval_recall@1": 0.5,  # of ran and jumped, jumped crashed
        "mrr": 0.5,
        "evidence_recall": 0.5,
        "citation_precision": 1.0,  # of ran's one citation; `when` has no evidence
        "answer_match": 0.0,
        "answer_f1": None,
        "abstention_precision": 1.0,
        "abstention_recall": 1.0,
        "abstention_f1": 1.0,
        "answer_rate": 2 / 3,
        "latency_p50_ms": 20.0,
        "latency_p95_ms": 40.0,
        "cost_tokens": 0,
    }


def test_cases_are_measured_by_type_where_they_have_one() -> None:
    by_type = report_record([report_of(*FOUR)])["by_type"]
    assert list(by_type) == ["fact", "near miss"]
    assert by_type["fact"]["evidence_recall"] == 0.5
    assert by_type["fact"]["abstention_recall"] is None
    assert by_type["near miss"]["abstention_recall"] == 1
    assert by_type["near miss"]["latency_p50_ms"] == 30


def test_a_case_is_recorded_with_the_scores_that_apply_to_it() -> None:
    ran, jumped, age, _ = report_record([report_of(*FOUR)])["cases"]
    assert ran["scores"] == {
        "quote_exactness": 1,
        "retrieval_recall@1": 1,
        "mrr": 1,
        "evidence_recall": 1,
        "citation_precision": 1,
        "answer_rate": 1,
    }
    assert age["scores"] == {
        "abstention_precision": 1,
        "abstention_recall": 1,
        "abstention_f1": 1,
    }
    assert jumped["scores"].keys() == {
        "retrieval_recall@1",
        "mrr",
        "evidence_recall",
        "answer_rate",
    }
    assert set(jumped["scores"].values()) == {0}


def test_a_crash_stays_in_the_report_with_its_error() -> None:
    jumped = report_record([report_of(*FOUR)])["cases"][1]
    assert jumped["id"] == "jumped"
    assert jumped["question"] == "Who jumped?"
    assert (jumped["status"], jumped["error"]) == (None, "ValueError: no luck")
    assert jumped["citations"] == jumped["passages"] == jumped["rejected"] == []


def test_the_cost_is_the_tokens_of_a_case_on_average() -> None:
    assert report_record([report_of(*FOUR)])["measures"]["cost_tokens"] == 0
    first, *others = report_of(*FOUR).rows
    report = replace(report_of(*FOUR), rows=(replace(first, tokens=1000), *others))
    assert report_record([report])["measures"]["cost_tokens"] == 250


def test_the_prompts_stand_in_the_report_where_a_chat_model_answered() -> None:
    built_in = replace(report_of(*FOUR), settings={"model": "extractive"})
    assert report_record([built_in])["prompts"] == {}
    report = replace(report_of(*FOUR), settings={"model": "ollama:some"})
    assert set(report_record([report])["prompts"]) == {"answer", "condense"}


def test_several_sets_are_pooled_and_their_cases_told_apart() -> None:
    first, second = report_of(FOUR[0]), replace(report_of(*FOUR), name="again.eval.yaml")
    record = report_record([first, second])
    assert [case["id"] for case in record["cases"]][:2] == [
        "fox.eval.yaml::ran",
        "again.eval.yaml::ran",
    ]
    assert record["measures"]["evidence_recall"] == pytest.approx(2 / 3)


def test_no_report_is_a_report_of_nothing() -> None:
    record = report_record([])
    assert (record["cases"], record["by_type"], record["settings"]) == ([], {}, {})


def test_gates_that_hold_are_silent() -> None:
    held = {"quote_exactness": 1.0, "evidence_recall": 0.5, "mrr": 0.5, "answer_rate": 0.66}
    assert failed_gates(report_of(*FOUR, **held)) == []


def test_a_gate_that_fails_says_by_how_much_and_which_cases_fall_short() -> None:
    (sentence,) = failed_gates(report_of(*FOUR, evidence_recall=0.8, quote_exactness=1.0))
    assert sentence == (
        "fox.eval.yaml: evidence_recall is 0.5000 (n = 2), below its gate 0.8. Short of it: jumped."
    )


def test_a_gate_that_fails_names_ten_cases_at_most() -> None:
    cases = [(replace(RAN, id=f"c{number}"), refusal("Who ran?")) for number in range(12)]
    (sentence,) = failed_gates(report_of(*cases, evidence_recall=1.0))
    assert sentence.endswith("Short of it: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 2 more.")


def test_a_gate_on_nothing_measured_fails() -> None:
    (sentence,) = failed_gates(report_of(FOUR[0], abstention_f1=0.0))
    assert "abstention_f1 has a gate, but nothing in this run measures it" in sentence


def test_rounding_does_not_fail_a_gate() -> None:
    thirds = [(RAN, refusal("Who ran?", [passage(SOURCE, "end")] * 2 + [passage(SOURCE, FOX)]))]
    assert failed_gates(report_of(*thirds * 10, mrr=0.3333333333333334)) == []


def test_the_table_is_aligned_and_shows_values_counts_and_gates() -> None:
    lines = measures_table(report_of(*FOUR, evidence_recall=0.8)).splitlines()
    assert lines[0].split() == ["measure", "value", "95", "%", "n", "gate"]
    cells = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert cells["evidence_recall"] == ["0.500", "0.00–1.00", "2", "0.8"]
    assert cells["quote_exactness"] == ["1.000", "1.00–1.00", "2"]
    assert cells["answer_f1"] == ["–", "0"]
    assert cells["latency_p95_ms"] == ["40.0", "4"]
    assert cells["cost_tokens"] == ["0.0", "4"]
    assert len({line.index(line.split()[1]) + len(line.split()[1]) for line in lines}) == 1


def test_a_report_survives_plain_data_with_its_rows_in_order() -> None:
    report = report_of(*FOUR, evidence_recall=0.8)
    record = json.loads(json.dumps(asdict(report)))
    assert Report.from_record({**record, "rows": record["rows"][::-1]}) == report


def test_a_report_is_written_as_json_into_a_new_folder(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.json"
    report = report_of(*FOUR)
    write_report(path, [report])
    assert json.loads(path.read_text(encoding="utf-8")) == report_record([report])


def test_a_case_says_what_it_is_about_and_how_much_each_measure_counts() -> None:
    ran, _, age, _ = report_record([report_of(*FOUR)])["cases"]
    assert (ran["type"], ran["about"], ran["attempt"]) == ("fact", "fox.txt", 1)
    assert ran["n"]["citation_precision"] == 1
    assert (age["about"], age["n"]["abstention_f1"]) == ("fox.txt", 2)
    assert ran["n"].keys() == ran["scores"].keys()


def test_counts_and_intervals_have_the_shape_of_the_measures() -> None:
    record = report_record([report_of(*FOUR)])
    assert record["n"]["measures"]["evidence_recall"] == 2
    assert record["n"]["by_type"]["near miss"]["abstention_recall"] == 1
    assert record["intervals"]["measures"]["answer_f1"] is None
    assert record["intervals"]["by_document"]["fox.txt"]["evidence_recall"] == [0.0, 1.0]
    low, high = record["intervals"]["measures"]["answer_rate"]
    assert low < record["measures"]["answer_rate"] < high


def test_a_report_says_what_it_was_made_with() -> None:
    record = report_record([report_of(*FOUR, mrr=0.1)])
    assert record["sets"] == {"fox.eval.yaml": {"cases": 4, "ran": 4, "gates": {"mrr": 0.1}}}
    assert record["bootstrap"] == {"level": 0.95, "resamples": 2000, "seed": 0}
    card = (Path(__file__).parents[2] / "rag" / "models" / "reader.md").read_text("utf-8")
    assert record["models"]["reader.zip"] in card


def test_attempts_at_a_case_average_its_scores_and_add_no_certainty() -> None:
    once = report_of((RAN, RIGHT), (JUMPED, refusal("Who jumped?")))
    thrice = replace(
        once, rows=tuple(replace(row, attempt=a) for row in once.rows for a in (1, 2, 3))
    )
    assert (thrice.ran, len(thrice.rows)) == (2, 6)
    first, second = report_record([once]), report_record([thrice])
    assert second["measures"]["evidence_recall"] == first["measures"]["evidence_recall"] == 0.5
    assert second["intervals"] == first["intervals"]
    assert second["n"]["measures"]["evidence_recall"] == 6
