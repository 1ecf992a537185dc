"""How well the shipped reader reads: any file in SQuAD's format, or the articles it never saw.

EM and F1 with SQuAD's normalisation; then, in one table with embeddings and BM25: how often an
evidence sentence is first or among three, and the AUROC of answerability. Each question is read
with its own paragraph. ``--reader`` reads with another file, such as the same weights in fp32.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from squad import SQUAD
from tqdm import tqdm

from rag.cross_encoder import MODEL_FILE, CrossEncoder
from rag.embedding import MiniLMEmbeddings
from rag.evaluation.squad import normalize, token_f1
from rag.lexical import index_form, match_expression, query_terms
from rag.reader import PassageText, Reader, SentenceReading
from rag.sentences import split_sentences
from rag.types import Span
from training.reader.examples import HELD_OUT, Example, read_squad
from training.reader.measures import auroc


@dataclass(frozen=True, slots=True)
class Result:
    """What was read of one question."""

    example: Example
    passage: PassageText
    readings: tuple[SentenceReading, ...]

    @property
    def answer(self) -> str:
        """Return the best words."""
        best = max(self.readings, key=lambda reading: reading.words)
        return best.answer.of(self.example.passage)

    @property
    def answering(self) -> float:
        """Return how sure the reader is that the passage answers at all."""
        return max(reading.words for reading in self.readings) / 2 + self.readings[0].answers

    def is_evidence(self, place: int) -> bool:
        """Say whether a sentence holds a gold answer."""
        sentence = self.passage.sentences[place]
        return any(sentence.overlap(answer) for answer in self.example.answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=SQUAD)
    parser.add_argument("--all", action="store_true", help="articles of training too")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--reader", type=Path, default=MODEL_FILE, help="another ONNX file")
    options = parser.parse_args()
    articles = read_squad(options.file)
    held_out = [a for a in articles if a.title in HELD_OUT]
    examples = [e for a in (articles if options.all else held_out or articles) for e in a.examples]
    started = time.perf_counter()
    reader = Reader(CrossEncoder(options.reader))
    print(f"loaded in {time.perf_counter() - started:.2f} s")
    results, milliseconds = read(reader, examples[:: max(1, len(examples) // options.questions)])
    print(f"{len(results)} questions, {milliseconds:.1f} ms a passage (median)")
    print_answers(results)
    print_comparison(results)


def read(reader: Reader, examples: Sequence[Example]) -> tuple[list[Result], float]:
    """Read each question with its own passage; return the median milliseconds too."""
    results, seconds = [], []
    for example in tqdm(examples, unit=" questions"):
        text = example.passage
        passage = PassageText(text, tuple(split_sentences(text, Span(0, len(text)))))
        started = time.perf_counter()
        readings = reader.read(example.question, [passage])[0]
        seconds.append(time.perf_counter() - started)
        results.append(Result(example, passage, tuple(readings)))
    return results, float(np.median(seconds)) * 1e3


def print_answers(results: Sequence[Result]) -> None:
    """Print EM and F1 at the threshold that is best for F1, and the AUROC."""
    golds = [[a.of(r.example.passage) for a in r.example.answers] for r in results]
    has = np.array([bool(gold) for gold in golds])
    pairs = list(zip(results, golds, strict=True))
    f1 = np.array([max((token_f1(g, r.answer) for g in gold), default=0.0) for r, gold in pairs])
    exact = np.array([any(normalize(g) == normalize(r.answer) for g in gold) for r, gold in pairs])
    answering = np.array([r.answering for r in results])
    thresholds = np.quantile(answering, np.linspace(0, 1, 101))
    best = max(thresholds, key=lambda t: float(np.mean(np.where(answering >= t, f1, ~has))))
    given = answering >= best
    for name, kept in (("all", has | True), ("answerable", has), ("unanswerable", ~has)):
        em = np.mean(np.where(given, exact, ~has)[kept]) * 100
        score = np.mean(np.where(given, f1, ~has)[kept]) * 100
        print(f"{name:<13} EM {em:5.1f}  F1 {score:5.1f}")
    print(f"an answer forced, answerable: F1 {np.mean(f1[has]) * 100:.1f}")


def print_comparison(results: Sequence[Result]) -> None:
    """Print how well each way to score sentences finds the evidence, and tells that none is."""
    ways = {
        "reader": [[reading.evidence for reading in result.readings] for result in results],
        "embeddings": by_embeddings(results),
        "BM25": by_bm25(results),
    }
    has = np.array([bool(result.example.answers) for result in results])
    print("sentences by   evidence @1     @3  answerability AUROC")
    for name, scores in ways.items():
        sure = np.array([max(own) for own in scores])
        if name == "reader":
            sure = np.array([result.answering for result in results])
        cells = [found(results, scores, k) for k in (1, 3)]
        print(f"{name:<14} {cells[0]:11.3f}  {cells[1]:.3f}  {auroc(sure[has], sure[~has]):10.3f}")


def found(results: Sequence[Result], scores: Sequence[Sequence[float]], k: int) -> float:
    """Return the share of answerable questions with an evidence sentence among the first k."""
    return float(
        np.mean(
            [
                any(r.is_evidence(p) for p in np.argsort(-np.array(own), kind="stable")[:k])
                for r, own in zip(results, scores, strict=True)
                if r.example.answers
            ]
        )
    )


def by_embeddings(results: Sequence[Result]) -> list[list[float]]:
    """Score each passage's sentences by their cosine to the question."""
    model = MiniLMEmbeddings()
    scores = []
    for result in results:
        texts = [span.of(result.example.passage) for span in result.passage.sentences]
        question = np.array(model.embed_query(result.example.question))
        scores.append((np.array(model.embed_documents(texts)) @ question).tolist())
    return scores


def by_bm25(results: Sequence[Result]) -> list[list[float]]:
    """Score each passage's sentences by BM25 among all sentences read; 0 without a shared word."""
    passages = {result.example.passage: result.passage for result in results}
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE sentences USING fts5(text, tokenize = 'porter')")
    rows = {
        (p, i): n
        for n, (p, i) in enumerate(
            (p, i) for p in passages for i in range(len(passages[p].sentences))
        )
    }
    database.executemany(
        "INSERT INTO sentences (rowid, text) VALUES (?, ?)",
        [(row, index_form(passages[p].sentences[i].of(p))) for (p, i), row in rows.items()],
    )
    scores = []
    for result in results:
        expression = match_expression(query_terms(result.example.question))
        query = "SELECT rowid, -rank FROM sentences WHERE sentences MATCH ?"
        matches = dict(database.execute(query, (expression,))) if expression else {}
        own = [rows[result.example.passage, i] for i in range(len(result.passage.sentences))]
        scores.append([matches.get(row, 0.0) for row in own])
    return scores


if __name__ == "__main__":
    main()
