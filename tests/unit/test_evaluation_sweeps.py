"""A sweep runs every combination of settings once and marks the best of each measure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from evaluation_fakes import FOX, Opener, quoting

from rag.cli import main
from rag.cli.outcomes import MISUSED, OK
from rag.documents import load_bytes
from rag.errors import SettingsError
from rag.evaluation.report import Report
from rag.evaluation.runner import OpenAsker, run_sets
from rag.evaluation.sweeps import (
    Combination,
    KeptLibraries,
    parse_axis,
    sweep,
    sweep_record,
    sweep_table,
)
from rag.library import AddOutcome, Library
from rag.limits import Limits
from rag.settings import Settings
from rag.types import Document

SETTINGS = Settings()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    Path("fox.txt").write_text(FOX, encoding="utf-8")
    Path("s.eval.yaml").write_text(
        "documents: [fox.txt]\ngates: {evidence_recall: 1.0}\ncases:\n"
        "  - {id: a, question: Who jumps, evidence: [brown fox]}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("chunk_tokens=128,256,512", ("chunk_tokens", (128, 256, 512))),
        ("k=4,8", ("top_k", (4, 8))),
        (" top_k = 4 , 4,", ("top_k", (4,))),
        ("strict=0,1", ("strict", (False, True))),
        ("model=extractive,openai:m:8b", ("model", ("extractive", "openai:m:8b"))),
    ],
)
def test_values_are_read_as_the_environment_gives_them(
    text: str, axis: tuple[str, tuple[object, ...]]
) -> None:
    assert parse_axis(text, SETTINGS) == axis


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chunk_token=1", "There is no setting 'chunk_token' to sweep. Did you mean chunk_tokens?"),
        ("kk=1", "There is no setting 'kk' to sweep. Did you mean k?"),
        ("home=a", "There is no setting 'home' to sweep. Did you mean"),
        ("k=0", "--sweep top_k=0 is impossible. Input should be greater than or equal to 1."),
        ("chunk_tokens=many", "--sweep chunk_tokens=many is impossible. Input should be a valid"),
        ("k", "--sweep 'k' gives no values. Write it as --sweep chunk_tokens=128,256."),
        ("k=", "--sweep 'k=' gives no values."),
    ],
)
def test_a_sweep_that_cannot_be_is_one_sentence(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "s.eval.yaml", "--sweep", text]) == MISUSED
    assert capsys.readouterr().err.startswith(f"pincite: {message}")


def test_a_setting_swept_twice_is_refused() -> None:
    axes = [parse_axis("k=1", SETTINGS), parse_axis("top_k=2", SETTINGS)]
    with pytest.raises(SettingsError, match="--sweep top_k is given twice"):
        list(sweep(axes, SETTINGS, lambda settings, open_asker: []))


def test_every_combination_runs_once_the_last_axis_fastest() -> None:
    opener, ran = Opener(quoting("Who jumps", "brown fox")), []

    def run(settings: Settings, open_asker: OpenAsker) -> Sequence[Report]:
        ran.append((settings.chunk_tokens, settings.top_k))
        return run_sets([Path("s.eval.yaml")], settings, open_asker=opener)

    axes = [parse_axis("chunk_tokens=128,256", SETTINGS), parse_axis("k=4,8", SETTINGS)]
    combinations = list(sweep(axes, SETTINGS, run))
    assert ran == [(128, 4), (128, 8), (256, 4), (256, 8)]
    assert combinations[1].settings == {"chunk_tokens": 128, "top_k": 8}
    assert combinations[1].measures["retrieval_recall@8"] == 1.0
    assert sweep_record(combinations)["sweep"][3]["settings"] == {"chunk_tokens": 256, "top_k": 8}


def test_a_library_is_filled_once_for_each_index_and_set_of_documents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = load_bytes(FOX.encode(), source="fox.txt", limits=Limits(max_bytes=10**6))
    outcomes: list[tuple[int | None, AddOutcome]] = []
    add = Library.add

    def watched(library: Library, added: Document) -> AddOutcome:
        outcomes.append((library.cut.tokens, add(library, added)))
        return outcomes[-1][1]

    monkeypatch.setattr(Library, "add", watched)
    with KeptLibraries() as libraries:
        for tokens, top_k in ((64, 4), (64, 8), (128, 4)):
            settings = SETTINGS.model_copy(update={"chunk_tokens": tokens, "top_k": top_k})
            with libraries.open(settings, [document]) as asker:
                assert asker.ask("Who jumps over the dog?").passages
    assert outcomes == [
        (64, AddOutcome.ADDED),
        (64, AddOutcome.UNCHANGED),
        (128, AddOutcome.ADDED),
    ]


def test_the_table_marks_the_best_and_leaves_out_what_nothing_measures() -> None:
    rows = [
        Combination({"top_k": 4}, {"mrr": 0.5, "retrieval_recall@4": 1.0, "latency_p50_ms": 9.0}),
        Combination({"top_k": 8}, {"mrr": 0.7, "retrieval_recall@8": 1.0, "latency_p50_ms": 9.5}),
        Combination({"top_k": 9}, {"mrr": 0.7, "answer_f1": None, "latency_p50_ms": 12.0}),
    ]
    assert sweep_table(rows).splitlines() == [
        "top_k     mrr  retrieval_recall@4  retrieval_recall@8  latency_p50_ms",
        "    4  0.500               1.000                   –             9.0*",
        "    8  0.700*                  –               1.000             9.5",
        "    9  0.700*                  –                   –            12.0",
    ]


def test_the_command_prints_one_table_and_looks_at_no_gate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["eval", "s.eval.yaml", "s.eval.yaml", "--sweep", "k=1,2", "--json", "sweep.json"]
    assert main(arguments) == OK
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["top_k", "quote_exactness", "retrieval_recall@1"]
    assert (first.split()[0], second.split()[0]) == ("1", "2")
    record = json.loads(Path("sweep.json").read_text(encoding="utf-8"))
    assert [each["settings"] for each in record["sweep"]] == [{"top_k": 1}, {"top_k": 2}]


def test_a_sweep_is_not_graded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "s.eval.yaml", "--sweep", "k=1", "--rubric", "openai:m"]) == MISUSED
    assert "A sweep is not graded." in capsys.readouterr().err
