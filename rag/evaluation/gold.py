"""Pin each case's gold quotes to their places, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, EvaluationSet, Evidence
from rag.evaluation.corpus import Corpus
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
    """Find the gold quotes of every case by exact comparison.

    Raises:
        EvaluationSetError: if a quote is not in its document, or a document is not in the set;
            the message lists every such mistake of the set.
    """
    resolver = _Resolver(evaluation_set, corpus)
    cases, mistakes = [], []
    for case in evaluation_set.cases:
        try:
            cases.append(resolver.resolve(case))
        except EvaluationSetError as error:
            mistakes.append(str(error))
    if mistakes:
        raise EvaluationSetError("\n".join(mistakes))
    return tuple(cases)


def occurrences(quote: str, text: str) -> Iterator[Span]:
    """Yield every span of ``text`` that reads ``quote``, overlapping ones included."""
    start = text.find(quote)
    while start >= 0:
        yield Span(start, start + len(quote))
        start = text.find(quote, start + 1)


@dataclass(frozen=True, slots=True)
class _Resolver:
    evaluation_set: EvaluationSet
    corpus: Corpus

    def resolve(self, case: Case) -> GoldCase:
        asked = self._named(case, case.document) if case.document else self.corpus.documents
        return GoldCase(
            case=case,
            quotes=tuple(self._pin(case, evidence, asked) for evidence in case.evidence),
            document_ids=frozenset(d.id for d in asked) if case.document else None,
        )

    def _pin(self, case: Case, evidence: Evidence, asked: Sequence[Document]) -> GoldQuote:
        documents = self._named(case, evidence.document) if evidence.document else asked
        places = tuple(
            Place(document.id, span)
            for document in documents
            for span in occurrences(evidence.quote, document.text)
        )
        if not places:
            names = ", ".join(self.corpus.names[document.id] for document in documents[:3])
            where = names if len(documents) <= 3 else f"any of the {len(documents)} documents"
            raise EvaluationSetError(
                f"{self._label(case)}: evidence: the quote {evidence.quote!r} is not in {where}. "
                "Copy it from the document character by character, typography included."
            )
        return GoldQuote(evidence.quote, places)

    def _named(self, case: Case, reference: str) -> Sequence[Document]:
        found = self.corpus.find(reference, folder=self.evaluation_set.path.parent)
        if len(found) == 1:
            return found
        problem = "names several documents" if found else "is no document of the set"
        names = ", ".join(sorted(set(self.corpus.names.values()))[:10])
        raise EvaluationSetError(
            f"{self._label(case)}: document: {reference!r} {problem}. "
            f"Name one of its files, with its folder where two share a name: {names}."
        )

    def _label(self, case: Case) -> str:
        return f"{self.evaluation_set.path}: case {case.id!r}"
