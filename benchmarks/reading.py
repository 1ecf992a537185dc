"""How well the shipped reader reads: any SQuAD file, or the articles that it never saw.

EM and F1 with SQuAD's normalisation; AUROC of answerability; how often an evidence sentence is
first, beside choosing the sentence by embeddings and by shared words.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from squad import SQUAD
from tqdm import tqdm

from rag.embedding import MiniLMEmbeddings
from rag.evaluation.squad import normalize, token_f1
from rag.questions import terms
from rag.reader import PassageText, Reader, SentenceReading
from rag.sentences import split_sentences
from rag.types import Span
from training.reader.examples import HELD_OUT, Example, read_squad


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
        """Return the logit that the passage answers at all."""
        return max(reading.words for reading in self.readings) + self.readings[0].answers

    def is_evidence(self, place: int) -> bool:
        """Say whether a sentence holds a gold answer."""
        sentence = self.passage.sentences[place]
        return any(sentence.overlap(answer) for answer in self.example.answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=SQUAD)
    parser.add_argument("--all", action="store_true", help="articles of training too")
    parser.add_argument("--questions", type=int, default=2000)
    options = parser.parse_args()
    articles = [a for a in read_squad(options.file) if options.all or a.title in HELD_OUT]
    examples = [e for a in articles for e in a.examples]
    step = max(1, len(examples) // options.questions)
    results, milliseconds = read(examples[::step])
    print(f"{len(results)} questions, {milliseconds:.1f} ms a passage (median)")
    print_answers(results)
    print_sentences([r for r in results if r.example.answers])


def read(examples: Sequence[Example]) -> tuple[list[Result], float]:
    """Read each question with its own passage; return the median milliseconds too."""
    reader = Reader()
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
    if has.any() and not has.all():
        high, low = answering[has][:, None], answering[~has][None]
        print(f"answerability AUROC {np.mean((high > low) + 0.5 * (high == low)):.3f}")


def print_sentences(results: Sequence[Result]) -> None:
    """Print how often an evidence sentence is first, or among three, by each way to score."""
    embeddings = MiniLMEmbeddings()
    ways: dict[str, list[list[float]]] = {"reader": [], "embeddings": [], "shared words": []}
    for result in results:
        texts = [span.of(result.example.passage) for span in result.passage.sentences]
        question = np.array(embeddings.embed_query(result.example.question))
        asked = set(terms(result.example.question))
        ways["reader"].append([reading.evidence for reading in result.readings])
        ways["embeddings"].append((np.array(embeddings.embed_documents(texts)) @ question).tolist())
        ways["shared words"].append([len(asked & set(terms(text))) for text in texts])
    for name, scores in ways.items():
        orders = [np.argsort(-np.array(own), kind="stable") for own in scores]
        cells = [
            np.mean(
                [any(r.is_evidence(p) for p in o[:k]) for r, o in zip(results, orders, strict=True)]
            )
            for k in (1, 3)
        ]
        print(f"evidence sentence by {name:<13} @1 {cells[0]:.3f}  @3 {cells[1]:.3f}")


if __name__ == "__main__":
    main()
