"""Finds the passages that a question is about: two searches weighed together, then read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.chunking import fitting
from rag.errors import UnknownDocumentError
from rag.evidence import SentenceReader, judge
from rag.index import Hit
from rag.library import Library
from rag.questions import WORD, compares, is_stop_word, stem, terms
from rag.sentences import split_sentences
from rag.types import BlockKind, Chunk, Passage, Scores, Span

CANDIDATES = 50
"""How many hits of each search are weighed."""

READ, READ_CHARACTERS = 8, 4_800
"""How many passages the reader reads to choose from, and how long they may be together. It reads as
many as are wanted, however long or many these are."""

LEXICAL_WEIGHT = 0.4
"""BM25's share of the fused score, the rest is the cosine's; see ``benchmarks/retrieval.py``."""

CHROME_PENALTY = 0.1
"""What a chunk outside the body loses: a title has the question's words and answers nothing."""

DUPLICATE_CONTAINMENT = 0.8
"""The share of a chunk's words which, if they stand in a better one, make it a duplicate."""

KEPT_TEXTS = 512
"""Of how many texts the words are kept: the next question often finds the same."""

MOST_COMPARED = 4
"""How many documents take turns at the places where a question is about several."""

_TRIES = 5  # a document may be replaced between two searches, but hardly so often


@dataclass(frozen=True, slots=True)
class _Candidate:
    chunk: Chunk
    text: str
    scores: Scores


class HybridRetriever(BaseRetriever):
    """Fuses Chroma's cosine and FTS5's BM25, leaves out near-duplicates, and reads the best.

    The fusion is a weighted sum of the cosine and of BM25 divided by the question's best BM25
    score, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval"
    (2023), who find it better than reciprocal ranks; so do our own figures. With a ``reader``,
    passages are ranked by how likely their best sentence is to answer.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    k: int
    reader: SentenceReader | None = None

    def retrieve(
        self, question: str, *, k: int | None = None, document_ids: Collection[str] | None = None
    ) -> tuple[Passage, ...]:
        """Return at most ``k`` passages, best first, numbered from 1."""
        wanted = self.k if k is None else k
        if self.reader is None:
            return self._found(question, wanted, document_ids)
        found = self._found(question, max(wanted, READ), document_ids)
        found = found[: max(wanted, fitting([len(p.text) for p in found], READ_CHARACTERS))]
        read = sorted(judge(self.reader, question, found), key=lambda p: -p.probability)
        if compares(question):
            read = [read[place] for place in by_turns([p.document.id for p in read])]
        return tuple(replace(p, number=number) for number, p in enumerate(read[:wanted], start=1))

    def _found(
        self, question: str, k: int, document_ids: Collection[str] | None
    ) -> tuple[Passage, ...]:
        """Search; and again if a document was replaced or removed meanwhile."""
        for _ in range(_TRIES - 1):
            with suppress(UnknownDocumentError):
                return self._searched(question, k, document_ids)
        return self._searched(question, k, document_ids)

    def _searched(
        self, question: str, k: int, document_ids: Collection[str] | None
    ) -> tuple[Passage, ...]:
        """Return at most ``k`` passages by both searches, best first."""
        ranked = self._candidates(question, document_ids)
        if compares(question):
            ranked = [ranked[at] for at in by_turns([c.chunk.document_id for c in ranked])]
        chosen = distinct(
            [candidate.text for candidate in ranked],
            k,
            documents=[candidate.chunk.document_id for candidate in ranked],
            echoes=[candidate.chunk.kind is not BlockKind.BODY for candidate in ranked],
        )
        return tuple(
            Passage(
                number=number,
                document=self.library.document(ranked[place].chunk.document_id),
                span=ranked[place].chunk.span,
                scores=ranked[place].scores,
            )
            for number, place in enumerate(chosen, start=1)
        )

    def _candidates(self, question: str, document_ids: Collection[str] | None) -> list[_Candidate]:
        """Return all hits of both searches, best first."""
        dense = self.library.search_dense(question, CANDIDATES, document_ids=document_ids)
        lexical = self.library.search_lexical(question, CANDIDATES, document_ids=document_ids)
        scores = fuse(dense, lexical)
        chunks = self.library.chunks(list(scores))
        found = [
            _Candidate(chunk, text, _weighed(scores, chunk))
            for chunk, text in zip(chunks, self.library.texts(chunks), strict=True)
        ]
        return sorted(found, key=lambda c: (-c.scores.fused, c.chunk.id))

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[LangChainDocument]:
        return [
            LangChainDocument(
                page_content=passage.text,
                metadata={
                    "document_id": passage.document.id,
                    "title": passage.document.title,
                    "source": passage.document.source,
                    "start": passage.span.start,
                    "end": passage.span.end,
                    "score": passage.scores.fused,
                },
            )
            for passage in self.retrieve(query, k=k)
        ]


def fuse(
    dense: Sequence[Hit], lexical: Sequence[Hit], *, weight: float = LEXICAL_WEIGHT
) -> dict[str, Scores]:
    """Weigh two rankings by score; a chunk that one search missed scores 0 there.

    Cosines are used as they are, at least 0; BM25 has no scale of its own and is divided by
    the best of this question.
    """
    cosines = {hit.chunk_id: hit.score for hit in dense}
    bm25 = {hit.chunk_id: hit.score for hit in lexical}
    best = max(bm25.values(), default=0.0) or 1.0
    return {
        id_: Scores(
            dense=(cosine := cosines.get(id_, 0.0)),
            lexical=(rank := bm25.get(id_, 0.0)),
            fused=(1 - weight) * max(0.0, cosine) + weight * rank / best,
        )
        for id_ in dict.fromkeys([*cosines, *bm25])
    }


def by_turns(documents: Sequence[str]) -> list[int]:
    """Return the places of a ranking so that the best ``MOST_COMPARED`` documents take turns.

    The first of each document comes first, then the second of each; the other documents follow.
    """
    taking = list(dict.fromkeys(documents))[:MOST_COMPARED]
    turns: Counter[str] = Counter()
    keys = []
    for place, document in enumerate(documents):
        turn = turns[document] if document in taking else len(documents)
        turns[document] += 1
        keys.append((turn, place))
    return [place for _, place in sorted(keys)]


def distinct(
    texts: Sequence[str], k: int, *, documents: Sequence[str], echoes: Sequence[bool]
) -> list[int]:
    """Return the places of the first ``k`` texts that do not repeat a better one.

    A text that names a name or a number of its own repeats nothing, however like another it is. One
    of the ``documents`` repeats another only sentence by sentence: where they disagree, be it by a
    "not", both are found. A text that may be an echo, such as a standfirst,
    yields to any text that holds its words and is none, even a worse one: that is where a citation
    belongs.
    """
    chosen: list[int] = []
    for place, text in enumerate(texts):
        if len(chosen) == k:
            break
        others = chosen
        if echoes[place]:
            others = chosen + [other for other, echo in enumerate(echoes) if not echo]
        here = documents[place]
        if not any(_repeats(text, texts[o], within=documents[o] == here) for o in others):
            chosen.append(place)
    return chosen


def _repeats(text: str, other: str, *, within: bool) -> bool:
    """Say whether a text says nothing that another does not, ``within`` one document or not."""
    if within:
        return _words(text).stand_in(_words(other))
    return bool(said := _sentences(text)) and said <= _sentences(other)


@dataclass(frozen=True, slots=True)
class _Words:
    """The stems of a text, and those of them that are names and numbers."""

    all: frozenset[str]
    named: frozenset[str]

    def stand_in(self, other: _Words) -> bool:
        """Say whether nearly all of these words are in ``other``, names and numbers all of them."""
        shared = len(self.all & other.all)
        return 0 < DUPLICATE_CONTAINMENT * len(self.all) <= shared and self.named <= other.all


@lru_cache(maxsize=KEPT_TEXTS)
def _words(text: str) -> _Words:
    return _Words(frozenset(terms(text)), _named(text))


@lru_cache(maxsize=KEPT_TEXTS)
def _sentences(text: str) -> frozenset[str]:
    """Return the words of each sentence, without case and punctuation."""
    sentences = (span.of(text) for span in split_sentences(text, Span(0, len(text))))
    return frozenset(" ".join(WORD.findall(s)).casefold() for s in sentences) - {""}


def _named(text: str) -> frozenset[str]:
    words = [word for word in WORD.findall(text) if not is_stop_word(word)]
    return frozenset(stem(word) for word in words if word[0].isupper() or word[0].isdigit())


def _weighed(scores: dict[str, Scores], chunk: Chunk) -> Scores:
    own = scores[chunk.id]
    if chunk.kind is BlockKind.BODY:
        return own
    return Scores(own.dense, own.lexical, own.fused - CHROME_PENALTY)
