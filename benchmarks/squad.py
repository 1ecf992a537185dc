"""Reads SQuAD files as documents and questions with the places of their answers."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from rag.documents import load_bytes
from rag.limits import Limits
from rag.types import Document, Span

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Where the data for training and benchmarks lies: beside the project, never in it."""

SQUAD = DATA / "reading" / "squad2_dev_25_articles.json"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the spans of its gold answers, none where it cannot be answered."""

    text: str
    document_id: str
    answers: tuple[Span, ...]


def read_squad(path: Path) -> tuple[list[Document], list[Question]]:
    """Read each article as one document, its paragraphs parted by blank lines."""
    documents, questions = [], []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        text = "\n\n".join(paragraph["context"] for paragraph in article["paragraphs"])
        document = load_bytes(
            text.encode(), source=f"{article['title']}.txt", limits=Limits(max_bytes=100_000_000)
        )
        if document.text != text:
            raise ValueError(f"{article['title']} was changed when it was read")
        documents.append(document)
        questions += _questions(article, document.id)
    return documents, questions


def _questions(article: dict[str, list[dict[str, object]]], document_id: str) -> list[Question]:
    found, offset = [], 0
    for paragraph in article["paragraphs"]:
        for item in paragraph["qas"]:  # type: ignore[attr-defined]
            spans = {
                Span(offset + a["answer_start"], offset + a["answer_start"] + len(a["text"]))
                for a in ([] if item.get("is_impossible") else item["answers"])
            }
            found.append(Question(item["question"], document_id, tuple(sorted(spans))))
        offset += len(str(paragraph["context"])) + 2
    return found


def sample(questions: list[Question], count: int, *, seed: int = 0) -> list[Question]:
    """Draw questions without replacement, the same ones each time."""
    return random.Random(seed).sample(questions, min(count, len(questions)))  # noqa: S311
