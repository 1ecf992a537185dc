import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from file_makers import lines, make_pdf

from rag.cli import documents, main
from rag.cli.outcomes import FAILED, MISUSED, OK

BRIDGE = "The bridge was designed by Anna Keller. It opened in 1931 after six years of work.\n"


@pytest.fixture(autouse=True)
def _own_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bridge.txt").write_text(BRIDGE)


def test_a_document_is_added_asked_listed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "bridge.txt"]) == OK
    assert main(["add", "bridge.txt"]) == OK
    assert main(["ask", "Who designed the bridge?"]) == OK
    assert main(["list"]) == OK
    assert (
        main(["remove", "bridge.txt", "The Japan-US Alliance During the Biden Administration"])
        == OK
    )
    assert main(["list"]) == OK
    out = capsys.readouterr().out
    assert "1 added, 0 already there, 0 refused" in out
    assert "0 added, 1 already there, 0 refused" in out
    assert "The bridge was designed by Anna Keller. [1]" in out
    assert "(exact)\n    “The bridge was designed by Anna Keller.”" in out
    assert "removed: bridge" in out
    assert out.endswith("The library is empty. Add documents with: python -m rag add FILE\n")


def test_ask_prints_one_record_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", "How do I bake sourdough bread with rye flour?"]) == OK
    record = json.loads(capsys.readouterr().out)
    assert record["status"] == "not_in_sources"
    assert record["citations"] == []
    assert record["passages"][0]["document"] == "japan_us_alliance.txt"
    assert record["latency_ms"] > 0


def test_a_refusal_shows_the_nearest_passages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "How do I bake sourdough bread with rye flour?"]) == OK
    out = capsys.readouterr().out
    assert out.startswith("The sources do not say.\n\nThe nearest passages:")


def test_a_folder_is_added_with_what_can_be_read_and_the_rest_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shelf" / "deep"
    folder.mkdir(parents=True)
    (folder / "notes.md").write_text("# Notes\n\nThe river rose by two metres in spring.\n")
    (folder / "empty.txt").write_text("")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    assert main(["add", "shelf"]) == FAILED
    printed = capsys.readouterr()
    assert "1 added, 0 already there, 1 refused" in printed.out
    assert printed.err.startswith("refused: ")
    assert "empty.txt" in printed.err


def test_a_folder_added_again_replaces_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"The bridge {name} opened in 1931.\n")
    assert main(["add", "shelf"]) == OK
    (folder / "b.txt").write_text("The bridge b was closed in 1999.\n")
    (folder / "copy.txt").write_bytes((folder / "a.txt").read_bytes())
    assert main(["add", "shelf"]) == OK
    assert main(["list"]) == OK
    out = capsys.readouterr().out
    assert "3 added, 0 already there, 0 refused" in out
    assert "0 added, 1 replaced, 3 already there, 0 refused" in out
    assert f"{folder / 'a.txt'} and 1 more" in out
    assert out.count(str(folder / "b.txt")) == 1
    assert main(["remove", "shelf/b.txt", str(folder / "copy.txt")]) == OK
    assert main(["remove", "shelf/a.txt"]) == MISUSED


def test_what_nearly_repeats_another_is_named_and_what_is_many_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_ALIKE", 1)
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("a", "b", "c"):
        text = f"{BRIDGE} It carries four lanes of traffic over the river. Copy {name}."
        (folder / f"{name}.txt").write_text(text)
    assert main(["add", "shelf"]) == OK
    out = capsys.readouterr().out
    assert "%): shelf/b.txt and “a”" in out
    assert "and 1 more that nearly repeat another" in out
    assert "3 added, 0 already there, 0 refused" in out


def test_a_folder_without_readable_files_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nothing").mkdir()
    assert main(["add", "nothing"]) == FAILED
    assert "No file ends in .txt" in capsys.readouterr().err


def test_removing_what_is_not_there_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "nothing.txt"]) == MISUSED
    assert "`python -m rag list`" in capsys.readouterr().err


def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PINCITE_TOPK", "3")
    assert main(["list"]) == MISUSED
    assert capsys.readouterr().err == (
        "pincite: There is no setting PINCITE_TOPK. Did you mean PINCITE_TOP_K?\n"
    )


def test_a_command_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["fly"])
    assert exit_.value.code == MISUSED


@pytest.fixture
def evaluation_set(tmp_path: Path) -> Any:
    path = tmp_path / "bridge.eval.yaml"
    path.write_text(
        "documents: [bridge.txt]\ngates: {evidence_recall: 1.0}\ncases:\n"
        "  - id: designer\n    question: Who designed the bridge?\n"
        "    answers: [Anna Keller]\n    evidence: [designed by Anna Keller]\n"
    )
    return path


def test_an_evaluation_prints_its_measures_and_writes_a_report(
    evaluation_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", str(evaluation_set), "--json", "report.json"]) == OK
    assert "evidence_recall" in capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["measures"]["evidence_recall"] == 1.0
    assert report["cases"][0]["id"] == "designer"
    assert not (tmp_path / "home").exists()


def test_an_evaluation_below_a_gate_fails(
    evaluation_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = evaluation_set.read_text().replace("Who designed the bridge?", "What is rye bread?")
    evaluation_set.write_text(text)
    assert main(["eval", str(evaluation_set)]) == FAILED
    assert "evidence_recall" in capsys.readouterr().err


def test_a_second_process_is_told_that_the_library_is_in_use(tmp_path: Path) -> None:
    from rag.assistant import open_assistant
    from rag.settings import load_settings

    with open_assistant(load_settings(), seeds=False):
        ran = subprocess.run(
            [sys.executable, "-m", "rag", "list"], capture_output=True, text=True, check=False
        )
    assert ran.returncode == MISUSED
    assert "pincite: " in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_citation_of_a_paged_document_says_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "The bridge was designed by Anna Keller."
    (tmp_path / "bridge.pdf").write_bytes(make_pdf([lines("Contents of it."), lines(sentence)]))
    assert main(["add", "bridge.pdf"]) == OK
    assert main(["ask", "Who designed the bridge?"]) == OK
    assert "[1] bridge, p. 2, characters " in capsys.readouterr().out
    assert main(["ask", "--json", "Who designed the bridge?"]) == OK
    record = json.loads(capsys.readouterr().out)
    (citation,) = record["citations"]
    assert (citation["quote"], citation["page"]) == (sentence, 2)
    assert all("page" in p for p in record["passages"] if p["document"] == "bridge.pdf")
    assert not any("page" in p for p in record["passages"] if p["document"] != "bridge.pdf")


def test_an_address_off_the_public_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "http://127.0.0.1:1/article"]) == FAILED
    assert "refused: 127.0.0.1 is not on the public network" in capsys.readouterr().err


def test_no_address_is_fetched_where_that_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PINCITE_ALLOW_URLS", "0")
    assert main(["add", "https://example.org/"]) == FAILED
    assert "PINCITE_ALLOW_URLS=0" in capsys.readouterr().err


def test_a_report_is_written_as_a_page(evaluation_set: Path, tmp_path: Path) -> None:
    assert main(["eval", str(evaluation_set), "--html", "out/report.html"]) == OK
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Who designed the bridge?" in page
    assert "<svg" in page


def test_evaluating_nothing_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval"]) == MISUSED
    assert "name at least one FILE.eval.yaml" in capsys.readouterr().err


def written_report(path: Path, right: int, of: int = 20) -> str:
    cases = [
        {
            "id": f"c{number}",
            "question": "Who?",
            "status": "answered",
            "error": None,
            "scores": {"evidence_recall": float(number < right)},
        }
        for number in range(of)
    ]
    path.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return str(path)


def test_two_reports_are_compared_and_a_significant_loss_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = (written_report(tmp_path / f"{n}.json", n) for n in (20, 8))
    assert main(["eval", "--compare", good, bad]) == FAILED
    assert "lost: 12 cases: c8, c9" in capsys.readouterr().out
    assert main(["eval", "--compare", bad, good]) == OK
    assert main(["eval", "--compare", good, bad, "--tolerance", "0.7"]) == OK


def test_reports_that_cannot_be_compared_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, empty = (written_report(tmp_path / f"{n}.json", 0, n) for n in (1, 0))
    assert main(["eval", "--compare", report, empty]) == MISUSED
    assert "no case in common" in capsys.readouterr().err
    assert main(["eval", "--compare", report, "gone.json"]) == MISUSED
    assert "gone.json cannot be read" in capsys.readouterr().err
