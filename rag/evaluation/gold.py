"""Pin each case's gold quotes to their places, before anything runs."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, EvaluationSet, Evidence
from rag.evaluation.corpus import Corpus
from rag.evaluation.nearness import nearest
from rag.types import Document, Span


@dataclass(frozen=True, slots=True)
class Place:
    """A span of one document."""

    document_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """Gold words with every place where they stand (at least one); each of them is right."""

    quote: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class GoldCase:
    """A case whose evidence is pinned; ``document_ids`` are those to ask, or None for all."""

    case: Case
    quotes: tuple[GoldQuote, ...]
    document_ids: frozenset[str] | None


def resolve(evaluation_set: EvaluationSet, corpus: Corpus) -> tuple[GoldCase, ...]:
    """Find the gold quotes of every case, letter by letter; only where lines end may differ.

    Raises:
        EvaluationSetError: if a quote is not in its document, or a document is not in the set;
            the message lists every such mistake of the set.
    """
    cases, mistakes = pin(evaluation_set, corpus)
    if mistakes:
        raise EvaluationSetError("\n".join(mistakes))
    return cases


def pin(
    evaluation_set: EvaluationSet, corpus: Corpus
) -> tuple[tuple[GoldCase, ...], tuple[str, ...]]:
    """Find the gold quotes of every case; return the cases without a mistake, and the mistakes."""
    resolver = _Resolver(evaluation_set, corpus)
    cases: list[GoldCase] = []
    mistakes: list[str] = []
    for case in evaluation_set.cases:
        found, wrong = resolver.resolve(case)
        cases += found
        mistakes += wrong
    return tuple(cases), tuple(mistakes)


def occurrences(quote: str, text: str) -> Iterator[Span]:
    """Yield every span of ``text`` that reads ``quote``, overlapping ones included."""
    start = text.find(quote)
    while start >= 0:
        yield Span(start, start + len(quote))
        start = text.find(quote, start + 1)


def wrapped(quote: str, document: Document) -> Iterator[Span]:
    """Yield every span that reads ``quote`` but for white space and the ends of printed lines.

    A hyphen that only the end of a line put into a word counts as nothing.
    """
    letters, places = _letters(document.text, document.hyphens)
    wanted = "".join(quote.split())
    for found in occurrences(wanted, letters) if wanted else ():
        yield Span(places[found.start], places[found.end - 1] + 1)


@lru_cache(maxsize=4)
def _letters(text: str, hyphens: tuple[int, ...]) -> tuple[str, array[int]]:
    """Return what is printed without white space and line-end hyphens, and where each stood."""
    left_out = set(hyphens)
    kept = (n for n, c in enumerate(text) if not c.isspace() and n not in left_out)
    places = array("I", kept)
    return "".join(text[place] for place in places), places


def _spans(quote: str, document: Document) -> list[Span]:
    return list(occurrences(quote, document.text)) or list(wrapped(quote, document))


@dataclass(frozen=True, slots=True)
class _Resolver:
    evaluation_set: EvaluationSet
    corpus: Corpus

    def resolve(self, case: Case) -> tuple[list[GoldCase], list[str]]:
        """Return the case with its quotes pinned, or all that is wrong with it."""
        try:
            asked = self._named(case.document, "document") if case.document else None
        except EvaluationSetError as error:
            return [], [f"{self._label(case)}: {error}"]
        quotes, mistakes = [], []
        for number, evidence in enumerate(case.evidence):
            try:
                quotes.append(self._pin(evidence, f"evidence.{number}", asked))
            except EvaluationSetError as error:
                mistakes.append(f"{self._label(case)}: {error}")
        ids = None if asked is None else frozenset(document.id for document in asked)
        return ([] if mistakes else [GoldCase(case, tuple(quotes), ids)]), mistakes

    def _pin(self, evidence: Evidence, key: str, asked: Sequence[Document] | None) -> GoldQuote:
        documents = self.corpus.documents if asked is None else asked
        if evidence.document:
            documents = self._named(evidence.document, f"{key}.document")
        places = tuple(
            Place(document.id, span)
            for document in documents
            for span in _spans(evidence.quote, document)
        )
        if not places:
            names = ", ".join(self.corpus.names[document.id] for document in documents[:3])
            where = names if len(documents) <= 3 else f"any of the {len(documents)} documents"
            raise EvaluationSetError(
                f"{key}: the quote {evidence.quote!r} is not in {where}. "
                f"{self._nearest(evidence.quote, documents)}"
                "Copy it from the document character by character, typography included."
            )
        return GoldQuote(evidence.quote, places)

    def _nearest(self, quote: str, documents: Sequence[Document]) -> str:
        """Say where the words stand, or words like them: in ``documents`` first, else in any."""
        others = [document for document in self.corpus.documents if document not in documents]
        near = nearest(quote, [*documents, *others])
        if near is None:
            return "No words like it stand in the documents. "
        place = f"{self.corpus.names[near.document.id]}:{near.span.start}-{near.span.end}"
        words = " ".join(near.span.of(near.document.text).split())
        return f"Nearest is {place} “{words}”: {near.difference}. "

    def _named(self, reference: str, key: str) -> Sequence[Document]:
        found = self.corpus.find(reference, folder=self.evaluation_set.path.parent)
        if len(found) == 1:
            return found
        problem = "names several documents" if found else "is no document of the set"
        names = ", ".join(sorted(set(self.corpus.names.values()))[:10])
        raise EvaluationSetError(
            f"{key}: {reference!r} {problem}. "
            f"Name one of its files, with its folder where two share a name: {names}."
        )

    def _label(self, case: Case) -> str:
        return f"{self.evaluation_set.path}: case {case.id!r}"
