"""A run summed up for a terminal: the table of its measures, and the gates that failed."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evaluation.measures import Tally, value
from rag.evaluation.report import Report
from rag.evaluation.rows import Row, costs

_NAMED = 10  # cases that a failed gate names
_TOLERANCE = 1e-9  # sums of reciprocal ranks are rounded


def measures_table(report: Report) -> str:
    """Lay the measures out as aligned columns: name, value, 95 % interval, n, gate."""
    tallies, intervals = report.tallies, report.intervals
    lines = [("measure", "value", "95 %", "n", "gate")]
    for name, share in tallies.items():
        gate = f"{report.gates[name]:g}" if name in report.gates else ""
        measured = _shown(value(name, share))
        lines.append((name, measured, _between(intervals[name]), str(share.total), gate))
    for name, number in costs(report.rows).items():
        lines.append((name, _shown(number, digits=1), "", str(len(report.rows)), ""))
    return aligned(lines)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Lay rows of cells out in columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def failed_gates(report: Report) -> list[str]:
    """Return a sentence for each measure below its gate; a measure of nothing is below any."""
    tallies = report.tallies
    sentences = []
    for name, floor in report.gates.items():
        share = tallies.get(name, Tally())
        measured = value(name, share)
        if measured is None:
            sentences.append(
                f"{report.name}: {name} has a gate, but nothing in this run measures it."
            )
        elif measured < floor - _TOLERANCE:
            sentences.append(
                f"{report.name}: {name} is {measured:.4f} (n = {share.total}), "
                f"below its gate {floor:g}.{_shortfall(name, report.rows)}"
            )
    return sentences


def _shortfall(name: str, rows: Sequence[Row]) -> str:
    fell = (row.record["id"] for row in rows if row.record["scores"].get(name, 1.0) < 1.0)
    short = list(dict.fromkeys(fell))
    more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
    return f" Short of it: {', '.join(short[:_NAMED])}{more}." if short else ""


def _shown(number: float | None, *, digits: int = 3) -> str:
    return "–" if number is None else f"{number:.{digits}f}"


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}"
