"""Which examples the reader is trained on, and in what proportion."""

from __future__ import annotations

import random
from pathlib import Path

from training.reader.examples import (
    CALIBRATION,
    HELD_OUT,
    SHIFTS,
    Article,
    Example,
    negatives,
    read_clapnq,
    read_quotesum,
    read_squad,
    swapped,
)


def training_examples(data: Path, *, seed: int) -> list[Example]:
    """Return the shuffled examples of one epoch.

    SQuAD 2.0 counts double, since only its unanswerable questions were written by people; of
    Reddit and Amazon, whose questions are of another kind, a part is taken.
    """
    draw = random.Random(seed)  # noqa: S311
    squad = [example for article in squad_articles(data, "train") for example in article.examples]
    chosen = squad * 2
    wiki = [a for name in SHIFTS[:1] for a in read_squad(_shifts(data, name))]
    chosen += _part([e for a in wiki for e in a.examples], 1.0, draw)
    chosen += _part([e for a in wiki for e in negatives(a, seed=seed)], 0.5, draw)
    chosen += _part(list(swapped([e for a in wiki for e in a.examples], seed=seed)), 0.2, draw)
    for name in SHIFTS[1:]:
        articles = read_squad(_shifts(data, name))
        chosen += _part([e for a in articles for e in a.examples], 0.25, draw)
    for name in ("answerable", "unanswerable"):
        chosen += list(read_clapnq(data / "grounded" / f"clapnq_{name}_half.jsonl")) * 3
    chosen += list(read_quotesum(data / "grounded" / "quotesum_half.jsonl"))
    draw.shuffle(chosen)
    return chosen


def squad_articles(data: Path, part: str) -> list[Article]:
    """Return the SQuAD 2.0 articles to ``train``, to ``calibrate`` or to ``test`` on."""
    articles = read_squad(data / "reading" / "squad2_dev_25_articles.json")
    kept = {"test": HELD_OUT, "calibrate": CALIBRATION}
    if part == "train":
        return [a for a in articles if a.title not in HELD_OUT + CALIBRATION]
    return [a for a in articles if a.title in kept[part]]


def _shifts(data: Path, name: str) -> Path:
    return data / "reading" / f"squadshifts_{name}.json"


def _part(examples: list[Example], share: float, draw: random.Random) -> list[Example]:
    return draw.sample(examples, int(share * len(examples)))
