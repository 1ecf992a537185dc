"""Adds a folder of 2,000 documents once in one go, and once killed five times at random.

Both libraries have to be equal, chunk by chunk: documents in their order, spans, words, vectors,
and the vectors of Chroma.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from shelves import add, write_shelf

from rag.chroma import Folder
from rag.embedding import load_embedding_model
from rag.index import VectorIndex

ROOT = Path(__file__).parent.parent
ROWS = (
    "SELECT number, id, title, source, media_type, text FROM documents ORDER BY number",
    "SELECT * FROM blocks ORDER BY document, start",
    "SELECT * FROM chunks ORDER BY number",
    "SELECT * FROM vectors ORDER BY chunk",
    "SELECT rowid, words FROM chunk_words ORDER BY rowid",
    "SELECT * FROM origins ORDER BY document, origin",
    "SELECT * FROM sketches ORDER BY document, hash",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--characters", type=int, default=300, help="of each document at most")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        shelf = Path(scratch) / "shelf"
        write_shelf(shelf, options.documents, most=1, characters=options.characters)
        once, killed = Path(scratch) / "once", Path(scratch) / "killed"
        start = time.perf_counter()
        print(finish(once, shelf), f"in {time.perf_counter() - start:.0f} s, in one go", flush=True)
        moments = draw(time.perf_counter() - start, options.kills, options.seed)
        for moment in moments:
            kept = add_and_kill(killed, shelf, moment)
            print(f"killed after {moment:.1f} s, {kept:,} documents are there", flush=True)
        print(finish(killed, shelf), "to finish", flush=True)
        compare(once, killed)


def draw(longest: float, kills: int, seed: int) -> list[float]:
    """Draw how long each run lasts: from its start to a third of what all takes."""
    chance = random.Random(seed)  # noqa: S311
    return [chance.uniform(1, max(2, longest / 3)) for _ in range(kills)]


def finish(home: Path, shelf: Path) -> str:
    with add(home, shelf) as process:
        output = process.communicate()[0].strip()
    assert process.returncode == 0, output
    return output


def add_and_kill(home: Path, shelf: Path, moment: float) -> int:
    with add(home, shelf) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
    file = home / "library.sqlite3"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # killed before the tables were made


def compare(once: Path, killed: Path) -> None:
    with (
        closing(sqlite3.connect(once / "library.sqlite3")) as one,
        closing(sqlite3.connect(killed / "library.sqlite3")) as other,
    ):
        for query in ROWS:
            ours, theirs = one.execute(query).fetchall(), other.execute(query).fetchall()
            assert ours == theirs, f"not equal: {query}"
            print(f"{len(ours):,} rows are equal: {query}")
    model = load_embedding_model("builtin")
    indices = [VectorIndex(Folder(home / "vectors"), model) for home in (once, killed)]
    ids = [index.chunk_ids() for index in indices]
    assert ids[0] == ids[1], "not equal: the vectors of Chroma"
    print(f"{len(ids[0]):,} vectors of Chroma belong to the same chunks")


if __name__ == "__main__":
    main()
