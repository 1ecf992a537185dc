"""The built-in answerer: quotes the sentences that best answer, or refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.scoring import ScoredSentence, SentenceReader, score_sentences
from rag.questions import QuestionKind, kind_of
from rag.types import Draft, DraftClaim, Passage, ProposedQuote

THRESHOLD = 0.07
"""The probability below which the sources are said not to answer."""

SHARE = {QuestionKind.REASON: 0.5, QuestionKind.LIST: 0.4}
"""How likely, against the best, a sentence must be to be quoted beside it."""

MOST = {QuestionKind.REASON: 3, QuestionKind.LIST: 6}
"""How many sentences answer at the most; one, where the kind is not named."""

_ORDINAL = re.compile(
    r"^\W*(?:the )?(?:first|second|third|fourth|fifth|sixth|finally|lastly|last)(?:ly)?\b",
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
        chosen = _chosen(kind_of(question), scored)
        in_order = sorted(chosen, key=lambda s: (s.passage.document.id, s.span))
        return Draft(claims=tuple(_claim(sentence) for sentence in in_order))


def _chosen(kind: QuestionKind, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Choose as many of the sentences, likeliest first, as the kind of question wants."""
    if kind is QuestionKind.LIST:
        numbered = [s for s in scored if _ORDINAL.match(s.text)]
        if len(numbered) >= 2:
            return numbered[: MOST[kind]]
    least = scored[0].probability * SHARE.get(kind, 1.0)
    return [s for s in scored if s.probability >= least][: MOST.get(kind, 1)]


def _claim(sentence: ScoredSentence) -> DraftClaim:
    quote = ProposedQuote(sentence.passage.number, sentence.text)
    return DraftClaim(text=" ".join(sentence.text.split()), quotes=(quote,))
