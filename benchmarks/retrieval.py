"""Evidence recall and query time over the 25 SQuAD articles as 25 documents.

Evidence recall@k is the share of answerable questions for which a gold answer, at its own place,
lies inside one of the first k passages. ``--sweep`` also compares ways to fuse the two searches;
with ``--held-out`` only the articles that the reader was not trained on are asked about, among all.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from squad import SQUAD, Question, read_squad, sample
from tqdm import tqdm

from rag.embedding import load_embedding_model
from rag.index import Hit
from rag.library import Library
from rag.reader import Reader
from rag.retrieval import CANDIDATES, HybridRetriever, fuse
from rag.types import Chunk, Span
from training.reader.examples import HELD_OUT

Ranking = list[tuple[str, Span]]
Fusion = Callable[[Sequence[Hit], Sequence[Hit]], dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=SQUAD, help="a SQuAD file")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--tokens", type=int, help="chunk budget")
    parser.add_argument("--overlap", type=int, help="sentences that chunks share")
    parser.add_argument("--passages", type=int, default=10, help="how many are wanted")
    parser.add_argument("--held-out", action="store_true", help="ask about unseen articles only")
    parser.add_argument("--sweep", action="store_true", help="compare fusions")
    options = parser.parse_args()
    documents, questions = read_squad(options.file)
    unseen = {d.id for d in documents if Path(d.source).stem in HELD_OUT}
    asked = [q for q in questions if q.answers]
    if options.held_out:
        asked = [q for q in asked if q.document_id in unseen]
    asked = sample(asked, options.questions)
    with tempfile.TemporaryDirectory() as home:
        library = Library.open(
            Path(home),
            load_embedding_model("builtin"),
            chunk_tokens=options.tokens,
            chunk_overlap=options.overlap,
        )
        with library:
            for document in tqdm(documents, unit=" documents"):
                library.add(document)
            for name, reader in (("hybrid", None), ("hybrid, read", Reader())):
                retriever = HybridRetriever(library=library, k=options.passages, reader=reader)
                report(name, retriever, asked)
            if options.sweep:
                sweep(library, asked)


def report(name: str, retriever: HybridRetriever, questions: Sequence[Question]) -> None:
    """Print recall and times of a retriever."""
    for question in questions[:20]:
        retriever.retrieve(question.text)
    rankings: list[Ranking] = []
    seconds: list[float] = []
    lengths: list[int] = []
    for question in questions:
        started = time.perf_counter()
        passages = retriever.retrieve(question.text)
        seconds.append(time.perf_counter() - started)
        rankings.append([(p.document.id, p.span) for p in passages])
        lengths += [len(p.span) for p in passages]
    print_row(name, rankings, questions)
    cuts = statistics.quantiles(seconds, n=20)
    print(
        f"query p50 {statistics.median(seconds) * 1e3:.1f} ms, p95 {cuts[-1] * 1e3:.1f} ms; "
        f"passages {statistics.mean(lengths):.0f} characters on average"
    )


def recall(rankings: Sequence[Ranking], questions: Sequence[Question], k: int) -> float:
    """Return the share of questions with an answer inside one of the first k places."""
    hits = sum(
        any(
            document_id == question.document_id and span.contains(answer)
            for document_id, span in ranking[:k]
            for answer in question.answers
        )
        for ranking, question in zip(rankings, questions, strict=True)
    )
    return hits / len(questions)


def print_row(name: str, rankings: Sequence[Ranking], questions: Sequence[Question]) -> None:
    cells = "  ".join(f"@{k} {recall(rankings, questions, k):.3f}" for k in (1, 3, 5, 6, 10))
    print(f"{name:<36} {cells}")


def reciprocal_ranks(dense: Sequence[Hit], lexical: Sequence[Hit]) -> dict[str, float]:
    """Fuse by ranks, after Cormack, Clarke and Büttcher (2009), with their constant 60."""
    scores: dict[str, float] = {}
    for hits in (dense, lexical):
        for rank, hit in enumerate(hits, start=1):
            scores[hit.chunk_id] = scores.get(hit.chunk_id, 0.0) + 1 / (60 + rank)
    return scores


def weighted(weight: float) -> Fusion:
    """Fuse as the product does, with another weight."""
    return lambda dense, lexical: {
        id_: scores.fused for id_, scores in fuse(dense, lexical, weight=weight).items()
    }


def min_max(weight: float) -> Fusion:
    """Fuse scores that are stretched to 0 to 1 over each search's hits."""

    def stretched(hits: Sequence[Hit]) -> dict[str, float]:
        low, high = hits[-1].score, hits[0].score
        return {hit.chunk_id: (hit.score - low) / ((high - low) or 1.0) for hit in hits}

    def fused(dense: Sequence[Hit], lexical: Sequence[Hit]) -> dict[str, float]:
        one = stretched(dense) if dense else {}
        two = stretched(lexical) if lexical else {}
        return {id_: (1 - weight) * one.get(id_, 0) + weight * two.get(id_, 0) for id_ in one | two}

    return fused


def sweep(library: Library, questions: Sequence[Question]) -> None:
    """Print recall of each way to fuse, over the same hits."""
    found = [
        (
            library.search_dense(question.text, CANDIDATES),
            library.search_lexical(question.text, CANDIDATES),
        )
        for question in tqdm(questions, unit=" questions")
    ]
    weights = [place / 10 for place in range(11)]
    fusions: dict[str, Fusion] = {"reciprocal ranks": reciprocal_ranks}
    fusions |= {f"cosine + BM25 / best, weight {w}": weighted(w) for w in weights}
    fusions |= {f"min-max, weight {w}": min_max(w) for w in weights}
    places = _places(library, found)
    for name, fusion in fusions.items():
        rankings: list[Ranking] = []
        for dense, lexical in found:
            scores = fusion(dense, lexical)
            best = sorted(scores, key=lambda id_: -scores[id_])[:10]
            rankings.append([(places[id_].document_id, places[id_].span) for id_ in best])
        print_row(name, rankings, questions)


def _places(
    library: Library, found: Sequence[tuple[Sequence[Hit], Sequence[Hit]]]
) -> dict[str, Chunk]:
    ids = list({hit.chunk_id for pair in found for hits in pair for hit in hits})
    return {chunk.id: chunk for chunk in library.chunks(ids)}


if __name__ == "__main__":
    main()
