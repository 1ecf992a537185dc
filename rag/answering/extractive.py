"""The built-in answerer: quotes the sentences that best answer, or refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.questions import QuestionKind, asks_whether, compares, counted, kind_of, terms
from rag.types import (
    DraftClaim,
    DraftPart,
    JudgedSentence,
    Passage,
    ProposedQuote,
    ShortAnswer,
    Span,
)

THRESHOLD = 0.24
"""How likely the passages must be to answer at all, or the sources are said not to. The lowest at
which the share of the 716 tuning questions that are handled rightly (the evidence first, or rightly
refused) is within a standard error, .016, of its highest, .763 at .42 (the rule of one standard
error of Breiman and others, 1984; ``training/reader/calibrate.py`` prints it): a needless refusal
helps nobody."""

SHARE = {QuestionKind.REASON: 0.6, QuestionKind.LIST: 0.65, QuestionKind.TWO: 0.45}
"""How likely, against the best, a sentence must be to be quoted beside it, by kind of question."""

MOST = {QuestionKind.REASON: 4, QuestionKind.LIST: 6, QuestionKind.TWO: 5}
"""How many sentences answer at the most, by kind of question. Of 18 questions in two parts of the
tuning sets the evidence is quoted whole for 10, and 27 of 55 citations are right. With nine layers
it was 11 and 25 of 54, and 7 and 19 of 34 when they counted as what their first part asks for."""

FACT_SHARE, MOST_FOR_A_FACT = 0.75, 3
"""The same for a fact: further sentences where they are nearly as likely. With these numbers the
evidence is found for 79 % of the questions of the tuning sets, and 65 % of citations are right. No
others that were tried find more by more than .005 and have 65 % right."""

RIVAL_SHARE = 0.9
"""How likely, against the best, a second sentence of its document makes a short answer unclear."""

NUMBERED_SHARE = 0.3
"""How likely, against the best, one of the sentences must be that number what is asked for."""

OTHER_DOCUMENT_SHARE, MOST_DOCUMENTS = 0.6, 4
"""How likely, against the best, another document's sentence must be to be quoted too."""

_ORDINAL = re.compile(
    r"^\W*(?:(?:the )?(?:first|second|third|fourth|fifth|sixth)(?:ly)?|the last|lastly|finally)\b"
    r"(?! (?:day|week|month|year|spring|summer|autumn|winter))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judged sentence and the passage that it stands in."""

    passage: Passage
    judged: JudgedSentence

    @property
    def text(self) -> str:
        """Return the sentence as it stands in the document."""
        return self.judged.span.of(self.passage.document.text)

    @property
    def words(self) -> str:
        """Return the few words of it that answer, as they stand; empty if there are none."""
        return self.judged.words.of(self.passage.document.text) if self.judged.words else ""

    @property
    def probability(self) -> float:
        """Return how likely it answers."""
        return self.judged.probability


class ExtractiveDrafter:
    """Answers with whole sentences of passages that were read, each quoted as it stands.

    A fact gets one sentence and its words as a short answer, or up to three sentences where it is
    hard to tell which; an explanation or a list gets several, in the order of their documents.
    Where several documents answer, each is quoted: they are never merged, and may disagree.
    """

    def draft(self, question: str, passages: Sequence[Passage]) -> Iterator[DraftPart]:
        """Propose the sentences that answer; none if no passage seems to."""
        ranked = candidates(passages)
        if not ranked or max(passage.answers for passage in passages) < THRESHOLD:
            return
        chosen = _chosen(question, ranked)
        in_order = sorted(chosen, key=lambda c: (c.passage.document.id, c.judged.span))
        yield from (_claim(candidate) for candidate in in_order)
        yield ShortAnswer(_short_answer(question, chosen))


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Return each sentence once, from the passage where it is likeliest; likeliest first."""
    best: dict[tuple[str, Span], Candidate] = {}
    for passage in passages:
        for judged in passage.sentences:
            key = (passage.document.id, judged.span)
            if key not in best or judged.probability > best[key].probability:
                best[key] = Candidate(passage, judged)
    return sorted(best.values(), key=lambda candidate: -candidate.probability)


def _chosen(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Choose as many of the sentences, likeliest first, as the kind of question wants."""
    kind = kind_of(question)
    most = MOST.get(kind, MOST_FOR_A_FACT)
    if kind is QuestionKind.LIST and (numbered := _numbered(question, ranked)):
        return numbered[:most]
    least = ranked[0].probability * SHARE.get(kind, FACT_SHARE)
    chosen = [c for c in ranked if c.probability >= least][:most]
    if kind not in MOST or compares(question):
        chosen += _from_others(ranked, chosen, compared=compares(question))
    return chosen


def _from_others(
    ranked: Sequence[Candidate], chosen: Sequence[Candidate], *, compared: bool
) -> list[Candidate]:
    """Return the best sentence of each further document that answers a question of fact too.

    Where documents are compared, it need not hold a few words that are the answer.
    """
    quoted = {candidate.passage.document.id for candidate in chosen}
    least = ranked[0].probability * OTHER_DOCUMENT_SHARE
    firsts: dict[str, Candidate] = {}
    for candidate in ranked:
        firsts.setdefault(candidate.passage.document.id, candidate)
    others = [
        first
        for id_, first in firsts.items()
        if id_ not in quoted
        and first.probability >= least
        and first.passage.answers >= THRESHOLD
        and (compared or first.judged.words)
    ]
    return others[: MOST_DOCUMENTS - len(quoted)]


def _numbered(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the sentences that number what is asked for ("The second point is …"), or none.

    They need not be the likeliest, but where none of them is likely they number something else.
    """
    numbered = [c for c in ranked if _ORDINAL.match(c.text)]
    named = any(counted(question) & set(terms(c.text)) for c in numbered)
    if not named or len(numbered) < 2:
        return []
    return numbered if numbered[0].probability >= ranked[0].probability * NUMBERED_SHARE else []


def _claim(candidate: Candidate) -> DraftClaim:
    quote = ProposedQuote(candidate.passage.number, candidate.text)
    return DraftClaim(" ".join(candidate.text.split()), (quote,), candidate.probability)


def _short_answer(question: str, chosen: Sequence[Candidate]) -> str:
    """Return the words that answer a question of fact, as they stand, where that is clear.

    It is not where a sentence of the same document is a rival to the best, nor where another
    document says otherwise, nor where yes or no is asked for.
    """
    if asks_whether(question) or kind_of(question) in MOST:
        return ""
    best, *others = chosen
    here = best.passage.document.id
    same = [other for other in others if other.passage.document.id == here]
    elsewhere = [other for other in others if other.passage.document.id != here]
    clear = all(other.probability < best.probability * RIVAL_SHARE for other in same)
    alike = all(terms(other.words) == terms(best.words) for other in elsewhere)
    return best.words if clear and alike else ""
