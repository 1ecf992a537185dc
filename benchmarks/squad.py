"""Reads SQuAD files as documents and questions with the places of their answers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from rag.documents import load_bytes
from rag.evaluation.imports import squad
from rag.limits import DEFAULT_LIMITS
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
    for article in squad.read_squad(path):
        document = load_bytes(
            article.text.encode(),
            source=f"{article.title}.txt",
            limits=DEFAULT_LIMITS,
        )
        if document.text != article.text:
            raise ValueError(f"{article.title} was changed when it was read")
        documents.append(document)
        questions += _questions(article, document.id)
    return documents, questions


def _questions(article: squad.SquadArticle, document_id: str) -> list[Question]:
    return [
        Question(question.text, document_id, _placed(question.answers, paragraph.start))
        for paragraph in article.paragraphs
        for question in paragraph.questions
    ]


def _placed(answers: tuple[Span, ...], by: int) -> tuple[Span, ...]:
    """Return places in a paragraph as places in its article, in order."""
    return tuple(sorted(Span(answer.start + by, answer.end + by) for answer in answers))


def sample(questions: list[Question], count: int, *, seed: int = 0) -> list[Question]:
    """Draw questions without replacement, the same ones each time."""
    return random.Random(seed).sample(questions, min(count, len(questions)))  # noqa: S311
