"""Documents, answers and a scripted answerer for the tests of evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

from rag.evaluation.cases import Case
from rag.evaluation.gold import GoldCase, GoldQuote, Place, occurrences
from rag.evaluation.results import CaseResult, Crash
from rag.settings import Settings
from rag.types import (
    Answer,
    Citation,
    Claim,
    Document,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Scores,
    Span,
    Status,
    Turn,
    Verdict,
)

FOX = "The quick brown fox jumps over the lazy dog. It ran home before dark. The end came soon."


def document(text: str, name: str = "fox.txt") -> Document:
    return Document(f"id of {name}", name, text, name, "text/plain", ())


def span_of(words: str, text: str) -> Span:
    return next(occurrences(words, text))


def cite(source: Document, words: str, number: int = 1) -> Citation:
    return Citation(number, source.id, span_of(words, source.text), words, Verdict.EXACT)


def passage(source: Document, words: str, number: int = 1) -> Passage:
    return Passage(number, source, span_of(words, source.text), Scores(0.0, 0.0, 0.0))


def answer(
    question: str,
    *citations: Citation,
    passages: Sequence[Passage] = (),
    text: str = "",
    short_answer: str = "",
) -> Answer:
    words = text or " ".join(citation.quote for citation in citations)
    claims = (Claim(words, citations),)
    return Answer(question, question, Status.ANSWERED, claims, (), tuple(passages), short_answer)


def refusal(question: str, passages: Sequence[Passage] = ()) -> Answer:
    return Answer(question, question, Status.NOT_IN_SOURCES, (), (), tuple(passages))


def rejecting(base: Answer, words: str) -> Answer:
    rejection = Rejection("A claim.", ProposedQuote(1, words), RejectionReason.NOT_FOUND)
    return replace(base, status=Status.PARTIAL, rejections=(rejection,))


def gold(case: Case, *sources: Document) -> GoldCase:
    quotes = tuple(
        GoldQuote(
            evidence.quote,
            tuple(
                Place(source.id, span)
                for source in sources
                for span in occurrences(evidence.quote, source.text)
            ),
        )
        for evidence in case.evidence
    )
    return GoldCase(case, quotes, None)


def result(pinned: GoldCase, outcome: Answer | Crash, latency_ms: float = 1.0) -> CaseResult:
    return CaseResult(pinned, outcome, latency_ms)


Reply = Callable[[Sequence[Document]], Answer]
"""Makes an answer from the documents that were opened."""


@dataclass
class ScriptedAsker:
    """Answers by a script from question to reply; refuses what the script does not name."""

    documents: Sequence[Document]
    script: Mapping[str, Reply]
    asked: list[tuple[str, tuple[Turn, ...], Collection[str] | None]] = field(default_factory=list)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        self.asked.append((question, tuple(history), document_ids))
        reply = self.script.get(question)
        return reply(self.documents) if reply else refusal(question)


@dataclass
class Opener:
    """Opens scripted answerers and remembers them."""

    script: Mapping[str, Reply] = field(default_factory=dict)
    opened: list[ScriptedAsker] = field(default_factory=list)
    closed: int = 0

    def __call__(
        self, settings: Settings, documents: Sequence[Document]
    ) -> AbstractContextManager[ScriptedAsker]:
        return self._open(documents)

    @contextmanager
    def _open(self, documents: Sequence[Document]) -> Iterator[ScriptedAsker]:
        asker = ScriptedAsker(documents, self.script)
        self.opened.append(asker)
        yield asker
        self.closed += 1


def quoting(question: str, words: str) -> dict[str, Reply]:
    """Script an answer that quotes ``words`` from the first document that has them."""

    def reply(documents: Sequence[Document]) -> Answer:
        source = next(d for d in documents if words in d.text)
        return answer(question, cite(source, words), passages=[passage(source, words)])

    return {question: reply}


def lying(question: str) -> dict[str, Reply]:
    """Script a citation whose words do not stand at its place."""

    def reply(documents: Sequence[Document]) -> Answer:
        return answer(question, Citation(1, documents[0].id, Span(0, 3), "lie", Verdict.EXACT))

    return {question: reply}


def crashing(question: str) -> dict[str, Reply]:
    def reply(documents: Sequence[Document]) -> Answer:
        raise RuntimeError("the model fell over")

    return {question: reply}


def hanging(question: str, seconds: float) -> dict[str, Reply]:
    def reply(documents: Sequence[Document]) -> Answer:
        time.sleep(seconds)
        return refusal(question)

    return {question: reply}
