"""Read ``*.eval.yaml`` files; whatever is unknown or contradictory in them is refused by name."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, EvaluationSet
from rag.evaluation.entries import CaseEntry, EvidenceEntry, SetEntry


@dataclass(frozen=True, slots=True)
class _RawCase:
    """A case as the file has it, with the words that lead a reader to it."""

    place: str
    entry: Any

    @property
    def label(self) -> str:
        named = isinstance(self.entry, dict) and "id" in self.entry
        return f"{self.place} ({self.entry['id']!r})" if named else self.place


def read_set(path: Path) -> EvaluationSet:
    """Read an evaluation set and check all of it but its gold quotes.

    Raises:
        EvaluationSetError: if the file cannot be read or has a mistake; every mistake of the
            cases is listed, each with file, case and key.
    """
    entry = _set_entry(path)
    cases: dict[str, Case] = {}
    mistakes: list[str] = []
    for raw in _raw_cases(path, entry.cases):
        try:
            case = CaseEntry.model_validate(raw.entry).to_case()
        except ValidationError as error:
            mistakes += [f"{raw.label}: {mistake}" for mistake in _mistakes(error, CaseEntry)]
            continue
        if case.id in cases:
            mistakes.append(f"{raw.label}: id: an earlier case has the same id")
        cases[case.id] = case
    if mistakes:
        raise EvaluationSetError("\n".join(mistakes))
    if not cases:
        raise EvaluationSetError(f"{path}: cases: there is none; give at least one")
    documents = tuple(path.parent / document for document in entry.documents)
    return EvaluationSet(path, documents, entry.gates, tuple(cases.values()))


def _set_entry(path: Path) -> SetEntry:
    try:
        loaded = yaml.safe_load(_read(path))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise EvaluationSetError(f"{path}, line {line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise EvaluationSetError(f"{path}: not YAML: {error}") from error
    try:
        return SetEntry.model_validate(loaded)
    except ValidationError as error:
        mistakes = [f"{path}: {mistake}" for mistake in _mistakes(error, SetEntry)]
        raise EvaluationSetError("\n".join(mistakes)) from error


def _raw_cases(path: Path, cases: object) -> Iterator[_RawCase]:
    """Yield the cases as they stand, from the set itself or from the .jsonl that it names."""
    if isinstance(cases, list):
        for number, entry in enumerate(cases, start=1):
            yield _RawCase(f"{path}: case {number}", entry)
    elif isinstance(cases, str):
        yield from _json_lines(path.parent / cases)
    else:
        raise EvaluationSetError(f"{path}: cases: give a list of cases, or a path to a .jsonl")


def _json_lines(path: Path) -> Iterator[_RawCase]:
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if line.strip():
            place = f"{path}, line {number}"
            try:
                yield _RawCase(f"{place}: case", json.loads(line))
            except ValueError as error:
                raise EvaluationSetError(f"{place}: not a JSON object: {error}") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvaluationSetError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvaluationSetError(f"{path} is not UTF-8 at byte {error.start}") from error


def _mistakes(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Yield each mistake as a sentence that begins with its key."""
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            known = EvidenceEntry if len(item["loc"]) > 1 else model
            yield f"{key}: unknown key; the keys are {', '.join(known.model_fields)}"
        elif item["type"] in ("missing", "gate", "answer", "case"):
            yield f"{key}: {item['msg']}" if key else item["msg"]
        else:
            yield f"{key or 'the whole'}: {item['msg']}, not {reprlib.repr(item['input'])}"
