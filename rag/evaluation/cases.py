"""An evaluation set as values: what is asked, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class EvidenceRule(StrEnum):
    """How many of a case's evidence quotes must be found."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that prove an answer; ``document`` is empty where any document may hold them."""

    quote: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what would be right.

    An answerable case has ``answers`` (any one of them, inside the answer, is right),
    ``evidence`` or both; an unanswerable one has neither and should be refused. ``history`` holds
    the user's earlier questions, in order. ``document`` is the only document to ask, or empty.
    """

    id: str
    question: str
    history: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    evidence_rule: EvidenceRule = EvidenceRule.ANY
    answerable: bool = True
    type: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set file: its documents as paths, the floors of its measures, and its cases."""

    path: Path
    documents: tuple[Path, ...]
    gates: Mapping[str, float]
    cases: tuple[Case, ...]
