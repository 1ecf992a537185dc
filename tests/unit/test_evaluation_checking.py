"""``eval-check`` lists everything that is wrong with a set at once, with file, case and key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from evaluation_fakes import FOX, Opener, quoting

from rag.cli import main
from rag.cli.outcomes import FAILED, MISUSED, OK
from rag.evaluation.checking import check_set, doubtful_cases
from rag.evaluation.set_files import read_set
from rag.limits import DEFAULT_LIMITS
from rag.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    (tmp_path / "fox.txt").write_text(FOX, encoding="utf-8")
    (tmp_path / "hen.txt").write_text("A hen sat on three eggs.", encoding="utf-8")


def write(text: str) -> Path:
    path = Path("animals.eval.yaml")
    path.write_text(text, encoding="utf-8")
    return path


def problems(*cases: str, head: str = "documents: [fox.txt, hen.txt]") -> list[str]:
    quoted = (re.sub(r"(question: )([^',]+)", r'\1"\2"', case) for case in cases)
    listed = "".join(f"\n  - {{{case}}}" for case in quoted)
    return list(check_set(write(f"{head}\ncases:{listed}"), limits=DEFAULT_LIMITS).problems)


def test_a_gold_quote_that_is_not_there_is_shown_the_nearest_words_and_their_place() -> None:
    (problem,) = problems('id: x, question: Who?, evidence: ["quick brwon fox", "ran home"]')
    assert problem == (
        "animals.eval.yaml: case 'x': evidence.0: the quote 'quick brwon fox' is not in fox.txt, "
        "hen.txt. Nearest is fox.txt:4-19 “quick brown fox”: the document has “brown”, the quote "
        "“brwon”. Copy it from the document character by character, typography included."
    )


def test_a_quote_of_another_document_is_shown_where_it_stands() -> None:
    (problem,) = problems("id: x, question: Who?, document: hen.txt, evidence: [lazy dog]")
    assert "is not in hen.txt. Nearest is fox.txt:35-43 “lazy dog”: the very words" in problem


def test_a_quote_that_is_like_nothing_is_said_to_be() -> None:
    (problem,) = problems("id: x, question: Who?, evidence: [Whales sing far below]")
    assert "evidence.0: " in problem
    assert "No words like it stand in the documents." in problem


@pytest.mark.parametrize(
    ("second", "how"),
    [
        ("question: 'Who ran home, the fox?', answers: [x]", "the same question as case 'one'"),
        ("question: The fox ran home - who?, answers: [x]", "nearly the same as case 'one'"),
        ("question: who ran HOME the Fox, answerable: false", "only one of the two is said"),
    ],
)
def test_a_question_asked_twice_is_found_whatever_its_typography(second: str, how: str) -> None:
    (problem,) = problems(
        "id: one, question: Who ran home the fox?, answers: [x]", f"id: b, {second}"
    )
    assert problem.startswith("animals.eval.yaml: case 2 ('b'): question: ")
    assert how in problem


@pytest.mark.parametrize(
    "second",
    [
        "question: When did the fox run home?, answers: [x]",  # another kind of answer
        "question: Who ran not home the fox?, answers: [x]",  # denied
        "question: Who ran home the fox?, answers: [x], history: [Was there a fox]",
        "question: Who ran home the fox?, answers: [x], document: fox.txt",
        "question: Home ran the fox who?, answerable: false",  # a near miss, on purpose
    ],
)
def test_a_question_that_asks_for_something_else_is_no_duplicate(second: str) -> None:
    assert (
        problems("id: a, question: Who ran home the fox?, answers: [x]", f"id: b, {second}") == []
    )


def test_a_case_without_an_answer_whose_answer_is_in_the_text_is_shown_where() -> None:
    told, stands = problems("id: x, question: Which dog?, answerable: false, answers: [lazy dog]")
    assert "case 1 ('x'): it has `answers` or `evidence`, but says `answerable: false`" in told
    assert stands == (
        "animals.eval.yaml: case 1 ('x'): answerable: the case is said to have no answer, but "
        "'lazy dog' stands at fox.txt:35-43 “…The quick brown fox jumps over the lazy dog. It ran "
        "home before dark. The end came…”."
    )


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("evidence_recall: 1.2", "gates.evidence_recall: Input should be less than or equal to 1"),
        ("mrr: -1", "gates.mrr: Input should be greater than or equal to 0"),
        ("evidence_recal: 1", "gates: 'evidence_recal' is no measure between 0 and 1; did you"),
        ("abstention_f1: 1", "gates.abstention_f1: no case is `answerable: false`, so nothing is"),
        ("retrieval_recall@6: 1", "gates.retrieval_recall@6: no case has `evidence`, so nothing"),
    ],
)
def test_a_gate_that_cannot_be_is_named(gate: str, words: str) -> None:
    head = f"documents: [fox.txt]\ngates: {{{gate}}}"
    (problem,) = problems("id: x, question: Who?, answers: [fox]", head=head)
    assert problem.startswith(f"animals.eval.yaml: {words}")


def test_a_gate_that_only_answers_measure_needs_a_case_with_answers() -> None:
    head = "documents: [fox.txt]\ngates: {answer_match: 1, answer_rate: 1, quote_exactness: 1}"
    found = problems("id: x, question: Who?, answerable: false", head=head)
    assert [problem.split(": ")[1] for problem in found] == [
        "gates.answer_match",
        "gates.answer_rate",
    ]


def test_everything_wrong_is_listed_at_once() -> None:
    found = problems(
        "id: a, question: Who ran?, evidence: [It walked home before dark]",
        "id: a, question: Why?, answers: [x]",
        "id: c, question: Who ran?, answers: [x]",
        "id: d, question: Where?",
        "id: e, question: When?, answers: [x], document: cow.txt, colour: red",
        "id: f, question: How?, answers: [x], document: cow.txt",
        head="documents: [fox.txt, gone.txt, away.txt]\ngates: {mrr: 7}",
    )
    keys = [
        "gates.mrr: ",
        "case 2 ('a'): id: an earlier case has the same id",
        "case 4 ('d'): give `answers` or `evidence`",
        "case 5 ('e'): colour: unknown key",
        "documents: there is no file or folder gone.txt",
        "documents: there is no file or folder away.txt",
        "case 'a': evidence.0: the quote 'It walked home before dark' is not in fox.txt. Nearest",
        "case 'f': document: 'cow.txt' is no document of the set",
        "case 3 ('c'): question: the same question as case 'a'",
    ]
    assert len(found) == len(keys)
    for problem, key in zip(found, keys, strict=True):
        assert key in problem
        assert "animals.eval.yaml: " in problem


def test_a_broken_line_of_a_jsonl_does_not_hide_the_lines_after_it(tmp_path: Path) -> None:
    lines = ["{", json.dumps({"id": "b", "question": "Who?"}), "7"]
    (tmp_path / "c.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = check_set(write("documents: [fox.txt]\ncases: c.jsonl"), limits=DEFAULT_LIMITS).problems
    assert "c.jsonl, line 1: not a JSON object" in found[0]
    assert "c.jsonl, line 2: case ('b'): give `answers` or `evidence`" in found[1]
    assert "c.jsonl, line 3: case: the whole: " in found[2]


def test_the_command_prints_every_problem_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    write("documents: [fox.txt]\ncases: [{id: a, question: Who}, {id: b, question: Who}]")
    assert main(["eval-check", "animals.eval.yaml"]) == FAILED
    printed = capsys.readouterr()
    assert printed.out == "animals.eval.yaml: 0 cases about 1 documents: 2 problems\n"
    assert printed.err.count("give `answers` or `evidence`") == 2


def test_a_file_that_is_no_set_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    write("documents: [fox")
    assert main(["eval-check", "animals.eval.yaml"]) == MISUSED
    assert main(["eval-check", "gone.eval.yaml"]) == MISUSED
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("pincite: animals.eval.yaml, line 1: not YAML: ")
    assert second == "pincite: gone.eval.yaml cannot be read: No such file or directory"


def test_the_sets_of_the_project_have_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    sets = [*ROOT.glob("tests/evals/*.eval.yaml"), *ROOT.glob("benchmarks/**/*.eval.yaml")]
    assert len(sets) > 3
    assert main(["eval-check", *map(str, sets)]) == OK
    assert capsys.readouterr().out.count("nothing is wrong") == len(sets)


def test_an_unanswerable_case_that_is_answered_all_the_same_is_shown_with_the_answer() -> None:
    path = write(
        "documents: [fox.txt]\ncases:\n"
        "  - {id: over, question: Over what, answerable: false}\n"
        "  - {id: cow, question: Which cow, answerable: false}\n"
        "  - {id: ran, question: Who ran, answers: [fox]}\n"
    )
    opener = Opener(quoting("Over what", "over the lazy dog") | quoting("Who ran", "It ran"))
    (doubt,) = doubtful_cases(path, Settings(), open_asker=opener)
    assert doubt.startswith(
        "animals.eval.yaml: case 'over': answerable: the answerer finds an answer at "
        "fox.txt:26-43 “over the lazy dog”."
    )
    assert [asked[0] for asked in opener.opened[0].asked] == ["Over what", "Which cow"]
    assert read_set(path).cases[0].answerable is False
