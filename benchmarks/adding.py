"""Measures what adding a folder costs beyond embedding it: tokens per second, of both in turns.

The rate is of the words' tokens (cl100k_base) of all chunks, so overlaps count, for both alike.
Where other work on the machine disturbs the comparison, the share of the time of adding that is
spent inside the embedder still holds.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from langchain_core.embeddings import Embeddings
from shelves import write_shelf

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document
from rag.documents import load_file
from rag.embedding import EmbeddingModel, load_embedding_model
from rag.ingestion import add_files
from rag.library import Library
from rag.limits import DEFAULT_LIMITS

FLOOR = 0.85


class TimedEmbeddings(Embeddings):
    """Sums the seconds that another embedding takes."""

    def __init__(self, inner: Embeddings) -> None:
        self._inner = inner
        self.spent = 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed and sum."""
        vectors: list[list[float]] = []
        self.spent += seconds(lambda: vectors.extend(self._inner.embed_documents(texts)))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed without summing."""
        return self._inner.embed_query(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    model = load_embedding_model("builtin")
    raw, adding, inside = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        files = write_shelf(Path(scratch), options.documents)
        texts, tokens = read_chunks(files)
        model.embeddings.embed_documents(texts[:64])
        for run in range(1, options.runs + 1):
            raw.append(tokens / seconds(lambda: model.embeddings.embed_documents(texts)))
            timed = TimedEmbeddings(model.embeddings)
            spent = add(files, EmbeddingModel(model.name, timed))
            adding.append(tokens / spent)
            inside.append(timed.spent / spent)
            print(
                f"run {run}: embedding {raw[-1]:,.0f} tokens/s, adding {adding[-1]:,.0f} tokens/s,"
                f" {inside[-1]:.1%} of it inside the embedder",
                flush=True,
            )
    share = statistics.median(adding) / statistics.median(raw)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{len(files):,} files, {len(texts):,} chunks, {tokens:,} tokens;"
        f" medians: embedding {statistics.median(raw):,.0f} tokens/s,"
        f" adding {statistics.median(adding):,.0f} tokens/s, share {share:.3f} (at least {FLOOR}),"
        f" {statistics.median(inside):.1%} of adding inside the embedder; peak {peak:,.0f} MB"
    )
    if share < FLOOR:
        raise SystemExit(1)


def read_chunks(files: Sequence[Path]) -> tuple[list[str], int]:
    """Return the words of all chunks, and how many tokens they have."""
    texts: list[str] = []
    tokens = 0
    for file in files:
        document = load_file(file, limits=DEFAULT_LIMITS)
        for chunk in chunk_document(document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP):
            texts.append(chunk.span.of(document.text))
            tokens += chunk.token_count
    return texts, tokens


def add(files: Sequence[Path], model: EmbeddingModel) -> float:
    """Return the seconds of adding to a new library: reading, cutting and both stores included."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), model) as library,
    ):
        return seconds(lambda: add_files(library, files, limits=DEFAULT_LIMITS))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
