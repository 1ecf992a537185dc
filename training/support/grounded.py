"""Sentences of answers that were written from quoted evidence: true ones, and spoiled ones.

The answers of CLAPnq and QuoteSum were written by people from the sentences that they marked, as a
chat model is asked to. Nothing is trained on them: they set the product's threshold.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.grounds import Grounds
from rag.wording import sentences_of
from training.support.invented import SPOILERS

_QUOTED = re.compile(r"\[ ?(\d) (.*?) ?\]")
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class GroundedClaim:
    """A sentence, what it may draw on, and whether it is as its writer left it."""

    source: str
    claim: str
    grounds: Grounds
    true: bool


def grounded_claims(data: Path, *, seed: int = 4) -> list[GroundedClaim]:
    """Read the true sentences, and spoil each where one of the ways to do so applies."""
    draw = random.Random(seed)  # noqa: S311
    claims = []
    for source, claim, grounds in [*_clapnq(data), *_quotesum(data)]:
        claims.append(GroundedClaim(source, claim, grounds, true=True))
        for spoil in draw.sample(SPOILERS, len(SPOILERS)):
            if spoiled := spoil(claim, grounds.text, draw):
                claims.append(GroundedClaim(source, spoiled[0], grounds, true=False))
                break
    return claims


Written = tuple[str, str, Grounds]


def _clapnq(data: Path) -> Iterator[Written]:
    path = data / "grounded" / "clapnq_answerable_half.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        about = f"{record['input']}\n{record['passages'][0]['title']}"
        for output in record["output"]:
            sentences = tuple(map(_joined, output["selected_sentences"]))
            grounds = Grounds(sentences, "\n".join(sentences), about)
            for sentence in sentences_of(output["answer"]):
                if len(sentence.split()) >= _LEAST_WORDS:
                    yield "clapnq", sentence, grounds


def _joined(sentence: str) -> str:
    """Undo the spaces around punctuation that its tokenizer left."""
    return re.sub(r" (?=[.,;:!?)'’])|(?<=\() ", "", sentence)


def _quotesum(data: Path) -> Iterator[Written]:
    path = data / "grounded" / "quotesum_half.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        used = sorted({number for number, _ in _QUOTED.findall(record["summary"])})
        texts = tuple(f"{record[f'title{n}']}. {record[f'source{n}']}" for n in used)
        grounds = Grounds((), "\n".join(texts), record["question"])
        for sentence in sentences_of(_QUOTED.sub(r"\2", record["summary"])):
            if used and len(sentence.split()) >= _LEAST_WORDS:
                yield "quotesum", sentence, grounds
