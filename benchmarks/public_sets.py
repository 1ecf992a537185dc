"""Public question sets, asked of the built-in answerer: one row a set, with 95 % intervals.

Make each set first with ``python -m rag eval-import``. The measures are those of ``rag eval``; with
``--excerpts`` recall, precision and IoU are added, as chunking_evaluation defines them (Smith
and Troynikov 2024): over the characters of the passages retrieved, what overlapping passages repeat
counting against them. Intervals are percentiles of 2,000 resamplings of the cases.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from rag.evaluation.gold import GoldQuote
from rag.evaluation.intervals import intervals
from rag.evaluation.measures import Tally
from rag.evaluation.results import CaseResult
from rag.evaluation.rows import Row
from rag.evaluation.runner import SetRunner
from rag.settings import load_settings
from rag.types import Span

MEASURES = (
    "retrieval_recall@6",
    "evidence_recall",
    "citation_precision",
    "answer_match",
    "answer_f1",
    "abstention_f1",
    "answer_rate",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--types", nargs="+", help="only cases of these types")
    parser.add_argument("--history", action="store_true", help="only cases with earlier questions")
    parser.add_argument("--excerpts", action="store_true", help="recall, precision, IoU @ top_k")
    options = parser.parse_args()
    settings = load_settings()
    names = (*MEASURES, *(EXCERPT_MEASURES if options.excerpts else ()))
    print("| set | n | " + " | ".join(names) + " | exact | minutes |")
    print("|---|---|" + "---|" * len(names) + "---|---|")
    for path in options.sets:
        with SetRunner(path, settings) as runner:
            cases = [
                case
                for case in runner.set.cases
                if (not options.types or case.type in options.types)
                and (case.history or not options.history)
            ]
            started = time.perf_counter()
            rows = [row for case in tqdm(cases, unit=" cases") for row in runner.run(case.id)]
            minutes = (time.perf_counter() - started) / 60
            results = [runner.result(row) for row in rows]
        tallies = [dict(row.tallies) for row in rows]
        if options.excerpts:
            tallies = [t | excerpt_tallies(r) for t, r in zip(tallies, results, strict=True)]
        shown = " | ".join(cell([t.get(name, Tally()) for t in tallies]) for name in names)
        row = (path.name, len(cases), shown, exactness(rows), f"{minutes:.1f}")
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def exactness(rows: Sequence[Row]) -> str:
    """Say how many of the quotations shown read as their documents do."""
    shares = [row.tallies["quote_exactness"] for row in rows]
    return f"{sum(s.hits for s in shares):.0f} of {sum(s.total for s in shares)}"


def cell(shares: Sequence[Tally]) -> str:
    """Write a share over cases with its interval and what it is a share of."""
    total = sum(share.total for share in shares)
    interval = intervals([{"": share} for share in shares]).get("")
    if not total or interval is None:
        return "–"
    low, high = interval
    return f"{sum(share.hits for share in shares) / total:.3f} [{low:.3f}, {high:.3f}]"


def excerpt_tallies(result: CaseResult) -> dict[str, Tally]:
    """Return recall, precision and IoU of the passages retrieved for one case."""
    wanted = {place for quote in result.gold.quotes for place in _characters(quote)}
    spans = [(passage.document.id, passage.span) for passage in result.passages]
    found = wanted & {(id_, at) for id_, span in spans for at in _range(span)}
    shown = sum(len(span) for _, span in spans)
    missed = len(wanted) - len(found)
    values = (len(found) / len(wanted), len(found) / max(1, shown), len(found) / (shown + missed))
    return {name: Tally(value, 1) for name, value in zip(EXCERPT_MEASURES, values, strict=True)}


EXCERPT_MEASURES = ("excerpt recall", "excerpt precision", "excerpt IoU")


def _range(span: Span) -> range:
    return range(span.start, span.end)


def _characters(quote: GoldQuote) -> set[tuple[str, int]]:
    """Return the places of an excerpt's characters, where it stands first."""
    first = quote.places[0]
    return {(first.document_id, at) for at in _range(first.span)}


if __name__ == "__main__":
    main()
