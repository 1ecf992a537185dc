"""MTRAG: a turn of a conversation with the passages that its answer was written from.

Katsis et al. 2025, "MTRAG: A Multi-Turn Conversational Benchmark for Evaluating
Retrieval-Augmented Generation Systems", and its later questions that cannot be answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.imports.imported import Imported, file_name
from rag.evaluation.imports.records import json_lines, reading
from rag.sentences import split_sentences
from rag.types import Span

UNANSWERABLE, UNDERSPECIFIED = "UNANSWERABLE", "UNDERSPECIFIED"


def read(paths: Sequence[Path]) -> Imported:
    """Read files as one set: every passage of every turn is a document, and all are searched.

    Evidence is any sentence of the turn's own passages, since the set does not say which of them
    answer. ``type`` is how the turn goes on from those before it. A question that lacks something
    wants to be asked back, which is neither an answer nor a refusal: it is left out.

    Raises:
        EvaluationSetError: if a file cannot be read or is in another format.
    """
    documents: dict[str, str] = {}
    cases: dict[str, Case] = {}
    left_out: Counter[str] = Counter()
    for place, record in json_lines(paths, "MTRAG"):
        with reading(place, "MTRAG"):
            passages = {file_name(p["document_id"]): _text(p["text"]) for p in record["contexts"]}
            documents |= passages
            answerability = record["answerability"]
            if UNDERSPECIFIED in answerability:
                left_out["underspecified, to be asked back"] += 1
            elif UNANSWERABLE not in answerability and not any(passages.values()):
                left_out["answerable, but without a passage"] += 1
            else:
                case = _case(record, {} if UNANSWERABLE in answerability else passages)
                cases[case.id] = case
    return Imported(documents, tuple(cases.values()), dict(left_out))


def _text(text: str) -> str:
    """Return a passage with the line ends that a document has once it is read."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _case(record: Mapping[str, Any], passages: Mapping[str, str]) -> Case:
    asked = [turn["text"].strip() for turn in record["input"] if turn["speaker"] == "user"]
    kinds = [kind.lower() for kind in record.get("Multi-Turn", ()) if kind != "N/A"]
    return Case(
        id=str(record["task_id"]).replace("<::>", "-"),
        question=asked[-1],
        history=tuple(question for question in asked[:-1] if question),
        evidence=tuple(
            Evidence(span.of(text), name)
            for name, text in passages.items()
            for span in split_sentences(text, Span(0, len(text)))
        ),
        answerable=bool(passages),
        type=" and ".join(kinds) or "first or on its own",
    )
