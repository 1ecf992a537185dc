"""A set file is read as it says, and its mistakes are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.set_files import read_set

ONE_CASE = "cases: [{id: fox, question: Who, answers: [a fox]}]"


def write(folder: Path, text: str) -> Path:
    path = folder / "animals.eval.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def mistake(folder: Path, text: str) -> str:
    with pytest.raises(EvaluationSetError) as caught:
        read_set(write(folder, text))
    return str(caught.value)


def case_mistake(folder: Path, case: str) -> str:
    return mistake(folder, f"documents: [fox.txt]\ncases: [{{{case}}}]")


def test_every_key_of_a_case_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
documents: [fox.txt, more]
gates: {quote_exactness: 1.0, evidence_recall: 0.95, retrieval_recall@3: 0}
cases:
  - id: full
    question: Who ran?
    history: ["Was there a fox?", "Was it quick?"]
    answers: [a fox, the quick fox]
    evidence:
      - The quick brown fox
      - {document: fox.txt, quote: It ran home}
    evidence_rule: all
    type: fact
    document: fox.txt
  - id: none
    question: How old was it?
    answerable: false
""",
    )

    read = read_set(path)

    assert read.path == path
    assert read.documents == (tmp_path / "fox.txt", tmp_path / "more")
    assert read.gates == {"quote_exactness": 1.0, "evidence_recall": 0.95, "retrieval_recall@3": 0}
    assert read.cases == (
        Case(
            id="full",
            question="Who ran?",
            history=("Was there a fox?", "Was it quick?"),
            answers=("a fox", "the quick fox"),
            evidence=(Evidence("The quick brown fox"), Evidence("It ran home", "fox.txt")),
            evidence_rule=EvidenceRule.ALL,
            answerable=True,
            type="fact",
            document="fox.txt",
        ),
        Case(id="none", question="How old was it?", answerable=False),
    )


def test_cases_come_from_a_jsonl_beside_the_set(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "question": "Who?", "answers": ["a\u2028fox"]}, ensure_ascii=False),
        "",
        json.dumps({"id": "b", "question": "Why?", "answerable": False}),
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")

    read = read_set(write(tmp_path, "documents: [fox.txt]\ncases: cases.jsonl"))

    assert [case.id for case in read.cases] == ["a", "b"]
    assert read.cases[0].answers == ("a\u2028fox",)
    assert read.gates == {}


def test_bare_numbers_are_text(tmp_path: Path) -> None:
    read = read_set(
        write(tmp_path, "documents: [f]\ncases: [{id: 7, question: When, answers: [2021]}]")
    )
    assert (read.cases[0].id, read.cases[0].answers) == ("7", ("2021",))


def test_white_space_around_words_is_dropped(tmp_path: Path) -> None:
    text = "documents: [f]\ncases:\n- id: a\n  question: ' Who? '\n  evidence:\n  - |\n    It ran\n"
    case = read_set(write(tmp_path, text)).cases[0]
    assert (case.question, case.evidence) == ("Who?", (Evidence("It ran"),))


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("id: a, question: Q, answrs: [x]", ["case 1 ('a')", "answrs: unknown key", "answers"]),
        ("question: Q, answers: [x]", ["case 1: id: Field required"]),
        ("id: a, answers: [x]", ["case 1 ('a'): question: Field required"]),
        ("id: a, question: '', answers: [x]", ["('a'): question: ", "at least 1 character"]),
        (
            "id: a, question: Q, evidence: [{quote: x, documnt: y}]",
            ["evidence.0.documnt: unknown key; the keys are quote, document"],
        ),
        ("id: a, question: Q, evidence: [[x]]", ["evidence.0.quote", "valid string, not ['x']"]),
        ("id: a, question: Q, evidence: words", ["evidence: ", "not 'words'"]),
        ("id: a, question: Q, answers: [x], evidence_rule: most", ["'any' or 'all', not 'most'"]),
        ("id: a, question: Q", ["('a'): give `answers` or `evidence`"]),
        ("id: a, question: Q, answerable: false, answers: [x]", ["answerable: false"]),
        ("id: a, question: Q, answerable: false, evidence: [x]", ["answerable: false"]),
        ("id: a, question: Q, answers: [The]", ["answers: an answer needs a word"]),
        ("id: a, question: Q, answers: [2021-03-12]", ["answers.0", "not datetime.date"]),
        ("id: a, question: Q, history:", ["history: ", "not None"]),
    ],
)
def test_a_mistake_in_a_case_names_file_case_and_key(
    tmp_path: Path, case: str, words: list[str]
) -> None:
    message = case_mistake(tmp_path, case)
    for expected in [str(tmp_path / "animals.eval.yaml"), *words]:
        assert expected in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"documents: [f]\ngate: {{}}\n{ONE_CASE}", "gate: unknown key; the keys are documents"),
        (ONE_CASE, "documents: Field required"),
        (f"documents: []\n{ONE_CASE}", "documents: "),
        (f"documents: f\n{ONE_CASE}", "documents: Input should be a valid tuple, not 'f'"),
        ("documents: [f]", "cases: Field required"),
        ("documents: [f]\ncases: []", "cases: there is none"),
        ("documents: [f]\ncases: 7", "cases: give a list of cases, or a path to a .jsonl"),
        ("documents: [f]\ncases: [words]", "case 1: the whole: "),
        ("documents: [f]\ncases: gone.jsonl", "gone.jsonl cannot be read: No such file"),
        ("- a list", "the whole: "),
        ("", "the whole: "),
        (
            f"documents: [f]\ngates: {{evidence_recal: 1}}\n{ONE_CASE}",
            "gates: 'evidence_recal' is no measure between 0 and 1; did you mean evidence_recall?",
        ),
        (
            f"documents: [f]\ngates: {{retrieval_recall@k: 1}}\n{ONE_CASE}",
            "did you mean retrieval_recall@6?",
        ),
        (f"documents: [f]\ngates: {{latency_p95_ms: 1}}\n{ONE_CASE}", "is no measure between"),
        (f"documents: [f]\ngates: {{mrr: 95}}\n{ONE_CASE}", "gates.mrr: "),
        (f"documents: [f]\ngates: {{mrr: -0.1}}\n{ONE_CASE}", "gates.mrr: "),
        (f"documents: [f]\ngates: {{mrr: .nan}}\n{ONE_CASE}", "gates.mrr: "),
        (f"documents: [f]\ngates: {{mrr: yes}}\n{ONE_CASE}", "gates.mrr: "),
        (f"documents: [f]\ngates: {{mrr: high}}\n{ONE_CASE}", "gates.mrr: "),
    ],
)
def test_a_mistake_in_the_set_names_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    message = mistake(tmp_path, text)
    assert str(tmp_path) in message
    assert words in message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("documents: [f]\ncases: [\n  {id: a", "animals.eval.yaml, line 3: not YAML: "),
        ("documents: [f]\n\tcases: []", "animals.eval.yaml, line 2: not YAML: "),
        ("documents: !!python/object:os.system [f]", "animals.eval.yaml, line 1: not YAML: "),
        ("documents: [2021-02-30]", "animals.eval.yaml: not YAML: day is out of range"),
        ("documents: [\x01]", "animals.eval.yaml: not YAML: "),
    ],
)
def test_broken_yaml_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert place in mistake(tmp_path, text)


@pytest.mark.parametrize("line", ['{"id": "b"', "words"])
def test_a_broken_line_of_a_jsonl_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    good = '{"id": "a", "question": "Q?", "answerable": false}'
    (tmp_path / "c.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")
    assert "c.jsonl, line 2: not a JSON object" in mistake(
        tmp_path, "documents: [f]\ncases: c.jsonl"
    )


def test_a_mistake_in_a_jsonl_names_its_file_line_and_case(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('\n{"id": "b", "question": "Q?", "x": 1}', encoding="utf-8")
    message = mistake(tmp_path, "documents: [f]\ncases: c.jsonl")
    assert f"{tmp_path / 'c.jsonl'}, line 2: case ('b'): x: unknown key" in message


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    case = "{id: fox, question: Q, answerable: false}"
    message = mistake(tmp_path, f"documents: [f]\ncases: [{case}, {case}]")
    assert "case 2 ('fox'): id: an earlier case has the same id" in message


def test_all_mistakes_of_the_cases_are_listed_at_once(tmp_path: Path) -> None:
    message = mistake(tmp_path, "documents: [f]\ncases: [{id: a}, {id: b, question: Q}]")
    assert [line.split(": ")[1] for line in message.splitlines()] == [
        "case 1 ('a')",
        "case 2 ('b')",
    ]


def test_a_file_that_is_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"gone\.eval\.yaml cannot be read: No such file"):
        read_set(tmp_path / "gone.eval.yaml")
    (tmp_path / "bad.eval.yaml").write_bytes(b"documents: [\xff]")
    with pytest.raises(EvaluationSetError, match=r"bad\.eval\.yaml is not UTF-8 at byte 12"):
        read_set(tmp_path / "bad.eval.yaml")
