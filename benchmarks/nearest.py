"""Measures what Chroma's graph of vectors misses against an exact search, by its neighbors.

Asked are the vectors of paragraphs of Wikipedia's, of lines that differ in a number only, as in
tables and lists, and a hard case for such graphs: one tight bundle of random directions in 64
dimensions. A text is lost if it is not among the nearest to its own vector; the graph is built anew
several times, since each one differs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import mean, median

import numpy as np
from shelves import paragraphs
from squad import DATA

from rag import index
from rag.chroma import Folder
from rag.embedding import EmbeddingModel, Vectors, load_embedding_model
from rag.index import VectorIndex
from rag.types import BlockKind, Chunk, Span

NEAREST = 50
ASKED = 500
NEIGHBORS = (16, 32, 64)


def main() -> None:
    """Print a row for each number of neighbors and kind of text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--times", type=int, default=8, help="graphs of each")
    arguments = parser.parse_args()
    model = load_embedding_model("builtin")
    chance = np.random.default_rng(0)
    bundle = 5 * chance.standard_normal(64) + 2 * chance.standard_normal((330, 64))
    kinds = {
        "paragraphs": embedded(model, paragraphs(arguments.data)),
        "lines alike": embedded(
            model, [f"The owl{n} of owl has the number {n}." for n in range(600)]
        ),
        "directions alike": bundle.astype(np.float32),
    }
    print("| texts | neighbors | lost, by graph | recall@50 | put, ms a text | search p50 ms |")
    print("|---|---|---|---|---|---|")
    shipped = dict(index._HNSW)
    for name, vectors in kinds.items():
        for neighbors in NEIGHBORS:
            index._HNSW = shipped | {"max_neighbors": neighbors}
            row = measure(model, vectors, arguments.times)
            print(f"| {len(vectors):,} {name} | {neighbors} | {row}", flush=True)


def embedded(model: EmbeddingModel, texts: list[str]) -> Vectors:
    """Return a row for each text."""
    return np.array(model.embeddings.embed_documents(texts), np.float32)


def measure(model: EmbeddingModel, vectors: Vectors, times: int) -> str:
    """Build graphs of these vectors, a row each, and return the other cells."""
    chunks = [Chunk("shelf", Span(at, at + 1), 1, BlockKind.BODY) for at in range(len(vectors))]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    asked = np.random.default_rng(0).permutation(len(chunks))[:ASKED]
    exact = np.argsort(-(unit[asked] @ unit.T), axis=1)[:, :NEAREST]
    lost: list[int] = []
    recalls: list[float] = []
    puts: list[float] = []
    searches: list[float] = []
    for _ in range(times):
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(VectorIndex(Folder(Path(folder)), model)) as graph,
        ):
            begin = time.perf_counter()
            graph.put(chunks, vectors)
            puts.append((time.perf_counter() - begin) * 1000 / len(chunks))
            missed = 0
            for place, nearest in zip(asked, exact, strict=True):
                begin = time.perf_counter()
                hits = graph.nearest(vectors[place].tolist(), NEAREST)
                searches.append((time.perf_counter() - begin) * 1000)
                found = {hit.chunk_id for hit in hits}
                recalls.append(len(found & {chunks[near].id for near in nearest}) / NEAREST)
                missed += chunks[place].id not in found
            lost.append(missed)
    return (
        f"{' '.join(map(str, lost))} | {mean(recalls):.4f} | {median(puts):.2f}"
        f" | {median(searches):.1f} |"
    )


if __name__ == "__main__":
    main()
