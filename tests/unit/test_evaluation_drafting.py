"""``eval-new`` drafts cases that load, have nothing wrong, and are marked as drafts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.cli import main
from rag.cli.outcomes import MISUSED, OK
from rag.evaluation.cases import Case
from rag.evaluation.checking import check_set
from rag.evaluation.drafting import draft_set
from rag.evaluation.set_files import read_set
from rag.limits import DEFAULT_LIMITS

ROOT = Path(__file__).parents[2]
BRIDGE = (
    "The Old Bridge was designed in brick by Anna Keller. It opened to carts in 1931 after six "
    "years of work.\n\nThe northern ramp was widened in 1958 for the trams. Anna Keller had never "
    "seen it. Peter Lund praised the arches of the bridge in a long speech. Nobody answered him.\n"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    Path("bridge.txt").write_text(BRIDGE, encoding="utf-8")


def drafted(most: int = 12) -> dict[str, Case]:
    cases = draft_set(Path("bridge.txt"), Path("b.eval.yaml"), most=most, limits=DEFAULT_LIMITS)
    assert read_set(Path("b.eval.yaml")).cases == cases
    assert check_set(Path("b.eval.yaml"), limits=DEFAULT_LIMITS).problems == ()
    return {case.question: case for case in cases}


def test_a_statement_is_asked_for_its_subject_and_a_dated_one_for_its_date() -> None:
    cases = drafted()
    who = cases["What was designed in brick by Anna Keller?"]
    assert who.answers == ("The Old Bridge",)
    assert who.evidence[0].quote == "The Old Bridge was designed in brick by Anna Keller."
    assert cases["When was the northern ramp widened for the trams?"].answers == ("1958",)
    assert cases["What happened in 1931?"].evidence[0].quote.startswith("It opened to carts")
    praise = cases["Who or what praised the arches of the bridge in a long speech?"]
    assert praise.answers == ("Peter Lund",)


def test_every_sentence_with_a_name_is_evidence_of_what_is_said_about_it() -> None:
    quotes = drafted()["What does the text say about Anna Keller?"].evidence
    assert [quote.quote for quote in quotes] == [
        "The Old Bridge was designed in brick by Anna Keller.",
        "Anna Keller had never seen it.",
    ]


def test_near_misses_ask_what_no_sentence_speaks_of() -> None:
    misses = [case.question for case in drafted().values() if not case.answerable]
    assert "What happened in 1934?" in misses
    assert "What was designed in brick by Peter Lund?" in misses
    assert any(question.startswith("How much money was spent on") for question in misses)
    Path("b.eval.yaml").unlink()
    Path("bridge.txt").write_text(BRIDGE + "It cost a million crowns.", encoding="utf-8")
    assert not any("money" in question for question in drafted())


def test_every_draft_is_marked_and_the_file_says_what_to_do() -> None:
    assert {case.type for case in drafted().values()} == {"draft"}
    assert Path("b.eval.yaml").read_text(encoding="utf-8").startswith("# DRAFTS, made by rule")


def test_at_most_as_many_of_each_kind_are_drafted_as_asked_for() -> None:
    cases = drafted(most=2).values()
    assert [case.id for case in cases] == ["draft-01", "draft-02", "draft-none-01", "draft-none-02"]


@pytest.mark.parametrize(
    "document",
    [*sorted(ROOT.glob("seeds/*.txt")), *sorted(ROOT.glob("benchmarks/*/documents/*.txt"))],
    ids=lambda path: path.stem,
)
def test_drafts_about_real_texts_load_and_have_nothing_wrong(document: Path) -> None:
    out = Path("deep/set.eval.yaml")
    out.parent.mkdir()
    cases = draft_set(document, out, most=30, limits=DEFAULT_LIMITS)
    assert check_set(out, limits=DEFAULT_LIMITS).problems == ()
    assert sum(case.answerable for case in cases) >= 5
    assert sum(not case.answerable for case in cases) >= 3


def test_the_command_writes_beside_the_document_and_never_over_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["eval-new", "bridge.txt"]) == OK
    assert "drafts with evidence and" in capsys.readouterr().out
    Path("bridge.eval.yaml").write_text("edited", encoding="utf-8")
    assert main(["eval-new", "bridge.txt"]) == MISUSED
    assert capsys.readouterr().err == (
        "pincite: bridge.eval.yaml is there already and may have been edited. "
        "Name another file with --out.\n"
    )
    assert Path("bridge.eval.yaml").read_text(encoding="utf-8") == "edited"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "pincite: There is no file words.txt."),
        ("", "pincite: words.txt has no text."),
        ("nothing here to ask about.", "pincite: No sentence of words.txt makes a question"),
    ],
)
def test_a_document_without_a_question_in_it_is_one_sentence(
    text: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        Path("words.txt").write_text(text, encoding="utf-8")
    assert main(["eval-new", "words.txt"]) == MISUSED
    assert capsys.readouterr().err.startswith(message)
    assert not Path("words.eval.yaml").exists()


def test_a_set_that_cannot_be_written_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval-new", "bridge.txt", "--out", "gone/b.eval.yaml"]) == MISUSED
    assert "gone/b.eval.yaml cannot be written: No such file" in capsys.readouterr().err
