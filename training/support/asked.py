"""Makes claims out of questions and answers: with the answer that a text gives, or another one.

Questions are asked in other words than their text's, so such a claim has to be understood, where
the words of an invented one can be compared.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.types import Span
from training.reader.examples import SHIFTS, read_shifts
from training.reader.examples import Example as Question
from training.reader.mixture import squad_articles
from training.support.examples import Example
from training.support.invented import NAME, NUMBER


def asked_examples(data: Path, *, count: int, seed: int) -> list[Example]:
    """Make so many examples of questions of SQuAD's form, about as many true as false."""
    draw = random.Random(seed)  # noqa: S311
    articles = squad_articles(data, "train")
    for name in SHIFTS:
        articles += read_shifts(data, name)
    questions = [question for article in articles for question in article.examples]
    drawn: list[Example] = []
    for question in draw.sample(questions, len(questions)):
        drawn += _claims(question, draw)
        if len(drawn) >= count:
            break
    return drawn[:count]


def _claims(question: Question, draw: random.Random) -> Iterator[Example]:
    """Yield the claim of the right answer, or that of a wrong one, or none."""
    passage = question.passage
    right = [answer.of(passage) for answer in question.answers]
    if right and draw.random() < 0.5:
        yield _claim(passage, question.question, min(right, key=len), supported=True)
    elif others := _others(passage, question.question, right):
        yield _claim(passage, question.question, draw.choice(others), supported=False)


def _others(passage: str, question: str, right: Sequence[str]) -> list[str]:
    """Return names or numbers of the passage that are neither asked about nor an answer.

    They are of the kind of the answer, where there is one.
    """
    kinds = [NAME, NUMBER]
    if right:
        kinds = [NUMBER if right[0][:1].isdigit() else NAME]
    known = " ".join([question, *right]).casefold()
    found = {text for kind in kinds for text in kind.findall(passage)}
    return sorted(text for text in found if text.casefold() not in known)


def _claim(passage: str, question: str, answer: str, *, supported: bool) -> Example:
    text = f"{question} {answer}"
    wrong = () if supported else (Span(len(question) + 1, len(text)),)
    return Example("asked", passage, text, float(supported), wrong)
