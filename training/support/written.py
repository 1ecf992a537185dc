"""Reads the claims written for training, about texts that were invented for the reader.

Half of them are true, in other words than the text's or of facts from several places. The others
look as good and have one error, seldom just another name or number: a remark given to the wrong
person, a plan told as done, a part as the whole, a detail that only sounds likely.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rag.types import Span
from training.reader.written import FOLDER as TEXTS
from training.support.examples import Example

FOLDER = Path(__file__).parent / "written"


def written_claims(folder: Path = FOLDER) -> Iterator[Example]:
    """Yield the claims about each text, with the spans of their words that are wrong.

    Each line of a file is a claim, and the runs of its words that its text does not bear out.
    """
    for path in sorted(folder.glob("*.jsonl")):
        text = (TEXTS / "documents" / f"{path.stem}.txt").read_text(encoding="utf-8")
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            claim, places = record["claim"], []
            for words in record["wrong"]:
                start = claim.index(words)
                places.append(Span(start, start + len(words)))
            yield Example("written", text, claim, float(not places), tuple(places))
