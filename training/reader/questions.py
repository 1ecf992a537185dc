"""Questions of whole documents: of SQuAD's articles, and of evaluation sets about one document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.documents import load_bytes
from rag.evaluation.corpus import load_corpus
from rag.evaluation.gold import occurrences, resolve
from rag.evaluation.set_files import read_set
from rag.limits import Limits
from rag.questions import condense
from rag.types import Document, Span
from training.reader.examples import Article, Example, sentences_with

LIMITS = Limits(max_bytes=10**9)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one document: the places of its evidence and of the words that answer.

    Both are none where the document does not answer. ``source`` names the article or the set.
    """

    source: str
    question: str
    document: Document
    evidence: tuple[Span, ...]
    words: tuple[Span, ...]


def of_article(article: Article) -> list[Asked]:
    """Return the questions of an article, whose paragraphs are one document."""
    text = "\n\n".join(article.paragraphs)
    document = load_bytes(text.encode(), source=article.title, limits=LIMITS)
    asked = []
    for example in article.examples:
        at = text.index(example.passage)
        evidence, words = (
            tuple(Span(span.start + at, span.end + at) for span in spans)
            for spans in (example.evidence, example.answers[:1])
        )
        asked.append(Asked(article.title, example.question, document, evidence, words))
    return asked


def of_set(path: Path) -> list[Asked]:
    """Return the questions of an evaluation set, follow-ups standing alone."""
    evaluation_set = read_set(path)
    corpus = load_corpus(evaluation_set, limits=LIMITS)
    (document,) = corpus.documents
    asked = []
    for gold in resolve(evaluation_set, corpus):
        evidence = tuple(place.span for quote in gold.quotes for place in quote.places)
        words = tuple(
            Span(quote.start + place.start, quote.start + place.end)
            for quote in evidence
            for answer in gold.case.answers
            for place in occurrences(answer, quote.of(document.text))
        )
        question = condense(gold.case.question, list(gold.case.history))
        asked.append(Asked(path.name, question, document, evidence, words))
    return asked


def example_of(asked: Asked, passage: Span) -> Example:
    """Return a question with a passage of its document, and what evidence stands whole in that."""
    held = [span for span in asked.evidence if passage.contains(span)]
    words = [span for span in asked.words if any(quote.contains(span) for quote in held)]
    text = passage.of(asked.document.text)
    inside, answers = (
        tuple(Span(span.start - passage.start, span.end - passage.start) for span in spans)
        for spans in (held, words)
    )
    evidence = sentences_with(text, inside)
    return Example(asked.question, text, answers, evidence, spans=bool(answers) or not evidence)
