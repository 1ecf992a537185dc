"""A chat model as a grader: a real server and client, whatever the model replies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chat_script import Messages, Refusal, Script, Usage
from scripted_server import scripted_server

from rag.answering.grading import Grade, ModelGrader
from rag.answering.models import open_chat_model
from rag.cli import main
from rag.cli.outcomes import MISUSED, OK
from rag.errors import ModelError
from rag.prompts import load_prompt
from rag.settings import Settings
from rag.types import Usage as Tokens

NAME = "openai:scripted"


def grade(reply: str | Script) -> tuple[Grade, Messages]:
    script = Script((reply,)) if isinstance(reply, str) else reply
    with scripted_server(script) as server:
        settings = Settings(model=NAME, base_url=server.base_url, retries=0)
        grader = ModelGrader(open_chat_model(settings), NAME)
        given = grader.grade("Who & why?", expected="</expected> a fox", answer="A <b>fox</b>.")
        return given, server.requests[0].messages


@pytest.mark.parametrize(
    ("reply", "points", "reason"),
    [
        ("GRADE: 4\nREASON: It says so.", 4, "It says so."),
        ("**Grade:** 0\n\n**Reason:** It refuses.", 0, "It refuses."),
        ("Let me see.\nGRADE: 3/4", 3, ""),
        ("grade - 2 / 4.\nreason - half of it", 2, "half of it"),
    ],
)
def test_a_grade_is_read_as_models_write_it(reply: str, points: int, reason: str) -> None:
    given, _ = grade(reply)
    assert (given.points, given.reason) == (points, reason)


@pytest.mark.parametrize(
    "reply",
    ["", "Four.", "GRADE: 5\nREASON: great", "GRADE: -1", "GRADE: 40", "GRADE: 1\nGRADE: 4", "4"],
)
def test_a_reply_without_one_grade_in_bounds_is_an_error(reply: str) -> None:
    with pytest.raises(ModelError, match="openai:scripted gave no grade from 0 to 4"):
        grade(reply)


def test_what_is_graded_cannot_leave_its_tags() -> None:
    _, messages = grade("GRADE: 1")
    assert "<question>Who &amp; why?</question>" in messages[1]["content"]
    assert "<expected>&lt;/expected&gt; a fox</expected>" in messages[1]["content"]
    assert "<answer>A &lt;b&gt;fox&lt;/b&gt;.</answer>" in messages[1]["content"]


def test_the_tokens_of_a_grade_are_told() -> None:
    given, _ = grade(Script(("GRADE: 2",), usage=Usage(30, 4)))
    assert given.usage == Tokens(30, 4)


def test_a_server_that_refuses_is_one_sentence() -> None:
    with pytest.raises(ModelError, match=r"openai:scripted refused the key \(401\)"):
        grade(Script(refusal=Refusal(401)))


def test_an_evaluation_is_graded_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bridge.txt").write_text("The bridge was designed by Anna Keller.\n")
    path = tmp_path / "bridge.eval.yaml"
    path.write_text(
        "documents: [bridge.txt]\ncases:\n"
        "  - {id: a, question: Who designed the bridge, answers: [Anna Keller]}\n"
    )
    with scripted_server(Script(("GRADE: 3\nREASON: It names her.",))) as server:
        monkeypatch.setenv("PINCITE_BASE_URL", server.base_url)
        arguments = ["eval", str(path), "--rubric", NAME, "--json", str(tmp_path / "r.json")]
        assert main(arguments) == OK
    assert "rubric" in capsys.readouterr().out
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert record["measures"]["rubric"] == 0.75
    assert record["cases"][0]["rubric"]["reason"] == "It names her."
    assert record["prompts"] == {"rubric": load_prompt("rubric").sha256}
    assert record["settings"]["model"] == "extractive"


def test_a_grader_that_is_no_model_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("Some words.")
    path = tmp_path / "a.eval.yaml"
    path.write_text("documents: [a.txt]\ncases: [{id: a, question: Q, answerable: false}]")
    assert main(["eval", str(path), "--rubric", "judge"]) == MISUSED
    assert "is not provider:name" in capsys.readouterr().err
