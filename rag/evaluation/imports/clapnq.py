"""CLAPnq: a passage cut into sentences, those that answer selected, or none.

Rosenthal et al. 2024, "CLAPnq: Cohesive Long-form Answers from Passages in Natural Questions for
RAG systems".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.imports.imported import Imported, file_name
from rag.evaluation.imports.records import json_lines, reading


def read(paths: Sequence[Path]) -> Imported:
    """Read files as one set; each question is asked of its own passage, the set's gold setting.

    Evidence is any sentence that somebody selected. The long answers are no words to look for in
    an answer, and are not taken over.

    Raises:
        EvaluationSetError: if a file cannot be read or is in another format.
    """
    documents: dict[str, str] = {}
    cases: dict[str, Case] = {}
    lost = 0
    for place, record in json_lines(paths, "CLAPnq"):
        with reading(place, "CLAPnq"):
            name = file_name(f"{record['passages'][0]['title']} {record['id']}")
            documents[name] = " ".join(_sentences(record))
            case = _case(record, name)
            if not case.evidence and any(output["answer"] for output in record["output"]):
                lost += 1
            else:
                cases[case.id] = case
    left_out = {"an answer, but no sentence selected": lost} if lost else {}
    return Imported(documents, tuple(cases.values()), left_out)


def _sentences(record: Mapping[str, Any]) -> list[str]:
    return [s.strip() for s in record["passages"][0]["sentences"] if s.strip()]


def _case(record: Mapping[str, Any], document: str) -> Case:
    selected = {s.strip() for output in record["output"] for s in output["selected_sentences"]}
    evidence = tuple(Evidence(s) for s in dict.fromkeys(_sentences(record)) if s in selected)
    return Case(
        id=str(record["id"]),
        question=record["input"],
        evidence=evidence,
        answerable=bool(evidence),
        document=document,
    )
