"""SQuAD, versions 1.1 and 2.0: the one reader of its files.

Rajpurkar, Jia and Liang 2018, "Know What You Don't Know: Unanswerable Questions for SQuAD".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.evaluation.cases import Case, Evidence
from rag.evaluation.imports.imported import Imported, file_name, unique
from rag.evaluation.imports.records import reading
from rag.evaluation.squad import normalize
from rag.sentences import split_sentences
from rag.types import Span

PARTED = "\n\n"
"""What stands between the paragraphs of an article."""


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question about one paragraph.

    ``answers`` are the distinct places of its gold answers in that paragraph, what most people
    marked first; none where it cannot be answered.
    """

    id: str
    text: str
    answers: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SquadParagraph:
    """A paragraph, the questions about it, and where it begins in its article."""

    text: str
    start: int
    questions: tuple[SquadQuestion, ...]


@dataclass(frozen=True, slots=True)
class SquadArticle:
    """An article as one text, its paragraphs parted by blank lines."""

    title: str
    paragraphs: tuple[SquadParagraph, ...]

    @property
    def text(self) -> str:
        """Return the paragraphs as one text."""
        return PARTED.join(paragraph.text for paragraph in self.paragraphs)


def read_squad(path: Path) -> tuple[SquadArticle, ...]:
    """Read a file in SQuAD's format.

    Raises:
        EvaluationSetError: if the file cannot be read or is in another format.
    """
    with reading(str(path), "SQuAD"):
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        return tuple(_article(article) for article in articles)


def read(paths: Sequence[Path]) -> Imported:
    """Read files as one set: each article a document, all of which are searched.

    Evidence is any sentence that holds a gold answer, for an answer such as "France" stands in
    other places too. ``type`` is the article's title.
    """
    articles = [article for path in paths for article in read_squad(path)]
    names = unique([file_name(article.title, "") for article in articles])
    documents = {f"{name}.txt": a.text for name, a in zip(names, articles, strict=True)}
    found = [
        case
        for name, article in zip(documents, articles, strict=True)
        for paragraph in article.paragraphs
        for case in _cases(paragraph, article.title, name)
    ]
    ids = unique([case.id for case in found])
    cases = tuple(replace(case, id=id_) for case, id_ in zip(found, ids, strict=True))
    return Imported(documents, cases, {})


def _article(item: Mapping[str, Any]) -> SquadArticle:
    paragraphs, start = [], 0
    for paragraph in item["paragraphs"]:
        questions = tuple(_question(question) for question in paragraph["qas"])
        paragraphs.append(SquadParagraph(paragraph["context"], start, questions))
        start += len(paragraph["context"]) + len(PARTED)
    return SquadArticle(item["title"], tuple(paragraphs))


def _question(item: Mapping[str, Any]) -> SquadQuestion:
    marked = [] if item.get("is_impossible") else item["answers"]
    counts = Counter(Span(a["answer_start"], a["answer_start"] + len(a["text"])) for a in marked)
    spans = tuple(span for span, _ in counts.most_common())
    return SquadQuestion(str(item.get("id", "")), item["question"], spans)


def _cases(paragraph: SquadParagraph, title: str, document: str) -> Iterator[Case]:
    sentences = split_sentences(paragraph.text, Span(0, len(paragraph.text)))
    for number, question in enumerate(paragraph.questions, start=1):
        quotes = [s for s in sentences if any(s.overlap(answer) for answer in question.answers)]
        marked = dict.fromkeys(answer.of(paragraph.text) for answer in question.answers)
        yield Case(
            id=question.id or f"{title}-{paragraph.start}-{number}",
            question=question.text,
            answers=tuple(words for words in marked if normalize(words)),
            evidence=tuple(Evidence(span.of(paragraph.text), document) for span in quotes),
            answerable=bool(quotes),
            type=title,
        )
