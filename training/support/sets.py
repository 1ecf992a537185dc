"""Reads the public sets of claims with their documents, and splits them by document."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCES = ("wice", "frank", "summedits")
HELD_OUT, FITTING = 0.28, 0.2
"""Shares of the documents of each set: for the figures, and for fitting the probabilities."""
SEED = 4


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim of one sentence or several, its document, and whether that supports all of it.

    ``share`` is the share of its sentences that are supported, where a set says so. ``seed`` is
    the text that an edited claim was made from, for training alone.
    """

    source: str
    subset: str
    group: str
    document: str
    text: str
    supported: bool
    share: float
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Claims for training, for fitting the probabilities, and for the figures."""

    training: tuple[LabelledClaim, ...]
    fitting: tuple[LabelledClaim, ...]
    held_out: tuple[LabelledClaim, ...]


def read_split(data: Path) -> Split:
    """Read all sets of ``data`` and split each by document, always in the same way."""
    claims = [*_wice(data), *_frank(data), *_summedits(data)]
    groups: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        groups[claim.subset].add(claim.group)
    place: dict[str, int] = {}
    for subset in sorted(groups):
        names = sorted(groups[subset])
        random.Random(f"{SEED} {subset}").shuffle(names)  # noqa: S311
        held_out = -(-len(names) * HELD_OUT // 1)
        fitting = held_out + -(-len(names) * FITTING // 1)
        for number, name in enumerate(names):
            place[name] = 2 if number < held_out else 1 if number < fitting else 0
    training, fitted, kept = (
        tuple(claim for claim in claims if place[claim.group] == part) for part in range(3)
    )
    return Split(training, fitted, kept)


def _wice(data: Path) -> Iterator[LabelledClaim]:
    for record in _lines(data / "support" / "wice_claims_dev.jsonl"):
        supported = record["label"] == "supported"
        yield LabelledClaim(
            source="wice",
            subset="wice",
            group=f"wice {record['meta']['claim_title']}",
            document="\n\n".join(record["evidence"]),
            text=record["claim"],
            supported=supported,
            share=float(supported),
        )


def _frank(data: Path) -> Iterator[LabelledClaim]:
    for record in _lines(data / "support" / "frank_valid.jsonl"):
        yield LabelledClaim(
            source="frank",
            subset=f"frank {record['dataset']}",
            group=f"frank {record['hash']}",
            document=record["article"],
            text=record["summary"],
            supported=record["factuality"] == 1,
            share=record["factuality"],
        )


def _summedits(data: Path) -> Iterator[LabelledClaim]:
    for path in sorted((data / "support").glob("summedits_*.json")):
        for record in json.loads(path.read_text(encoding="utf-8")):
            yield LabelledClaim(
                source="summedits",
                subset=path.stem,
                group=f"{path.stem} {record['doc'][:400]}",
                document=record["doc"],
                text=record["summary"],
                supported=record["label"] == 1,
                share=float(record["label"]),
                seed=record["original_summary"],
            )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def balanced_accuracy(supported: Sequence[bool], said: Sequence[bool]) -> float:
    """Return the mean of the shares of supported and of unsupported claims that are told right."""
    shares = [
        sum(s == label for t, s in zip(supported, said, strict=True) if t == label)
        / sum(t == label for t in supported)
        for label in (True, False)
    ]
    return sum(shares) / 2
