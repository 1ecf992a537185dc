"""The built-in answerer: quotes the sentences that best answer, or refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.scoring import ScoredSentence, SentenceReader, score_sentences
from rag.questions import QuestionKind, counted, kind_of, terms
from rag.types import Draft, DraftClaim, Passage, ProposedQuote

THRESHOLD = 0.07
"""The probability below which the sources are said not to answer."""

SHARE = {QuestionKind.REASON: 0.5, QuestionKind.LIST: 0.4}
"""How likely, against the best, a sentence must be to be quoted beside it."""

MOST = {QuestionKind.REASON: 3, QuestionKind.LIST: 6}
"""How many sentences answer at the most; one, where the kind is not named."""

_ORDINAL = re.compile(
    r"^\W*(?:the )?(?:(?:first|second|third|fourth|fifth|sixth|last)(?:ly)?|finally)\b"
    r"(?! (?:day|week|month|year))",
    re.IGNORECASE,
)


class ExtractiveDrafter:
    """Answers with whole sentences of the passages, each quoted as it stands.

    A fact gets one sentence; an explanation or a list gets several, in the order of their
    documents.
    """

    def __init__(self, reader: SentenceReader) -> None:
        self._reader = reader

    def draft(self, question: str, passages: Sequence[Passage]) -> Draft:
        """Propose the sentences that answer; none if the best is too unlikely to."""
        scored = score_sentences(self._reader, question, passages)
        if not scored or scored[0].probability < THRESHOLD:
            return Draft(claims=())
        chosen = _chosen(question, scored)
        in_order = sorted(chosen, key=lambda s: (s.passage.document.id, s.span))
        return Draft(claims=tuple(_claim(sentence) for sentence in in_order))


def _chosen(question: str, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Choose as many of the sentences, likeliest first, as the kind of question wants."""
    kind = kind_of(question)
    most = MOST.get(kind, 1)
    if kind is QuestionKind.LIST and (numbered := _numbered(question, scored)):
        return numbered[:most]
    least = scored[0].probability * SHARE.get(kind, 1.0)
    return [s for s in scored if s.probability >= least][:most]


def _numbered(question: str, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Return the sentences that number what is asked for ("The second point is …"), or none."""
    numbered = [s for s in scored if _ORDINAL.match(s.text)]
    named = any(counted(question) & set(terms(s.text)) for s in numbered)
    return numbered if named and len(numbered) > 1 else []


def _claim(sentence: ScoredSentence) -> DraftClaim:
    quote = ProposedQuote(sentence.passage.number, sentence.text)
    return DraftClaim(text=" ".join(sentence.text.split()), quotes=(quote,))
