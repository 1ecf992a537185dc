"""chunking_evaluation: questions with the places of the excerpts that answer them.

Smith and Troynikov 2024, "Evaluating Chunking Strategies for Retrieval" (Chroma).
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.imports.imported import Imported
from rag.evaluation.imports.records import reading

CORPORA = "corpora"
"""The folder beside the questions that holds the documents."""


def read(paths: Sequence[Path]) -> Imported:
    """Read tables of questions as one set; all corpora are searched, as that set does.

    Every excerpt of a question is evidence to be found. ``type`` is the corpus.

    Raises:
        EvaluationSetError: if a file cannot be read or is in another format.
    """
    documents: dict[str, str] = {}
    cases: list[Case] = []
    left_out: Counter[str] = Counter()
    for path in paths:
        for number, row in enumerate(_rows(path), start=1):
            place = f"{path}, question {number}"
            with reading(place, "chunking_evaluation"):
                corpus = row["corpus_id"]
                name = f"{Path(corpus).name}.md"
                if name not in documents:
                    documents[name] = _corpus(path, name)
                if case := _case(row, documents[name], f"{corpus}-{number}"):
                    cases.append(case)
                else:
                    left_out["an excerpt that is not at its place"] += 1
    return Imported(documents, tuple(cases), dict(left_out))


def _rows(path: Path) -> list[dict[str, str]]:
    with reading(str(path), "chunking_evaluation"), path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _corpus(path: Path, name: str) -> str:
    return (path.parent / CORPORA / name).read_bytes().decode("utf-8")


def _case(row: Mapping[str, str], text: str, id_: str) -> Case | None:
    references = json.loads(row["references"])
    if any(text[r["start_index"] : r["end_index"]] != r["content"] for r in references):
        return None
    name = f"{Path(row['corpus_id']).name}.md"
    quotes = dict.fromkeys(reference["content"].strip() for reference in references)
    return Case(
        id=id_,
        question=row["question"],
        evidence=tuple(Evidence(quote, name) for quote in quotes if quote),
        evidence_rule=EvidenceRule.ALL,
        type=row["corpus_id"],
    )
