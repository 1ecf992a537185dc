"""Reads the questions written for training: evaluation sets over texts of our own.

Their questions are what public reading sets have few of: facts asked in other words than the
text's, explanations, lists, and near misses that the text does not answer. Each is read with the
chunks of its text as the product cuts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document
from rag.evaluation.corpus import load_corpus
from rag.evaluation.gold import GoldCase, occurrences, resolve
from rag.evaluation.set_files import read_set
from rag.limits import Limits
from rag.questions import condense, terms
from rag.types import BlockKind, Document, Span
from training.reader.examples import Example, sentences_with

FOLDER = Path(__file__).parent / "written"
MOST_BYTES = 10**6
WRONG_CHUNKS = 2
"""How many chunks that do not answer are read with each question."""


def read_written(folder: Path = FOLDER) -> Iterator[Example]:
    """Yield each question with the chunks that answer it and the likest that do not."""
    for path in sorted(folder.glob("*.eval.yaml")):
        evaluation_set = read_set(path)
        corpus = load_corpus(evaluation_set, limits=Limits(max_bytes=MOST_BYTES))
        (document,) = corpus.documents
        chunks = [
            chunk.span
            for chunk in chunk_document(document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP)
            if chunk.kind is BlockKind.BODY
        ]
        for gold in resolve(evaluation_set, corpus):
            yield from _examples(document, chunks, gold)


def _examples(document: Document, chunks: list[Span], gold: GoldCase) -> Iterator[Example]:
    question = condense(gold.case.question, list(gold.case.history))
    quotes = [place.span for quote in gold.quotes for place in quote.places]
    wrong = []
    for chunk in chunks:
        held = [quote for quote in quotes if chunk.contains(quote)]
        if held:
            yield _answered(document.text, chunk, question, held, gold.case.answers)
        elif not any(chunk.overlap(quote) for quote in quotes):
            wrong.append(chunk)
    asked = set(terms(question))
    likest = sorted(wrong, key=lambda c: -len(asked & set(terms(c.of(document.text)))))
    for chunk in likest[:WRONG_CHUNKS]:
        yield Example(question, chunk.of(document.text), (), ())


def _answered(
    text: str, chunk: Span, question: str, quotes: list[Span], answers: tuple[str, ...]
) -> Example:
    inside = tuple(Span(q.start - chunk.start, q.end - chunk.start) for q in quotes)
    passage = chunk.of(text)
    words = [
        Span(quote.start + place.start, quote.start + place.end)
        for quote in inside
        for answer in answers
        for place in occurrences(answer, quote.of(passage))
    ]
    evidence = sentences_with(passage, inside)
    return Example(question, passage, tuple(words), evidence, spans=bool(words))
