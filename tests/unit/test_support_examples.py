"""The examples that the claim checker is trained on."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from rag.types import Span
from training.reader.written import FOLDER as TEXTS
from training.support.examples import changes, examples_of
from training.support.invented import denied, opposite, other_name, other_number
from training.support.sets import LabelledClaim, balanced_accuracy, read_split
from training.support.written import written_claims

TEXT = "In 1931 Anna Keller met Paul Brook. The bridge was old. It had 12 arches and 34 lamps."


def edited(text: str, seed: str, *, supported: bool) -> LabelledClaim:
    share = float(supported)
    return LabelledClaim("summedits", "s", "d", TEXT, text, supported, share, seed)


def test_changed_words_are_found() -> None:
    old, new = "The bridge was old and long.", "The bridge was new and long."
    assert [span.of(new) for span in changes(old, new)] == ["new"]


def test_the_words_of_an_edit_that_made_a_claim_wrong_are_wrong() -> None:
    claim = edited("She met him. It was new.", "She met him. It was old.", supported=False)
    kept, spoiled = examples_of([claim])
    assert (kept.supported, kept.wrong) == (1.0, ())
    assert spoiled.supported == 0.0
    assert spoiled.wrong
    assert [span.of(spoiled.sentence) for span in spoiled.wrong] == ["new"]


def test_the_words_of_a_paraphrase_are_right() -> None:
    (example,) = examples_of([edited("It was aged.", "It was old.", supported=True)])
    assert (example.supported, example.wrong) == (1.0, ())


def test_a_deletion_that_made_a_claim_wrong_has_no_wrong_word() -> None:
    (example,) = examples_of([edited("It was old.", "It was not old.", supported=False)])
    assert (example.supported, example.wrong) == (0.0, None)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (other_number, "It had 12 arches."),
        (other_name, "He met Anna Keller."),
        (denied, "The bridge was long."),
        (opposite, "The bridge was old."),
    ],
)
def test_a_spoiled_sentence_says_which_words_are_wrong(spoil: object, sentence: str) -> None:
    assert callable(spoil)
    spoiled, wrong = spoil(sentence, TEXT, random.Random(0))  # noqa: S311
    assert spoiled != sentence
    assert isinstance(wrong, Span)
    assert sentence.replace(" ", "") != spoiled.replace(" ", "")
    assert wrong.of(spoiled).strip()


def test_the_wrong_words_of_a_written_claim_are_marked(tmp_path: Path) -> None:
    name = next(iter((TEXTS / "documents").glob("*.txt"))).stem
    true = {"claim": "It was new.", "wrong": []}
    false = {"claim": "It was old and won.", "wrong": ["old", "won"]}
    lines = "\n".join(map(json.dumps, (true, false)))
    (tmp_path / f"{name}.jsonl").write_text(lines)
    first, second = written_claims(tmp_path)
    assert (first.sentence, first.supported, first.wrong) == ("It was new.", 1.0, ())
    assert second.supported == 0.0
    assert second.wrong == (Span(7, 10), Span(15, 18))
    assert second.document == (TEXTS / "documents" / f"{name}.txt").read_text(encoding="utf-8")


def test_each_written_claim_is_told_once_and_half_are_true() -> None:
    claims = list(written_claims())
    assert len({(claim.document, claim.sentence) for claim in claims}) == len(claims)
    assert 0.4 < sum(claim.supported for claim in claims) / len(claims) < 0.6


def test_no_document_is_in_two_parts(tmp_path: Path) -> None:
    folder = tmp_path / "support"
    folder.mkdir()
    (folder / "wice_claims_dev.jsonl").write_text("")
    (folder / "frank_valid.jsonl").write_text("")
    records = [
        {"doc": f"Text {n // 3}.", "summary": f"{n}", "label": n % 2, "original_summary": ""}
        for n in range(60)
    ]
    (folder / "summedits_x.json").write_text(json.dumps(records))
    split = read_split(tmp_path)
    parts = [{claim.group for claim in part} for part in (split.training, split.fitting)]
    parts.append({claim.group for claim in split.held_out})
    assert sum(map(len, parts)) == len(set.union(*parts)) == 20
    assert len(parts[2]) >= 5
    assert read_split(tmp_path) == split


def test_balanced_accuracy_counts_both_labels_the_same() -> None:
    assert balanced_accuracy([True, False, False, False], [True] * 4) == 0.5
    assert balanced_accuracy([True, False], [True, False]) == 1.0
