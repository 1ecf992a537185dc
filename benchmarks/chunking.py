"""Chooses the budget and the overlap of chunks: what each pair retrieves with the same retriever.

Three sets: ``chunking_evaluation`` (Smith and Troynikov, "Evaluating Chunking Strategies for
Retrieval", Chroma, 2024), questions with the spans of the excerpts that answer them; a few
questions on the bundled article; SQuAD articles, where a passage has to hold a gold answer.

Recall, precision and IoU are defined as there: over the characters of the first five chunks, what
overlapping chunks repeat counting against them. Since larger chunks retrieve more text, recall
is also given within 2,400 and 4,800 characters, which decides.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from squad import DATA, SQUAD, read_squad, sample

from rag.documents import load_bytes, load_file
from rag.embedding import EmbeddingModel, load_embedding_model
from rag.library import Library
from rag.limits import Limits
from rag.retrieval import HybridRetriever
from rag.types import Document, Passage, Span

ARTICLE = Path(__file__).resolve().parents[1] / "seeds" / "japan_us_alliance.txt"
MOST_BYTES = 100_000_000
FIRST = 5
BUDGETS = (2_400, 4_800)

ARTICLE_QUESTIONS = {
    "Who spoke for the American side?": "Secretary of Defense Lloyd J. Austin III",
    "When was the leaders' video conference?": "Leaders’ Video Conference held on March 12",
    "What did the newspapers in Japan write about?": "two nations’ criticism of China by name",
    "Which law of China worries both countries?": "such as the China Coast Guard Law",
    "What will be done to defend the Senkakus?": "agreed to conduct joint military exercises",
    "What did Trump's friendship with Abe mean?": "an important pillar in the Japan-U.S.",
    "Why was the meeting good for Washington?": "its stance on the deterrence of China",
    "What was said about Southeast Asian nations?": "support for ASEAN’s unity and centrality",
    "Did the previous president care about ASEAN?": "did not address challenges regarding",
    "What was left unexplained about North Korea?": "was not sufficiently explained",
    "Who reviews the strategy towards Beijing?": "Department of Defense’s China Task Force",
    "Will the ministers meet again?": "agreed to call for another meeting",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to one document, with the spans that answer it."""

    text: str
    document_id: str
    answers: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What one pair of budget and overlap achieves; ``overlaps`` is recall, precision, IoU."""

    characters: float
    overlaps: tuple[float, ...]
    within: tuple[float, ...]
    article: tuple[float, ...]
    squad: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data sets")
    parser.add_argument("--characters", type=int, default=60_000, help="read of each corpus")
    parser.add_argument("--questions", type=int, default=1_000, help="asked of SQuAD")
    parser.add_argument("--tokens", type=int, nargs="+", default=[96, 128, 160, 192, 256])
    parser.add_argument("--overlap", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    model = load_embedding_model("builtin")
    print("| tokens | overlap | characters | recall@5 | precision@5 | IoU@5 ", end="")
    print("| recall in 2,400 / 4,800 | article in 2,400 / 4,800 | SQuAD @1 / @5 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for tokens, overlap in itertools.product(options.tokens, options.overlap):
        with tempfile.TemporaryDirectory() as home:
            row = measure(Path(home), model, (tokens, overlap), options)
        print(f"| {tokens} | {overlap} | {cells(row)} |", flush=True)


def cells(row: Row) -> str:
    pairs = (row.within, row.article, row.squad)
    return " | ".join(
        [
            f"{row.characters:.0f}",
            *(f"{value:.3f}" for value in row.overlaps),
            *(" / ".join(f"{value:.3f}" for value in pair) for pair in pairs),
        ]
    )


def measure(
    home: Path, model: EmbeddingModel, chunks: tuple[int, int], options: argparse.Namespace
) -> Row:
    documents, questions = read_corpora(options.data / "retrieval", options.characters)
    article = load_file(ARTICLE, limits=Limits(max_bytes=MOST_BYTES))
    on_article = [
        question_on(article, text, [article.text.index(quote)], [quote])
        for text, quote in ARTICLE_QUESTIONS.items()
    ]
    with opened(home / "corpora", model, chunks, [*documents, article]) as library:
        found = [retrieved(library, question) for question in questions]
        found_on_article = [retrieved(library, question) for question in on_article]
    scores = [overlaps(q.answers, p[:FIRST]) for q, p in zip(questions, found, strict=True)]
    squad, characters = measure_squad(home, model, chunks, options)
    return Row(
        characters,
        overlaps=tuple(statistics.fmean(column) for column in zip(*scores, strict=True)),
        within=recalls_within(questions, found),
        article=recalls_within(on_article, found_on_article),
        squad=squad,
    )


def opened(
    home: Path, model: EmbeddingModel, chunks: tuple[int, int], documents: Iterable[Document]
) -> Library:
    tokens, overlap = chunks
    library = Library.open(home, model, chunk_tokens=tokens, chunk_overlap=overlap)
    for document in documents:
        library.add(document)
    return library


def retrieved(library: Library, question: Question) -> tuple[Passage, ...]:
    retriever = HybridRetriever(library=library, k=20)
    return retriever.retrieve(question.text, document_ids={question.document_id})


def read_corpora(folder: Path, characters: int) -> tuple[list[Document], list[Question]]:
    """Read the beginning of each corpus and the questions that it answers."""
    documents = {
        path.stem: load_bytes(
            path.read_text(encoding="utf-8")[:characters].encode(),
            source=path.name,
            limits=Limits(max_bytes=MOST_BYTES),
        )
        for path in sorted((folder / "corpora").glob("*.md"))
    }
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    questions = []
    for row in rows:
        references = json.loads(row["references"])
        if max(reference["end_index"] for reference in references) <= characters:
            document = documents[row["corpus_id"]]
            starts = [reference["start_index"] for reference in references]
            quotes = [reference["content"] for reference in references]
            questions.append(question_on(document, row["question"], starts, quotes))
    return list(documents.values()), questions


def question_on(
    document: Document, text: str, starts: Sequence[int], quotes: Sequence[str]
) -> Question:
    """Make a question, having checked that each quote stands where it is said to."""
    spans = tuple(
        Span(start, start + len(quote)) for start, quote in zip(starts, quotes, strict=True)
    )
    if [span.of(document.text) for span in spans] != list(quotes):
        raise ValueError(f"{document.source}: a quote is not in its place for {text!r}")
    return Question(text, document.id, spans)


def overlaps(answers: Sequence[Span], passages: Sequence[Passage]) -> tuple[float, float, float]:
    """Return recall, precision and IoU over characters."""
    wanted = _places(answers)
    found = wanted & _places([passage.span for passage in passages])
    shown = sum(len(passage.span) for passage in passages)
    missed = len(wanted) - len(found)
    return len(found) / len(wanted), len(found) / max(1, shown), len(found) / (shown + missed)


def recalls_within(
    questions: Sequence[Question], found: Sequence[Sequence[Passage]]
) -> tuple[float, ...]:
    """Return the mean recall for each budget of characters, the last passage cut to fit."""

    def one(question: Question, passages: Sequence[Passage], budget: int) -> float:
        spans, left = [], budget
        for span in (passage.span for passage in passages):
            spans.append(Span(span.start, span.start + min(left, len(span))))
            left -= len(spans[-1])
        wanted = _places(question.answers)
        return len(wanted & _places(spans)) / len(wanted)

    pairs = list(zip(questions, found, strict=True))
    return tuple(statistics.fmean(one(q, p, budget) for q, p in pairs) for budget in BUDGETS)


def _places(spans: Iterable[Span]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


def measure_squad(
    home: Path, model: EmbeddingModel, chunks: tuple[int, int], options: argparse.Namespace
) -> tuple[tuple[float, ...], float]:
    """Return evidence recall in the first 1 and 5 passages, and the characters of a passage."""
    documents, questions = read_squad(options.data / SQUAD.relative_to(DATA))
    asked = sample([q for q in questions if q.answers], options.questions)
    with opened(home / "squad", model, chunks, documents) as library:
        retriever = HybridRetriever(library=library, k=FIRST)
        found = [retriever.retrieve(question.text) for question in asked]
    ranks = [
        [
            p.document.id == q.document_id and any(p.span.contains(answer) for answer in q.answers)
            for p in passages
        ]
        for q, passages in zip(asked, found, strict=True)
    ]
    recalls = tuple(statistics.fmean(any(hits[:k]) for hits in ranks) for k in (1, FIRST))
    return recalls, statistics.fmean(len(p.span) for passages in found for p in passages)


if __name__ == "__main__":
    main()
