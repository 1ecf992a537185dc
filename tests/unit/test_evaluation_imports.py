"""Public sets become ours: their evidence as words of documents, and what is lost is counted."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main
from rag.cli.outcomes import MISUSED, OK
from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.checking import check_set
from rag.evaluation.imports import FORMATS, Imported
from rag.evaluation.imports.imported import file_name, unique, write_set
from rag.evaluation.imports.squad import read_squad
from rag.evaluation.set_files import read_set
from rag.limits import Limits
from rag.types import Span

LIMITS = Limits(max_bytes=10**6)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))


def lines(*records: Mapping[str, Any]) -> Path:
    path = Path("records.jsonl")
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


def squad(*paragraphs: tuple[str, Sequence[Mapping[str, Any]]], title: str = "The wall") -> Path:
    data = [{"title": title, "paragraphs": [{"context": c, "qas": q} for c, q in paragraphs]}]
    path = Path("squad.json")
    path.write_text(json.dumps({"version": "v2.0", "data": data}), encoding="utf-8")
    return path


def question(id_: str, text: str, *answers: tuple[str, int]) -> dict[str, Any]:
    marked = [{"text": words, "answer_start": start} for words, start in answers]
    return {"id": id_, "question": text, "answers": marked, "is_impossible": not marked}


WALL = "Ada paid. The wall was raised in 1934 by Carl, in 1934."


def test_squad_becomes_sentences_that_hold_an_answer_and_unanswerable_cases() -> None:
    path = squad(
        (WALL, [question("a", "When?", ("in 1934", 30), ("1934", 33)), question("b", "Why?")]),
        ("It fell.", [question("a", "What fell?", ("It", 0))]),
    )
    imported = FORMATS["squad"]([path])
    assert imported.documents == {"The_wall.txt": f"{WALL}\n\nIt fell."}
    sentence = "The wall was raised in 1934 by Carl, in 1934."
    when, why, what = imported.cases
    assert when == Case(
        id="a",
        question="When?",
        answers=("in 1934", "1934"),
        evidence=(Evidence(sentence, "The_wall.txt"),),
        type="The wall",
    )
    assert (why.answerable, why.evidence) == (False, ())
    assert (what.id, what.evidence[0].quote) == ("a-2", "It fell.")


def test_an_answer_without_words_is_left_to_its_evidence() -> None:
    imported = FORMATS["squad"](
        [squad(("The end.", [question("a", "Which article?", ("The", 0))]))]
    )
    assert (imported.cases[0].answers, len(imported.cases[0].evidence)) == ((), 1)


def test_squad_knows_where_each_paragraph_begins_and_what_most_people_marked() -> None:
    marks = [("Ada", 0), ("wall", 14), ("wall", 14)]
    (article,) = read_squad(squad((WALL, [question("a", "Q?", *marks)]), (WALL, [])))
    first, second = article.paragraphs
    assert second.start == len(WALL) + 2 == article.text.rindex("Ada")
    assert first.questions[0].answers == (Span(14, 18), Span(0, 3))


def clapnq(id_: str, selected: list[str], answer: str) -> dict[str, Any]:
    passage = {"title": "Ox/en", "sentences": ["An ox pulls . ", "It is strong .", "It eats hay ."]}
    output = [{"answer": answer, "selected_sentences": selected}]
    return {"id": id_, "input": f"question {id_}", "passages": [passage], "output": output}


def test_clapnq_asks_each_question_of_its_own_passage() -> None:
    path = lines(
        clapnq("1", ["An ox pulls .", "It eats hay ."], "It pulls."),
        clapnq("2", [], ""),
        clapnq("3", [], "Somebody wrote this, and selected nothing."),
    )
    imported = FORMATS["clapnq"]([path])
    first, second = imported.cases
    assert imported.documents[first.document] == "An ox pulls . It is strong . It eats hay ."
    assert first.evidence == (Evidence("An ox pulls ."), Evidence("It eats hay ."))
    assert (first.answers, first.evidence_rule) == ((), EvidenceRule.ANY)
    assert (second.answerable, second.document) == (False, "Ox_en_2.txt")
    assert imported.left_out == {"an answer, but no sentence selected": 1}


def test_quotesum_makes_one_case_of_a_question_that_several_people_answered() -> None:
    record = {
        "qid": "q/1",
        "question": "which album?",
        "source1": "One was made. It is called Red.",
        "short_ans_1": "Red",
        "source2": "Nothing here.",
        "short_ans_2": "",
        "source3": "Later came Blue! It sold.",
        "short_ans_3": "Blue",
    }
    nothing = {"qid": "q2", "question": "what?", "source1": "A text.", "short_ans_1": "Green"}
    imported = FORMATS["quotesum"]([lines(record, record, nothing)])
    (case,) = imported.cases
    assert case.answers == ("Red", "Blue")
    assert [e.quote for e in case.evidence] == ["It is called Red.", "Later came Blue!"]
    assert (case.type, case.document) == ("2 sources", "q_1.txt")
    assert imported.documents["q_1.txt"].count("\n\n") == 2
    assert imported.left_out == {"no source that holds its short answer": 1}


def mtrag(turn: int, answerability: str, **contexts: str) -> dict[str, Any]:
    turns = [
        {"speaker": s, "text": f"{s} {n}"} for n in range(1, turn + 1) for s in ("user", "agent")
    ]
    return {
        "task_id": f"c<::>{turn}",
        "input": turns[:-1],
        "contexts": [{"document_id": name, "text": text} for name, text in contexts.items()],
        "answerability": [answerability],
        "Multi-Turn": ["Follow-up" if turn > 1 else "N/A"],
    }


def test_mtrag_asks_the_users_earlier_questions_first() -> None:
    path = lines(
        mtrag(3, "ANSWERABLE", d1="One thing.\r\nIs this. Another."),
        mtrag(1, "UNANSWERABLE", d2="Words of no use."),
        mtrag(2, "UNDERSPECIFIED"),
        mtrag(4, "PARTIAL"),
    )
    imported = FORMATS["mtrag"]([path])
    third, first = imported.cases
    assert (third.history, third.question) == (("user 1", "user 2"), "user 3")
    assert (third.type, first.type) == ("follow-up", "first or on its own")
    assert [e.quote for e in third.evidence] == ["One thing.", "Is this.", "Another."]
    assert {e.document for e in third.evidence} == {"d1.txt"}
    assert (first.answerable, first.evidence) == (False, ())
    assert set(imported.documents) == {"d1.txt", "d2.txt"}
    assert sorted(imported.left_out.values()) == [1, 1]


def table(*rows: tuple[str, str, list[dict[str, Any]]]) -> Path:
    Path("corpora").mkdir()
    Path("corpora/sea.md").write_text("# Sea\n\nThe sea is deep. It is cold.\n", encoding="utf-8")
    with Path("questions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "references", "corpus_id"])
        writer.writerows([q, json.dumps(references), corpus] for q, corpus, references in rows)
    return Path("questions.csv")


def excerpt(content: str, start: int) -> dict[str, Any]:
    return {"content": content, "start_index": start, "end_index": start + len(content)}


def test_chunking_wants_every_excerpt_and_leaves_out_what_is_not_at_its_place() -> None:
    path = table(
        ("How?", "sea", [excerpt("The sea is deep.", 7), excerpt("It is cold.", 24)]),
        ("Why?", "sea", [excerpt("The sea is deep.", 8)]),
    )
    imported = FORMATS["chunking"]([path])
    (case,) = imported.cases
    assert (case.evidence_rule, case.type, case.id) == (EvidenceRule.ALL, "sea", "sea-1")
    assert case.evidence[1] == Evidence("It is cold.", "sea.md")
    assert imported.left_out == {"an excerpt that is not at its place": 1}


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_a_file_of_another_format_is_refused_by_name(format_name: str) -> None:
    Path("other").write_text('{"words": 1}\n', encoding="utf-8")
    if format_name == "chunking":
        Path("other").write_text("words\n1\n", encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=r"^other.* is not in the format of .*has no key"):
        FORMATS[format_name]([Path("other")])
    with pytest.raises(EvaluationSetError, match="gone cannot be read: No such file"):
        FORMATS[format_name]([Path("gone")])


def test_a_broken_line_is_named() -> None:
    Path("broken").write_text('{"id": 1}\n\n[]\n', encoding="utf-8")
    with pytest.raises(EvaluationSetError, match="broken, line 1 is not in the format of CLAPnq"):
        FORMATS["clapnq"]([Path("broken")])
    with pytest.raises(EvaluationSetError, match="is not in the format of SQuAD: Expecting"):
        FORMATS["squad"]([lines()])


def imported(count: int, text: str = "Words of it.") -> Imported:
    cases = [Case(f"c{n}", f"What {n}?", evidence=(Evidence(text, "d.txt"),)) for n in range(count)]
    return Imported(
        {"d.txt": "Words of it. And more."}, (*cases, Case("n", "No?", answerable=False)), {}
    )


@pytest.mark.parametrize("count", [1, 60])
def test_what_is_written_loads_and_has_nothing_wrong(count: int) -> None:
    path = Path("out/deep/x.eval.yaml")
    written = write_set(imported(count), path, limits=LIMITS)
    assert read_set(path).cases == written.cases
    assert check_set(path, limits=LIMITS).problems == ()
    assert Path("out/deep/x_documents/d.txt").is_file()
    assert Path("out/deep/x.cases.jsonl").is_file() == (count > 50)


def test_evidence_that_is_not_read_back_is_left_out_and_counted() -> None:
    some = Imported(
        {"d.txt": "A\r\nB."},
        (Case("a", "Q", evidence=(Evidence("A\r\nB", "d.txt"),)), Case("b", "R", answerable=False)),
        {},
    )
    written = write_set(some, Path("x.eval.yaml"), limits=LIMITS)
    assert [case.id for case in written.cases] == ["b"]
    assert written.left_out == {"evidence that is not in its document": 1}
    with pytest.raises(EvaluationSetError, match="No case was read"):
        write_set(Imported(some.documents, some.cases[:1], {}), Path("y.eval.yaml"), limits=LIMITS)
    with pytest.raises(EvaluationSetError, match="cannot be written: "):
        write_set(some, Path("x.eval.yaml/z.eval.yaml"), limits=LIMITS)


def test_a_sample_is_the_same_each_time_and_in_order() -> None:
    drawn = imported(50).sample(10)
    assert drawn == imported(50).sample(10)
    assert [case for case in imported(50).cases if case in drawn.cases] == list(drawn.cases)
    assert len(drawn.cases) == 10
    assert len(imported(3).sample(10).cases) == 4


def test_names_are_files_and_ids_are_distinct() -> None:
    assert file_name("a/b: ‘c’ <::>8") == "a_b_c_8.txt"
    assert file_name("///") == "document.txt"
    assert unique(["a", "b", "a", "a"]) == ["a", "b", "a-2", "a-3"]


def test_the_command_imports_samples_and_says_what_it_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = squad((WALL, [question(str(n), f"Why {n}?", ("Ada", 0)) for n in range(5)]))
    arguments = ["eval-import", "squad", str(path), "--out", "wall.eval.yaml"]
    assert main([*arguments, "--sample", "2"]) == OK
    assert capsys.readouterr().out == (
        "wall.eval.yaml: 2 cases, 2 of them answerable, about 1 documents\n"
    )
    assert main(["eval-import", "clapnq", str(path), "--out", "x.eval.yaml"]) == MISUSED
    assert "squad.json, line 1 is not in the format of CLAPnq" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["squda", "f", "--out", "x.eval.yaml"], "invalid choice: 'squda'"),
        (["squad", "f", "--out", "x.yaml"], "the name of a set ends in .eval.yaml, not 'x.yaml'"),
        (["squad", "f"], "the following arguments are required: --out"),
        (["squad", "f", "--out", "x.eval.yaml", "--sample", "0"], "a whole number from 1, not '0'"),
    ],
)
def test_a_misused_import_is_told_how(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["eval-import", *arguments])
    assert exit_.value.code == MISUSED
    assert message in capsys.readouterr().err
