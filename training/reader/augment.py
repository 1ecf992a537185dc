"""Makes further examples out of those that people wrote: unanswerable ones, and untidy ones.

SQuAD 2.0's unanswerable questions were written by people to look answerable
(https://arxiv.org/abs/1806.03822); the kinds that they used, another name, another number, an
opposite, are made here by rule, besides passages that lack the evidence.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.questions import terms
from rag.sentences import split_sentences
from rag.types import Span
from training.reader.examples import Article, Example

_NAME = re.compile(r"(?<!^)\b(?:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*|\d[\d,.]*\d|\d)\b")
_OPPOSITES = (
    "first last|largest smallest|highest lowest|most least|more fewer|before after|begin end"
    "|began ended|started stopped|increase decrease|increased decreased|north south|east west"
    "|northern southern|eastern western|early late|earliest latest|old new|oldest newest"
    "|won lost|win lose|support oppose|supported opposed|supporters opponents|allowed forbidden"
    "|accept reject|accepted rejected|gain lose|gained lost|rise fall|rose fell|enter leave"
    "|joined left|public private|internal external|major minor|upper lower|above below|buy sell"
    "|import export|male female|men women|father mother|son daughter|king queen|birth death"
    "|born buried|always never|included excluded|include exclude|strong weak|positive negative"
    "|maximum minimum|longest shortest|best worst|like dislike|good bad|agree disagree"
    "|opened closed|open close|built destroyed|created destroyed|attack defend|victory defeat"
)
_OPPOSITE = {
    a: b
    for pair in _OPPOSITES.split("|")
    for first, second in [pair.split()]
    for a, b in ((first, second), (second, first))
}
_CHROME = (
    "Share this article", "Read more", "Advertisement", "Photo: Getty Images", "Sign up for our"
    " newsletter", "By staff writer", "Published 3 hours ago", "Updated 10:42 GMT", "Comments (12)",
    "Related stories", "Image credit: archive", "Skip to main content", "Follow us", "Print",
    "World", "Opinion", "Last modified on Monday", "This page was last edited in May", "Contents",
)  # fmt: skip


def neighbours(articles: Sequence[Article], *, seed: int) -> Iterator[Example]:
    """Yield questions with the paragraph of their article that is likest but lacks the answer.

    Of a file whose articles have few paragraphs, the paragraphs of all serve.
    """
    draw = random.Random(seed)  # noqa: S311
    shelf = [p for a in articles for p in a.paragraphs]
    for article in articles:
        paragraphs = article.paragraphs
        if not 10 <= len(paragraphs) <= 200:
            paragraphs = tuple(draw.sample(shelf, min(150, len(shelf))))
        words = [set(terms(paragraph)) for paragraph in paragraphs]
        spread = Counter(word for own in words for word in own)
        for example in article.examples:
            if not example.answers:
                continue
            answer = example.answers[0].of(example.passage).casefold()
            asked = set(terms(example.question))
            others = [
                (math.fsum(1 / spread[word] for word in asked & own), draw.random(), paragraph)
                for own, paragraph in zip(words, paragraphs, strict=True)
                if paragraph != example.passage and answer not in paragraph.casefold()
            ]
            if others:
                yield Example(example.question, max(others)[2], (), ())


def without_evidence(examples: Sequence[Example]) -> Iterator[Example]:
    """Yield answerable examples whose passage has lost the sentences that answer."""
    for example in examples:
        passage = example.passage
        kept = [
            span.of(passage)
            for span in split_sentences(passage, Span(0, len(passage)))
            if not any(span.overlap(evidence) for evidence in example.evidence)
        ]
        text = " ".join(kept)
        answers = {answer.of(passage).casefold() for answer in example.answers}
        if len(kept) > 1 and answers and not any(answer in text.casefold() for answer in answers):
            yield replace(example, passage=text, answers=(), evidence=())


def renamed(examples: Sequence[Example], *, seed: int) -> Iterator[Example]:
    """Yield answerable examples whose question names another name or number: now unanswerable.

    Half of the names come from the passage itself, where that is possible: a near miss.
    """
    draw = random.Random(seed)  # noqa: S311
    pool = sorted({name for example in examples for name in _NAME.findall(example.question)})
    for example in examples:
        named = _NAME.findall(example.question)
        if not named or not example.answerable:
            continue
        old = draw.choice(named)
        passage = example.passage.casefold()
        answers = " ".join(answer.of(example.passage) for answer in example.answers)
        near = _NAME.findall(example.passage)
        far = [n for n in draw.sample(pool, min(30, len(pool))) if n.casefold() not in passage]
        for names in (near, far) if draw.random() < 0.5 else (far,):
            other = [n for n in names if n not in example.question and n not in answers]
            fit = [n for n in other if n[0].isdigit() == old[0].isdigit()]
            if fit:
                question = example.question.replace(old, draw.choice(fit))
                yield replace(example, question=question, answers=(), evidence=())
                break


def reversed_meaning(examples: Sequence[Example]) -> Iterator[Example]:
    """Yield answerable examples whose question asks for the opposite: now unanswerable.

    Left out where the passage has the opposite too, since then it may answer.
    """
    for example in examples:
        words = re.findall(r"\w+", example.question)
        for word in words:
            other = _OPPOSITE.get(word)
            if other and other not in example.passage.casefold() and example.answerable:
                question = re.sub(rf"\b{word}\b", other, example.question, count=1)
                yield replace(example, question=question, answers=(), evidence=())
                break


def untidy(example: Example, others: Sequence[str], draw: random.Random) -> Example:
    """Return an example as it may look in use: typing errors, page chrome, a strange passage."""
    chance = draw.random()
    if chance < 0.06:
        return replace(example, question=_mistyped(example.question, draw))
    if chance < 0.12:
        return replace(example, question=example.question.rstrip("?"))
    if chance < 0.20:
        lines = draw.sample(_CHROME, draw.randint(1, 4))
        return _put_before(example, "\n".join(lines) + "\n\n")
    if chance < 0.32:
        other = draw.choice(others)
        sentences = split_sentences(other, Span(0, len(other)))
        part = other[: sentences[min(len(sentences), draw.randint(1, 3)) - 1].end]
        answers = {answer.of(example.passage).casefold() for answer in example.answers}
        if any(answer in part.casefold() for answer in answers):
            return example
        if draw.random() < 0.5:
            return _put_before(example, part + "\n\n")
        return replace(example, passage=example.passage.rstrip() + "\n\n" + part)
    return example


def _put_before(example: Example, text: str) -> Example:
    by = len(text)
    return replace(
        example,
        passage=text + example.passage,
        answers=tuple(Span(s.start + by, s.end + by) for s in example.answers),
        evidence=tuple(Span(s.start + by, s.end + by) for s in example.evidence),
    )


def _mistyped(question: str, draw: random.Random) -> str:
    letters = list(question)
    for _ in range(draw.randint(1, 2)):
        at = draw.randrange(1, max(2, len(letters) - 1))
        match draw.randrange(3):
            case 0:
                letters[at - 1 : at + 1] = letters[at - 1 : at + 1][::-1]
            case 1:
                del letters[at : at + 1]
            case _:
                letters.insert(at, draw.choice("etaoinsr"))
    return "".join(letters)
