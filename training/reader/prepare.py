"""Make all that the reader is trained from: ``python -m training.reader.prepare``.

Writes the encoder's weights and the encoded examples into one folder, which can be taken to
another machine: ``training.reader.train`` needs nothing else.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from rag.cross_encoder import Tokens
from training.mpnet import load_weights
from training.packed import GROUPS, Packed, join, save_packed
from training.reader.encoding import encode, pack
from training.reader.examples import SHIFTS, Example, read_shifts
from training.reader.found import Draw, found
from training.reader.mixture import broad, hard, squad_articles, written
from training.reader.train import RUNS
from training.support import encoding as claims
from training.support.asked import asked_examples
from training.support.examples import Example as Claim
from training.support.examples import examples_of
from training.support.invented import claims_of
from training.support.sets import DATA, read_split
from training.support.written import written_claims

Part = TypeVar("Part", Example, Claim)

PART = 2_000  # examples that are encoded at a time
BROAD, HARD, WRITTEN = (7, 8), (8, 9, 10), 11
"""The seeds of the passes over each mixture; of the questions of our own, one pass is made."""
INVENTED = 5
"""How often claims are made out of each paragraph of the reading sets."""
ASKED = 30_000
FOUND = (
    Draw(squad=2_000, own=4_000, shifts=0, seed=13),
    Draw(squad=900, own=2_700, shifts=0, seed=29),
    Draw(squad=1_000, own=3_000, shifts=2_000, seed=41),
)
"""Which questions are read with the passages found for them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--output", type=Path, default=RUNS / "examples")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=SETS, metavar="SET")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    np.savez(options.output / "mpnet.npz", **load_weights())  # type: ignore[arg-type]
    with ProcessPoolExecutor() as pool:
        for name in options.sets:
            packed = join(list(SETS[name](options.data, pool)))
            save_packed(packed, options.output / f"{name}.npz")
            print(f"{name}: {len(packed)} examples", flush=True)


def questions(data: Path) -> list[Example]:
    """Return all passes over the questions, those about one passage together."""
    drawn = [e for seed in BROAD for e in broad(data, seed=seed)]
    drawn += [e for seed in HARD for e in hard(data, seed=seed)]
    return sorted(drawn, key=lambda example: example.passage)


def own_questions(data: Path) -> list[Example]:
    """Return one pass over the questions of our own, those about one passage together."""
    return sorted(written(data, seed=WRITTEN), key=lambda example: example.passage)


def made_claims(data: Path) -> list[Claim]:
    """Return claims made out of the paragraphs of the reading sets, and out of their questions."""
    articles = squad_articles(data, "train")
    for name in SHIFTS:
        articles += read_shifts(data, name)
    paragraphs = sorted({p for article in articles for p in article.paragraphs})
    draw = random.Random(3)  # noqa: S311
    invented = [c for _ in range(INVENTED) for text in paragraphs for c in claims_of(text, draw)]
    made = [*dict.fromkeys(invented), *asked_examples(data, count=ASKED, seed=5)]
    return sorted(made, key=lambda claim: claim.document)


def _parts(examples: Sequence[Part]) -> Iterator[Sequence[Part]]:
    for at in range(0, len(examples), PART):
        yield examples[at : at + PART]


def _questions(examples: Sequence[Example]) -> Packed:
    tokens = Tokens()
    draw = random.Random(examples[0].passage)  # noqa: S311
    return pack([encode(tokens, example, draw) for example in examples])


def _claims(examples: Sequence[Claim]) -> Packed:
    return claims.pack(claims.encode(Tokens(), examples))


def _found(data: Path) -> Iterator[Packed]:
    first = 0
    for draw in FOUND:
        yield (packed := found(data, draw, first=first))
        first = int(packed.examples[GROUPS].max()) + 1


SETS: Mapping[str, Callable[[Path, Executor], Iterable[Packed]]] = {
    "reading": lambda data, pool: pool.map(_questions, _parts(questions(data))),
    "written": lambda data, pool: pool.map(_questions, _parts(own_questions(data))),
    "found": lambda data, _: _found(data),
    "known": lambda data, pool: pool.map(_claims, _parts(examples_of(read_split(data).training))),
    "made": lambda data, pool: pool.map(_claims, _parts(made_claims(data))),
    "claims": lambda data, pool: pool.map(_claims, _parts(list(written_claims()))),
}
"""What packs each set that ``train`` reads."""


if __name__ == "__main__":
    main()
