"""A public set as documents and cases, and its way to disk."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from rag.documents import load_bytes
from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, EvidenceRule
from rag.limits import Limits

MOST_INLINE = 50
"""More cases than these go into a .jsonl beside the set."""

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Imported:
    """Documents as texts by file name, the cases about them, and how many were left out, by why."""

    documents: Mapping[str, str]
    cases: tuple[Case, ...]
    left_out: Mapping[str, int]

    def sample(self, count: int, *, seed: int = 0) -> Imported:
        """Draw ``count`` cases, the same ones each time, in the set's order; keep all documents."""
        places = range(len(self.cases))
        drawn = random.Random(seed).sample(places, min(count, len(places)))  # noqa: S311
        return replace(self, cases=tuple(self.cases[place] for place in sorted(drawn)))


def write_set(imported: Imported, path: Path, *, limits: Limits) -> Imported:
    """Write a set with its documents in a folder beside it; return what was written.

    A case whose evidence does not stand in its documents as they are read back is left out.

    Raises:
        EvaluationSetError: if no case is left, a document cannot be read back, or the disk refuses.
    """
    texts = {name: _read_back(name, text, limits) for name, text in imported.documents.items()}
    kept = tuple(case for case in imported.cases if _is_pinned(case, texts))
    lost = Counter({"evidence that is not in its document": len(imported.cases) - len(kept)})
    written = replace(imported, cases=kept, left_out=dict(Counter(imported.left_out) + lost))
    if not kept:
        raise EvaluationSetError(f"No case was read that {path.name} could hold.")
    try:
        _write(written, path)
    except OSError as error:
        raise EvaluationSetError(f"{path} cannot be written: {error.strerror}.") from error
    return written


def file_name(words: str, ending: str = ".txt") -> str:
    """Make a file name of any words, such as a title or a document's id."""
    kept = re.sub(r"[^\w.-]+", "_", words).strip("._") or "document"
    return kept[:_LONGEST_NAME] + ending


def unique(ids: Sequence[str]) -> list[str]:
    """Return the ids with a number added to those that an earlier one has taken."""
    seen: Counter[str] = Counter()
    numbered = []
    for id_ in ids:
        seen[id_] += 1
        numbered.append(id_ if seen[id_] == 1 else f"{id_}-{seen[id_]}")
    return numbered


def _read_back(name: str, text: str, limits: Limits) -> str:
    return load_bytes(text.encode(), source=name, limits=limits).text


def _is_pinned(case: Case, texts: Mapping[str, str]) -> bool:
    return all(
        evidence.quote in texts[evidence.document or case.document] for evidence in case.evidence
    )


def _write(imported: Imported, path: Path) -> None:
    stem = path.name.removesuffix(".yaml").removesuffix(".eval")
    folder = path.parent / f"{stem}_documents"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in imported.documents.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    entries = [entry(case) for case in imported.cases]
    cases: object = entries
    if len(entries) > MOST_INLINE:
        cases = f"{stem}.cases.jsonl"
        lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in entries)
        (path.parent / cases).write_text("".join(lines), encoding="utf-8")
    record = {"documents": [f"{folder.name}/{name}" for name in imported.documents], "cases": cases}
    text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def entry(case: Case) -> dict[str, Any]:
    """Return a case as a set file has it, without what is the default."""
    evidence = [
        {"document": e.document, "quote": e.quote} if e.document else e.quote for e in case.evidence
    ]
    full = {
        "id": case.id,
        "type": case.type,
        "document": case.document,
        "history": list(case.history),
        "question": case.question,
        "answers": list(case.answers),
        "evidence": evidence,
        "evidence_rule": "all" if case.evidence_rule is EvidenceRule.ALL else "",
    }
    kept = {key: value for key, value in full.items() if value}
    return kept if case.answerable else kept | {"answerable": False}
