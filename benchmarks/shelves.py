"""Folders of documents to add: paragraphs of the data sets, mixed by chance but always alike."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from squad import DATA

SETS = ("squad2_dev_25_articles", "squadshifts_new_wiki")


def paragraphs(data: Path = DATA) -> list[str]:
    """Return the distinct paragraphs of two sets of Wikipedia's, in order."""
    found: set[str] = set()
    for name in SETS:
        articles = json.loads((data / "reading" / f"{name}.json").read_text("utf-8"))["data"]
        for article in articles:
            found.update(" ".join(p["context"].split()) for p in article["paragraphs"])
    return sorted(found)


def documents(pool: list[str], *, fewest: int, most: int, seed: int = 0) -> Iterator[str]:
    """Yield texts of ``fewest`` to ``most`` paragraphs without end, each with its own number."""
    chance = random.Random(seed)  # noqa: S311
    number = 0
    while True:
        chosen = [chance.choice(pool) for _ in range(chance.randint(fewest, most))]
        yield "\n\n".join([f"Document {number} of the shelf", *chosen]) + "\n"
        number += 1


def add(home: Path, folder: Path) -> subprocess.Popen[str]:
    """Start the command that adds a folder to the library in ``home``."""
    return subprocess.Popen(
        [sys.executable, "-m", "rag", "add", str(folder)],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PINCITE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )


def write_shelf(
    folder: Path, count: int, *, fewest: int = 1, most: int = 3, characters: int | None = None
) -> list[Path]:
    """Write ``count`` documents into ``folder``, a hundred to a folder in it, perhaps cut short."""
    pool = paragraphs()
    files = []
    for number, text in zip(range(count), documents(pool, fewest=fewest, most=most), strict=False):
        path = folder / f"{number // 100:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[:characters], encoding="utf-8")
        files.append(path)
    return files
