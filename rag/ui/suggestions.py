"""Questions to begin with, for the documents that come with Pincite."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

MOST = 4


def suggestions(sources: Iterable[str]) -> list[str]:
    """Return a few questions for documents with these file names; none if none is known."""
    known = _by_file_name()
    return [question for source in sources for question in known.get(source, ())][:MOST]


@cache
def _by_file_name() -> dict[str, list[str]]:
    text = Path(__file__).with_name("suggestions.json").read_text(encoding="utf-8")
    questions: dict[str, list[str]] = json.loads(text)
    return questions
