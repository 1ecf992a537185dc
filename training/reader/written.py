"""Reads the questions written for training: evaluation sets over texts of our own.

Their questions are what public reading sets have few of: facts asked in other words than the
text's, explanations, lists, and near misses that the text does not answer. Each is read with the
chunks of its text as the product cuts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document
from rag.questions import terms
from rag.types import BlockKind, Span
from training.reader.examples import Example
from training.reader.questions import Asked, example_of, of_set

FOLDER = Path(__file__).parent / "written"
WRONG_CHUNKS = 2
"""How many chunks that do not answer are read with each question."""


def read_written(folder: Path = FOLDER) -> Iterator[Example]:
    """Yield each question with the chunks that answer it and the likest that do not."""
    for path in sorted(folder.glob("*.eval.yaml")):
        questions = of_set(path)
        chunks = [
            chunk.span
            for chunk in chunk_document(
                questions[0].document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP
            )
            if chunk.kind is BlockKind.BODY
        ]
        for asked in questions:
            yield from _examples(asked, chunks)


def _examples(asked: Asked, chunks: Sequence[Span]) -> Iterator[Example]:
    wrong = []
    for chunk in chunks:
        if any(chunk.contains(quote) for quote in asked.evidence):
            yield example_of(asked, chunk)
        elif not any(chunk.overlap(quote) for quote in asked.evidence):
            wrong.append(chunk)
    known = set(terms(asked.question))
    likest = sorted(wrong, key=lambda c: -len(known & set(terms(c.of(asked.document.text)))))
    for chunk in likest[:WRONG_CHUNKS]:
        yield example_of(asked, chunk)
