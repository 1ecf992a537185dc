"""QuoteSum: a question, several sources, and in each the words that answer it or none.

Schuster et al. 2023, "SEMQA: Semi-Extractive Multi-Source Question Answering".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.imports.imported import Imported, file_name
from rag.evaluation.imports.records import json_lines, reading
from rag.sentences import split_sentences
from rag.types import Span

MOST_SOURCES = 8
PARTED = "\n\n"


def read(paths: Sequence[Path]) -> Imported:
    """Read files as one set: the sources of a question are one document, which alone is asked.

    Several people wrote an answer to the same question: it is one case. Evidence is any sentence
    that holds a source's short answer; ``type`` is how many sources have one.

    Raises:
        EvaluationSetError: if a file cannot be read or is in another format.
    """
    documents: dict[str, str] = {}
    cases: dict[str, Case] = {}
    for place, record in json_lines(paths, "QuoteSum"):
        with reading(place, "QuoteSum"):
            id_, name = str(record["qid"]), file_name(str(record["qid"]))
            if id_ not in cases:
                documents[name] = PARTED.join(source for source, _ in _sources(record))
                cases[id_] = _case(record, name)
    answerable = tuple(case for case in cases.values() if case.evidence)
    lost = len(cases) - len(answerable)
    left_out = {"no source that holds its short answer": lost} if lost else {}
    return Imported(documents, answerable, left_out)


def _sources(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each source with its short answer, which may be empty."""
    for number in range(1, MOST_SOURCES + 1):
        if source := record.get(f"source{number}"):
            yield source.strip(), (record.get(f"short_ans_{number}") or "").strip()


def _case(record: Mapping[str, Any], document: str) -> Case:
    answering = [(s, a) for s, a in _sources(record) if a and a in s]
    quotes = dict.fromkeys(q for source, answer in answering for q in _holding(source, answer))
    return Case(
        id=str(record["qid"]),
        question=record["question"],
        answers=tuple(dict.fromkeys(answer for _, answer in answering)),
        evidence=tuple(Evidence(quote) for quote in quotes),
        type=f"{len(answering)} sources",
        document=document,
    )


def _holding(source: str, answer: str) -> Iterator[str]:
    start = source.index(answer)
    for span in split_sentences(source, Span(0, len(source))):
        if span.overlap(Span(start, start + len(answer))):
            yield span.of(source)
