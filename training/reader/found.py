"""Makes groups to train on: a question with the passages that the product finds for it.

A passage alone says whether it answers; a group says too that its evidence must come before every
sentence of the others, and whether the whole document answers. Of each group, what misleads the
shipped reader most is kept, and what it has no doubt of is left out.
"""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rag.cross_encoder import Tokens
from rag.embedding import load_embedding_model
from rag.evidence import passage_text
from rag.library import Library
from rag.reader import Reader
from rag.retrieval import READ, HybridRetriever
from rag.types import Passage
from training.packed import GROUPS, Packed
from training.reader.encoding import encode, pack
from training.reader.examples import SHIFTS, Example, read_shifts
from training.reader.mixture import squad_articles
from training.reader.questions import Asked, example_of, of_article, of_set
from training.reader.tasks import PASSAGE
from training.reader.written import FOLDER

OTHERS = 3
"""How many passages are read beside those that answer: the likeliest."""
CERTAIN = 3.5
"""From here on a question is left out: the margin by which the reader is right, a logit."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How many questions of SQuAD, of our own and of SQuADShifts' Wikipedia; and the seed."""

    squad: int
    own: int
    shifts: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A passage with the best ranks of its sentences that are evidence, and of those that are not.

    ``answers`` is the reader's logit that it answers at all.
    """

    example: Example
    passage: Passage
    right: float
    wrong: float
    answers: float


def found(data: Path, draw: Draw, *, first: int = 0) -> Packed:
    """Pack the groups of a draw of questions, numbered from ``first``.

    ``fused`` has the retriever's score of each passage. Questions that the shipped reader is sure
    of, or whose evidence is not found, are dropped.
    """
    chance = random.Random(draw.seed)  # noqa: S311
    squad = squad_articles(data, "train")
    sets = sorted(FOLDER.glob("*.eval.yaml"))
    wiki = read_shifts(data, SHIFTS[0])
    questions = chance.sample([asked for a in squad for asked in of_article(a)], draw.squad)
    questions += chance.sample([asked for path in sets for asked in of_set(path)], draw.own)
    questions += chance.sample([asked for a in wiki for asked in of_article(a)], draw.shifts)
    groups = list(_groups(questions))
    tokens = Tokens()
    packed = pack([encode(tokens, example, chance) for own, _ in groups for example in own])
    numbers = [number for number, (own, _) in enumerate(groups, first) for _ in own]
    fused = [passage.scores.fused for _, passages in groups for passage in passages]
    examples = {
        **packed.examples,
        GROUPS: np.array(numbers, np.int64),
        "fused": np.array(fused, np.float32),
    }
    return replace(packed, examples=examples)


def _groups(questions: Sequence[Asked]) -> Iterator[tuple[list[Example], list[Passage]]]:
    """Yield the examples of each question that is kept, and their passages."""
    model = load_embedding_model("builtin")
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home), model) as library:
        for document in {asked.document.id: asked.document for asked in questions}.values():
            library.add(document)
        retriever, reader = HybridRetriever(library=library, k=READ), Reader()
        for asked in questions:
            passages = retriever.retrieve(asked.question, document_ids=[asked.document.id])
            examples = [example_of(asked, passage.span) for passage in passages]
            if not asked.evidence or any(example.answerable for example in examples):
                judged = _judged(reader, examples, passages)
                if _margin(judged) < CERTAIN:
                    kept = [each for each in judged if each.example.answerable]
                    kept += [each for each in judged if not each.example.answerable][:OTHERS]
                    yield [each.example for each in kept], [each.passage for each in kept]


def _judged(
    reader: Reader, examples: Sequence[Example], passages: Sequence[Passage]
) -> list[_Judged]:
    """Return what the reader makes of the passages of a question, the likeliest first."""
    texts = [passage_text(passage) for passage in passages]
    judged = []
    for example, passage, text, readings in zip(
        examples, passages, texts, reader.read(examples[0].question, texts), strict=True
    ):
        ranks = {True: -math.inf, False: -math.inf}
        for span, reading in zip(text.sentences, readings, strict=True):
            rank = reading.evidence + PASSAGE * passage.scores.fused
            right = span in example.evidence
            ranks[right] = max(ranks[right], rank)
        answers = max((reading.answers for reading in readings), default=-math.inf)
        judged.append(_Judged(example, passage, ranks[True], ranks[False], answers))
    return sorted(judged, key=lambda each: -max(each.right, each.wrong))


def _margin(judged: Sequence[_Judged]) -> float:
    """Return by how much a group is judged rightly: its order, and whether anything answers."""
    answers = max(each.answers for each in judged)
    if not any(each.example.answerable for each in judged):
        return -answers
    first = max(each.right for each in judged) - max(each.wrong for each in judged)
    return min(first, answers)
