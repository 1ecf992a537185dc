"""Read ``*.eval.yaml`` files; whatever is unknown or contradictory in them is refused by name."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A case that says that it has no answer, and gives ``words`` that would be one."""

    label: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedSet:
    """What is right of a set file, and a sentence for each mistake in it.

    ``labels`` has the words that lead a reader to each case, by its id.
    """

    set: EvaluationSet
    mistakes: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    labels: Mapping[str, str]


def read_set(path: Path) -> EvaluationSet:
    """Read an evaluation set and check all of it but its gold quotes.

    Raises:
        EvaluationSetError: if the file cannot be read or has a mistake; every mistake is listed,
            each with file, case and key.
    """
    parsed = parse_set(path)
    if parsed.mistakes:
        raise EvaluationSetError("\n".join(parsed.mistakes))
    return parsed.set


def parse_set(path: Path) -> ParsedSet:
    """Read what is right of an evaluation set, and list what is wrong.

    Raises:
        EvaluationSetError: if the file cannot be read, or is not YAML.
    """
    return _Parser(path).parse()


class _Parser:
    """Reads one set file, and gathers its mistakes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mistakes: list[str] = []
        self._contradictions: list[Contradiction] = []
        self._labels: dict[str, str] = {}

    def parse(self) -> ParsedSet:
        entry = self._set_entry(_loaded(self._path))
        cases = tuple(self._cases(entry.cases))
        if not cases and not self._mistakes:
            self._mistakes.append(f"{self._path}: cases: there is none; give at least one")
        documents = tuple(self._path.parent / document for document in entry.documents)
        return ParsedSet(
            EvaluationSet(self._path, documents, entry.gates, cases),
            tuple(self._mistakes),
            tuple(self._contradictions),
            self._labels,
        )

    def _set_entry(self, loaded: object) -> SetEntry:
        try:
            return SetEntry.model_validate(loaded)
        except ValidationError as error:
            self._mistakes += [f"{self._path}: {mistake}" for mistake in _mistakes(error, SetEntry)]
            return _salvaged(loaded)

    def _cases(self, cases: object) -> Iterator[Case]:
        for raw in self._raw_cases(cases):
            try:
                case = CaseEntry.model_validate(raw.entry).to_case()
            except ValidationError as error:
                self._mistakes += [f"{raw.label}: {m}" for m in _mistakes(error, CaseEntry)]
                self._contradictions += _contradictions(raw)
                continue
            if case.id in self._labels:
                self._mistakes.append(f"{raw.label}: id: an earlier case has the same id")
                continue
            self._labels[case.id] = raw.label
            yield case

    def _raw_cases(self, cases: object) -> Iterator[_RawCase]:
        """Yield the cases as they stand, from the set itself or from the .jsonl that it names."""
        if isinstance(cases, list):
            for number, entry in enumerate(cases, start=1):
                yield _RawCase(f"{self._path}: case {number}", entry)
        elif isinstance(cases, str):
            yield from self._json_lines(self._path.parent / cases)
        else:
            self._mistakes.append(
                f"{self._path}: cases: give a list of cases, or a path to a .jsonl"
            )

    def _json_lines(self, path: Path) -> Iterator[_RawCase]:
        try:
            lines = _read(path).split("\n")
        except EvaluationSetError as error:
            self._mistakes.append(str(error))
            return
        for number, line in enumerate(lines, start=1):
            place = f"{path}, line {number}"
            try:
                if line.strip():
                    yield _RawCase(f"{place}: case", json.loads(line))
            except ValueError as error:
                self._mistakes.append(f"{place}: not a JSON object: {error}")


def _loaded(path: Path) -> object:
    try:
        return yaml.safe_load(_read(path))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise EvaluationSetError(f"{path}, line {line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise EvaluationSetError(f"{path}: not YAML: {error}") from error


def _salvaged(loaded: object) -> SetEntry:
    """Keep of a set with mistakes what can be checked all the same."""
    raw = loaded if isinstance(loaded, dict) else {}
    listed = raw.get("documents")
    documents = [d for d in listed if isinstance(d, str) and d] if isinstance(listed, list) else []
    return SetEntry.model_construct(
        documents=tuple(documents), gates={}, cases=raw.get("cases", [])
    )


def _contradictions(raw: _RawCase) -> list[Contradiction]:
    entry = raw.entry if isinstance(raw.entry, dict) else {}
    answers = entry.get("answers")
    if entry.get("answerable") is not False or not isinstance(answers, list):
        return []
    return [Contradiction(raw.label, tuple(str(answer) for answer in answers))]


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
