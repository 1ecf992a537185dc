"""What became of one case: an answer, or a crash that stays in the table."""

from __future__ import annotations

from dataclasses import dataclass

from rag.evaluation.gold import GoldCase
from rag.types import Answer, Citation, Passage, Span, Status


@dataclass(frozen=True, slots=True)
class Crash:
    """The answerer raised, or took longer than a case may take."""

    error: BaseException

    def __str__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case's outcome; ``latency_ms`` is from the question to the complete answer.

    A crash has no citations, passages or words, was neither answered nor refused, and its
    latency is the time until it crashed.
    """

    gold: GoldCase
    outcome: Answer | Crash
    latency_ms: float

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return the distinct citations shown."""
        return self.outcome.citations if isinstance(self.outcome, Answer) else ()

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Return the passages that the answerer was given, best first."""
        return self.outcome.passages if isinstance(self.outcome, Answer) else ()

    @property
    def text(self) -> str:
        """Return the answer's sentences."""
        return self.outcome.text if isinstance(self.outcome, Answer) else ""

    @property
    def short_answer(self) -> str:
        """Return the answer in a few words, empty where there is none."""
        return self.outcome.short_answer if isinstance(self.outcome, Answer) else ""

    @property
    def crashed(self) -> bool:
        """Say whether there is no answer at all."""
        return isinstance(self.outcome, Crash)

    @property
    def refused(self) -> bool:
        """Say whether the answerer said that the sources do not tell."""
        return isinstance(self.outcome, Answer) and self.outcome.status is Status.NOT_IN_SOURCES

    @property
    def answered(self) -> bool:
        """Say whether the answerer answered, in whole or in part."""
        return not self.crashed and not self.refused

    def cited_in(self, document_id: str) -> list[Span]:
        """Return the spans that were cited from one document."""
        return [c.span for c in self.citations if c.document_id == document_id]
