"""What happens while a question is answered, in the order in which it can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer, Claim, Passage, Rejection


@dataclass(frozen=True, slots=True)
class Searching:
    """The question, standing alone, is being searched for."""

    question: str


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages, best first, that the answerer is given."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ClaimVerified:
    """A sentence of the answer is complete and stands on quotations that were found."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class ClaimRejected:
    """A sentence, or a quotation of it, was not borne out by the sources."""

    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete."""

    answer: Answer


Event = Searching | PassagesFound | ClaimVerified | ClaimRejected | Done
