"""Builds training examples from public reading sets; articles are split, never questions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.evaluation.imports import squad
from rag.sentences import split_sentences
from rag.types import Span

HELD_OUT = ("Force", "Huguenot", "Packet_switching", "Southern_California", "Warsaw")
"""Articles of SQuAD 2.0 that are never trained on: every figure is of these."""

CALIBRATION = ("Ctenophora", "Private_school")
"""Articles that only the thresholds are chosen on."""

SHIFTS = ("new_wiki", "reddit", "amazon_reviews")


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a passage, the answer's place (none if unanswerable), and the evidence.

    ``answers`` holds every gold answer; training uses the first. ``spans`` is false where only
    the evidence is known.
    """

    question: str
    passage: str
    answers: tuple[Span, ...]
    evidence: tuple[Span, ...]
    spans: bool = True

    @property
    def answerable(self) -> bool:
        """Say whether the passage answers."""
        return bool(self.evidence)


@dataclass(frozen=True, slots=True)
class Article:
    """One article's examples, in order, and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]
    examples: tuple[Example, ...]


def read_squad(path: Path) -> list[Article]:
    """Read a file in SQuAD's format, versions 1.1 and 2.0."""
    return [_article(article) for article in squad.read_squad(path)]


def read_shifts(data: Path, name: str) -> list[Article]:
    """Read one of the sets ``SHIFTS``."""
    return read_squad(data / "reading" / f"squadshifts_{name}.json")


def _article(article: squad.SquadArticle) -> Article:
    paragraphs = tuple(paragraph.text for paragraph in article.paragraphs)
    examples = tuple(
        _squad_example(question, paragraph.text)
        for paragraph in article.paragraphs
        for question in paragraph.questions
    )
    return Article(article.title, paragraphs, examples)


def _squad_example(question: squad.SquadQuestion, passage: str) -> Example:
    evidence = sentences_with(passage, question.answers[:1])
    return Example(question.text, passage, question.answers, evidence)


def sentences_with(passage: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the sentences that share words with any of the spans."""
    sentences = split_sentences(passage, Span(0, len(passage)))
    return tuple(s for s in sentences if any(s.overlap(span) for span in spans))


def read_clapnq(path: Path) -> Iterator[Example]:
    """Read CLAPnq: passages cut in sentences, those selected are the evidence."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        passage, spans = _joined(item["passages"][0]["sentences"])
        selected = {s for output in item["output"] for s in output["selected_sentences"]}
        texts = item["passages"][0]["sentences"]
        evidence = tuple(span for span, text in zip(spans, texts, strict=True) if text in selected)
        yield Example(item["input"], passage, (), evidence, spans=not evidence)


def _joined(sentences: list[str]) -> tuple[str, list[Span]]:
    """Join sentences by spaces, typography of detached tokens mended; return each one's place."""
    text, spans = "", []
    for sentence in (_attached(s) for s in sentences):
        start = len(text)
        text += sentence + " "
        spans.append(Span(start, start + len(sentence)))
    return text.rstrip(), spans


def _attached(sentence: str) -> str:
    return re.sub(r" ([,.;:!?)'’])|([(]) ", r"\1\2", sentence)


def read_quotesum(path: Path) -> Iterator[Example]:
    """Read QuoteSum: each source with its short answer, or none."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for number in range(1, 9):
            passage, answer = item.get(f"source{number}"), item.get(f"short_ans_{number}")
            if not passage:
                continue
            at = passage.find(answer) if answer else -1
            if answer and at < 0:
                continue
            spans = (Span(at, at + len(answer)),) if answer else ()
            yield Example(item["question"], passage, spans, sentences_with(passage, spans))
