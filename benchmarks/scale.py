"""Measures a library of 1,000, 10,000 and 100,000 chunks: adding, disk, memory, and questions.

The texts are paragraphs of the data sets, mixed; their vectors are those of real paragraphs with
some noise, since embedding 100,000 chunks takes long and is measured by ``benchmarks/adding.py``.
Questions are embedded and searched for as always, up to where the reader would begin. Each question
is asked of all libraries in turn, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import resource
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from shelves import documents, paragraphs
from squad import DATA

from rag.arrivals import Arrival
from rag.chunking import chunk_document
from rag.embedding import EmbeddingModel, Vectors, load_embedding_model
from rag.library import Library
from rag.manifest import Cut
from rag.retrieval import HybridRetriever
from rag.types import Block, BlockKind, Chunk, Document, Span

SIZES = (1_000, 10_000, 100_000)
MOST_RATIO = 3.0
NOISE = 0.02  # of each of 384 dimensions: a cosine of about 0.93 to the paragraph's own vector
BATCH_CHUNKS = 1024
PASSAGES = 12


class RecombinedEmbeddings(Embeddings):
    """Gives each text the vector of some real paragraph with noise; questions get their own."""

    def __init__(self, real: Embeddings, pool: Vectors) -> None:
        self._real = real
        self._pool = pool

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Look vectors up by the text's hash."""
        return [self._vector(text).tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        return self._real.embed_query(text)

    def _vector(self, text: str) -> Vectors:
        number = zlib.crc32(text.encode())
        noise = np.random.default_rng(number).standard_normal(self._pool.shape[1], np.float32)
        vector = self._pool[number % len(self._pool)] + np.float32(NOISE) * noise
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit


@dataclass
class Shelf:
    """A library and what was measured of it."""

    chunks: int
    documents: int = 0
    adding_chunks_per_second: float = 0
    megabytes: float = 0
    opening_seconds: float = 0
    opened_megabytes: float = 0
    milliseconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Return how many milliseconds that share of the questions took at most."""
        return float(np.quantile(self.milliseconds, share))

    def busy_quantile(self, share: float) -> float:
        """Return the same of the processors' time, which other work on the machine leaves alone."""
        return float(np.quantile(self.busy, share))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--pool", type=int, default=1_000, help="paragraphs that are embedded")
    parser.add_argument("--home", type=Path, help="keep the libraries here, or use those there")
    parser.add_argument("--plot", type=Path, help="write a plot to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        shelves = measure(options.home or Path(scratch), options)
    report(shelves)
    if options.plot:
        draw(shelves, options.plot)
    if shelves[-1].quantile(0.95) > MOST_RATIO * shelves[0].quantile(0.95):
        raise SystemExit(1)


def measure(home: Path, options: argparse.Namespace) -> list[Shelf]:
    model = recombined(home, options.pool)
    shelves = [prepared(home / str(size), size, model) for size in options.sizes]
    with ExitStack() as opened:
        retrievers = []
        for shelf in shelves:
            start, before = time.perf_counter(), resident_megabytes()
            library = opened.enter_context(Library.open(home / str(shelf.chunks), model))
            shelf.opening_seconds = time.perf_counter() - start
            retrievers.append(HybridRetriever(library=library, k=PASSAGES))
            retrievers[-1].retrieve("What is it about?")
            shelf.opened_megabytes = resident_megabytes() - before
        for question in questions(options.questions):
            for shelf, retriever in zip(shelves, retrievers, strict=True):
                start, busy = time.perf_counter(), time.process_time()
                retriever.retrieve(question)
                shelf.milliseconds.append(1_000 * (time.perf_counter() - start))
                shelf.busy.append(1_000 * (time.process_time() - busy))
    return shelves


def recombined(home: Path, count: int) -> EmbeddingModel:
    """Return the model with the vectors of ``count`` real paragraphs, kept for the next time."""
    real = load_embedding_model("builtin")
    file = home / f"pool-{count}.npy"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        texts = paragraphs()
        vectors = real.embeddings.embed_documents(texts[:: max(1, len(texts) // count)][:count])
        np.save(file, np.array(vectors, np.float32))
    return EmbeddingModel(real.name, RecombinedEmbeddings(real.embeddings, np.load(file)))


def prepared(home: Path, size: int, model: EmbeddingModel) -> Shelf:
    """Fill a library, or return what is known of one that was filled before."""
    notes = home.with_suffix(".json")
    if notes.exists():
        return Shelf(**json.loads(notes.read_text()))
    shelf = Shelf(size)
    with Library.open(home, model) as library:
        start = time.perf_counter()
        made = 0
        for arrivals in batches(library, size):
            library.add_all(arrivals)
            made += sum(len(arrival.chunks) for arrival in arrivals)
            shelf.documents += len(arrivals)
            print(f"{made:,} of {size:,} chunks", flush=True)
        shelf.adding_chunks_per_second = made / (time.perf_counter() - start)
    shelf.megabytes = sum(f.stat().st_size for f in home.rglob("*") if f.is_file()) / 1e6
    notes.write_text(json.dumps(asdict(shelf)))
    return shelf


def batches(library: Library, size: int) -> Iterator[list[Arrival]]:
    """Yield documents with at least ``size`` chunks in all, about a thousand chunks at a time."""
    cut = Cutting(library.cut)
    made, pending, gathered = 0, 0, []
    for text in documents(paragraphs(), fewest=5, most=30):
        gathered.append(cut.arrival(text))
        made, pending = made + len(gathered[-1].chunks), pending + len(gathered[-1].chunks)
        if made >= size or pending >= BATCH_CHUNKS:
            yield gathered
            pending, gathered = 0, []
        if made >= size:
            return


class Cutting:
    """Cuts each paragraph once, wherever it stands: cutting is measured by adding, not here."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._known: dict[str, list[Chunk]] = {}

    def arrival(self, text: str) -> Arrival:
        """Make a document of paragraphs and its chunks."""
        id_ = hashlib.sha256(text.encode()).hexdigest()[:32]
        spans = [Span(*found.span()) for found in re.finditer(r".+", text)]
        blocks = tuple(Block(span, BlockKind.BODY) for span in spans)
        document = Document(id_, text[:40], text, f"{id_}.txt", "text/plain", blocks)
        chunks = [
            replace(
                chunk,
                document_id=id_,
                span=Span(span.start + chunk.span.start, span.start + chunk.span.end),
            )
            for span in spans
            for chunk in self._chunks(span.of(text))
        ]
        return Arrival(document, chunks)

    def _chunks(self, paragraph: str) -> list[Chunk]:
        if paragraph not in self._known:
            block = Block(Span(0, len(paragraph)), BlockKind.BODY)
            alone = Document("", "", paragraph, "", "text/plain", (block,))
            self._known[paragraph] = chunk_document(
                alone, tokens=self._cut.tokens, overlap=self._cut.overlap
            )
        return self._known[paragraph]


def questions(count: int) -> list[str]:
    """Return questions of SQuAD, evenly drawn."""
    articles = json.loads((DATA / "reading" / "squad2_dev_25_articles.json").read_text())["data"]
    asked = [q["question"] for a in articles for p in a["paragraphs"] for q in p["qas"]]
    return asked[:: max(1, len(asked) // count)][:count]


def resident_megabytes() -> float:
    status = Path("/proc/self/statm")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6


def report(shelves: Sequence[Shelf]) -> None:
    print(
        "chunks | documents | chunks added/s | disk MB | opening s | memory MB | p50 ms | p95 ms"
        " | p50 and p95 of the processors' ms"
    )
    for shelf in shelves:
        print(
            f"{shelf.chunks:,} | {shelf.documents:,} | {shelf.adding_chunks_per_second:,.0f}"
            f" | {shelf.megabytes:,.0f} | {shelf.opening_seconds:.1f}"
            f" | {shelf.opened_megabytes:,.0f}"
            f" | {shelf.quantile(0.5):.1f} | {shelf.quantile(0.95):.1f}"
            f" | {shelf.busy_quantile(0.5):.1f} | {shelf.busy_quantile(0.95):.1f}"
        )
    busy = shelves[-1].busy_quantile(0.95) / shelves[0].busy_quantile(0.95)
    print(f"p95 of the processors' time: {busy:.2f} times")
    ratio = shelves[-1].quantile(0.95) / shelves[0].quantile(0.95)
    print(f"p95 of the largest is {ratio:.2f} times that of the smallest (at most {MOST_RATIO})")


def draw(shelves: Sequence[Shelf], file: Path) -> None:
    """Plot how long a question takes, and what a library takes on the disk."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    sizes = [shelf.chunks for shelf in shelves]
    for share, name in ((0.5, "p50"), (0.95, "p95")):
        left.plot(sizes, [shelf.quantile(share) for shelf in shelves], marker="o", label=name)
    left.set(xscale="log", ylim=0, xlabel="chunks", ylabel="ms", title="finding passages")
    left.legend()
    right.plot(sizes, [shelf.megabytes for shelf in shelves], marker="o")
    right.set(xscale="log", yscale="log", xlabel="chunks", ylabel="MB", title="on the disk")
    figure.savefig(file)


if __name__ == "__main__":
    main()
