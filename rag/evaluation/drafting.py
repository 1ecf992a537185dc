"""Draft a set about a document, for a person to edit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from rag.documents import load_file
from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case
from rag.evaluation.draft_rules import (
    SourceText,
    about_names,
    about_relations,
    near_misses,
    questions,
)
from rag.evaluation.imports.imported import entry
from rag.limits import Limits
from rag.questions import terms

HEADER = """\
# DRAFTS, made by rule from the sentences of the document. None has been read by a person.
# Edit each question so that somebody could ask it who has not seen the text, see that its evidence
# answers it (or, with `answerable: false`, that nothing in the text does), and take out
# `type: draft`. Throw away what is no good question. Then run: python -m rag eval-check {name}
"""


def draft_set(path: Path, out: Path, *, most: int, limits: Limits) -> tuple[Case, ...]:
    """Write a set about the document at ``path``: at most ``most`` drafts of each kind.

    Raises:
        DocumentError: if the document cannot be read.
        EvaluationSetError: if ``out`` is there already or cannot be written, or no rule fits.
    """
    text = SourceText(load_file(path, limits=limits))
    asked = _chosen(questions(text), about_names(text), most)
    misses = _chosen(near_misses(text, asked), about_relations(text), most)
    cases = (*_numbered(asked, "draft"), *_numbered(misses, "draft-none"))
    if not asked:
        raise EvaluationSetError(
            f"No sentence of {path.name} makes a question by rule. Write the cases by hand: "
            "EVALUATE in README.md shows how one looks."
        )
    record = {"documents": [_reference(path, out)], "cases": [entry(case) for case in cases]}
    body = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(HEADER.format(name=out.name) + body)
    except FileExistsError as error:
        raise EvaluationSetError(
            f"{out} is there already and may have been edited. Name another file with --out."
        ) from error
    except OSError as error:
        raise EvaluationSetError(f"{out} cannot be written: {error.strerror}.") from error
    return cases


def _reference(path: Path, out: Path) -> str:
    return Path(os.path.relpath(path.resolve(), out.parent.resolve())).as_posix()


def _chosen(first: Sequence[Case], then: Sequence[Case], most: int) -> list[Case]:
    """Take at most ``most`` cases from all over the document, of the second kind to fill up."""
    distinct: dict[tuple[str, ...], Case] = {}
    for case in first:
        distinct.setdefault(tuple(sorted(terms(case.question))), case)
    chosen = _spread(list(distinct.values()), most)
    for case in then:
        distinct.setdefault(tuple(sorted(terms(case.question))), case)
    return chosen + _spread(list(distinct.values())[len(chosen) :], most - len(chosen))


def _spread(cases: list[Case], most: int) -> list[Case]:
    step = len(cases) / most if most and len(cases) > most else 1.0
    return [cases[int(place * step)] for place in range(min(most, len(cases)))]


def _numbered(cases: Sequence[Case], name: str) -> list[Case]:
    return [replace(case, id=f"{name}-{number:02}") for number, case in enumerate(cases, start=1)]
