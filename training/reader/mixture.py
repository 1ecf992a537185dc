"""Which examples the reader is trained on, and in what proportion."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from training.reader.augment import (
    neighbours,
    renamed,
    reversed_meaning,
    untidy,
    without_evidence,
)
from training.reader.examples import (
    CALIBRATION,
    HELD_OUT,
    SHIFTS,
    Article,
    Example,
    read_clapnq,
    read_quotesum,
    read_shifts,
    read_squad,
)
from training.reader.written import read_written


def broad(data: Path, *, seed: int) -> list[Example]:
    """Return the shuffled examples of one pass, each drawn anew in its untidiness.

    SQuAD 2.0 counts three times, since only its unanswerable questions were written by people.
    """
    draw = random.Random(seed)  # noqa: S311
    squad = squad_articles(data, "train")
    wiki, reddit, amazon = (read_shifts(data, name) for name in SHIFTS)
    asked = _examples(squad)
    shifted = _examples(wiki)
    told = _examples(reddit) + _examples(amazon)
    chosen = [
        *asked * 3,
        *_part(shifted, 1.4, draw),
        *_part(told, 0.4, draw),
        *_part(without_evidence(shifted + told), 0.2, draw),
        *_part(neighbours(squad + wiki, seed=seed), 0.3, draw),
        *_part(neighbours(amazon, seed=seed), 0.1, draw),
        *_part(renamed(shifted + asked, seed=seed), 0.45, draw),
        *_part(reversed_meaning(shifted + asked + told), 1.0, draw),
        *_part(read_quotesum(data / "grounded" / "quotesum_half.jsonl"), 2.0, draw),
    ]
    for name in ("answerable", "unanswerable"):
        chosen += _part(read_clapnq(data / "grounded" / f"clapnq_{name}_half.jsonl"), 4.0, draw)
    return _untidied(chosen, shifted + asked, draw)


def hard(data: Path, *, seed: int) -> list[Example]:
    """Return the shuffled examples of one pass over what people wrote to be hard to answer."""
    draw = random.Random(seed)  # noqa: S311
    squad = squad_articles(data, "train")
    wiki = read_shifts(data, SHIFTS[0])
    asked = _examples(squad)
    shifted = _examples(wiki)
    chosen = [
        *_part(asked, 1.5, draw),
        *_part(shifted, 0.3, draw),
        *_part(without_evidence(shifted), 0.2, draw),
        *_part(neighbours(squad, seed=seed), 0.3, draw),
        *_part(renamed(shifted + asked, seed=seed), 0.1, draw),
    ]
    return _untidied(chosen, shifted + asked, draw)


def written(data: Path, *, seed: int) -> list[Example]:
    """Return the shuffled examples of one pass over the questions of our own."""
    draw = random.Random(seed)  # noqa: S311
    return _untidied(list(read_written()), _examples(squad_articles(data, "train")), draw)


def _untidied(
    chosen: Sequence[Example], shelf: Sequence[Example], draw: random.Random
) -> list[Example]:
    shuffled = draw.sample(chosen, len(chosen))
    others = sorted({example.passage for example in shelf})
    return [untidy(example, others, draw) for example in shuffled]


def squad_articles(data: Path, part: str) -> list[Article]:
    """Return the SQuAD 2.0 articles to ``train``, to ``calibrate`` or to ``test`` on."""
    articles = read_squad(data / "reading" / "squad2_dev_25_articles.json")
    kept = {"test": HELD_OUT, "calibrate": CALIBRATION}
    if part == "train":
        return [a for a in articles if a.title not in HELD_OUT + CALIBRATION]
    return [a for a in articles if a.title in kept[part]]


def _examples(articles: Iterable[Article]) -> list[Example]:
    return [example for article in articles for example in article.examples]


def _part(examples: Iterable[Example], share: float, draw: random.Random) -> list[Example]:
    """Draw a share of examples; above 1, each is there as often as the share says whole."""
    known = list(examples)
    whole, rest = divmod(share, 1)
    return known * int(whole) + draw.sample(known, int(rest * len(known)))
