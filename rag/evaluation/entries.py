"""What a set file may say, checked by pydantic and converted at once."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rag.evaluation import squad
from rag.evaluation.cases import Case, Evidence, EvidenceRule
from rag.evaluation.measures import SHARES, is_share

_Text = Annotated[str, StringConstraints(min_length=1)]
_Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class _Entry(BaseModel):
    """What every mapping of a file shares: YAML's bare numbers, such as 2021, count as text."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True, frozen=True
    )


class EvidenceEntry(_Entry):
    """A gold quote; a bare string in the file is its ``quote``."""

    quote: _Text
    document: _Text = ""


class CaseEntry(_Entry):
    """A case with its defaults; refused if it contradicts itself."""

    id: _Text
    question: _Text
    history: tuple[_Text, ...] = ()
    answers: tuple[_Text, ...] = ()
    evidence: tuple[EvidenceEntry, ...] = ()
    evidence_rule: EvidenceRule = EvidenceRule.ANY
    answerable: bool = True
    type: str = ""
    document: _Text = ""

    @field_validator("evidence", mode="before")
    @classmethod
    def _accept_bare_quotes(cls, entries: object) -> object:
        if not isinstance(entries, list):
            return entries
        return [entry if isinstance(entry, dict) else {"quote": entry} for entry in entries]

    @field_validator("answers")
    @classmethod
    def _refuse_answers_without_words(cls, answers: tuple[str, ...]) -> tuple[str, ...]:
        for answer in answers:
            if not squad.normalize(answer):
                raise PydanticCustomError(
                    "answer", "an answer needs a word that is not an article or punctuation"
                )
        return answers

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        if self.answerable and not (self.answers or self.evidence):
            raise PydanticCustomError(
                "case", "give `answers` or `evidence`, or say `answerable: false`"
            )
        if not self.answerable and (self.answers or self.evidence):
            raise PydanticCustomError(
                "case", "it has `answers` or `evidence`, but says `answerable: false`"
            )
        return self

    def to_case(self) -> Case:
        """Return the case as a value."""
        evidence = tuple(Evidence(entry.quote, entry.document) for entry in self.evidence)
        return Case(**{**dict(self), "evidence": evidence})


class SetEntry(_Entry):
    """The set itself; ``cases`` are read one by one, so that each mistake names its case."""

    documents: Annotated[tuple[_Text, ...], Field(min_length=1)]
    gates: dict[str, _Share] = {}
    cases: Any

    @field_validator("gates")
    @classmethod
    def _refuse_unknown_measures(cls, gates: dict[str, float]) -> dict[str, float]:
        for name in gates:
            if not is_share(name):
                known = (*SHARES, "retrieval_recall@6")
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
                raise PydanticCustomError(
                    "gate",
                    "{name} is no measure between 0 and 1; did you mean {near}?",
                    {"name": repr(name), "near": near},
                )
        return gates
