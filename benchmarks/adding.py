"""Measures what adding a text costs beyond embedding it: tokens per second, of both in turns.

The rate is of the words' tokens (cl100k_base) of all chunks, so overlaps count, for both alike.
Where other work on the machine disturbs the comparison, the share of the time of adding that is
spent inside the embedder still holds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from langchain_core.embeddings import Embeddings
from squad import DATA

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document
from rag.documents import load_bytes
from rag.embedding import EmbeddingModel, load_embedding_model
from rag.library import Library
from rag.limits import Limits
from rag.types import Document

FLOOR = 0.7


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
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data sets")
    parser.add_argument("--bytes", type=int, default=1_000_000, help="size of the text")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    document = read_text(options.data / "retrieval" / "corpora", options.bytes)
    chunks = chunk_document(document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP)
    texts = [chunk.span.of(document.text) for chunk in chunks]
    tokens = sum(chunk.token_count for chunk in chunks)
    model = load_embedding_model("builtin")
    model.embeddings.embed_documents(texts[:64])
    raw, adding, inside = [], [], []
    for run in range(1, options.runs + 1):
        raw.append(tokens / seconds(lambda: model.embeddings.embed_documents(texts)))
        timed = TimedEmbeddings(model.embeddings)
        spent = add(document, EmbeddingModel(model.name, timed))
        adding.append(tokens / spent)
        inside.append(timed.spent / spent)
        print(
            f"run {run}: embedding {raw[-1]:,.0f} tokens/s, adding {adding[-1]:,.0f} tokens/s,"
            f" {inside[-1]:.1%} of it inside the embedder"
        )
    share = statistics.median(adding) / statistics.median(raw)
    print(
        f"{len(document.text.encode()):,} bytes, {len(chunks):,} chunks, {tokens:,} tokens;"
        f" medians: embedding {statistics.median(raw):,.0f} tokens/s,"
        f" adding {statistics.median(adding):,.0f} tokens/s, share {share:.3f} (at least {FLOOR}),"
        f" {statistics.median(inside):.1%} of adding inside the embedder"
    )
    if share < FLOOR:
        raise SystemExit(1)


def read_text(folder: Path, size: int) -> Document:
    """Join the corpora, in the order of their names, and cut at ``size`` bytes."""
    data = b"\n\n".join(path.read_bytes() for path in sorted(folder.glob("*.md")))
    if len(data) < size:
        raise SystemExit(f"{folder} has {len(data):,} bytes of text, {size:,} are needed")
    text = data[:size].decode("utf-8", "ignore")
    return load_bytes(text.encode(), source="corpora.txt", limits=Limits(max_bytes=size))


def add(document: Document, model: EmbeddingModel) -> float:
    """Return the seconds of adding to a new library, chunking and both stores included."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), model) as library,
    ):
        return seconds(lambda: library.add(document))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
