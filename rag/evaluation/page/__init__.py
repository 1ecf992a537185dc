"""A report as one page of HTML that needs nothing else: no network, no other file.

The policy in its head allows one script, by its hash, and no connection at all. Questions,
answers and documents are untrusted text: the template escapes whatever it is given.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rag.evaluation.judging import Judgement, flickering
from rag.evaluation.page import views
from rag.evaluation.page.charts import Chart, charts
from rag.evaluation.report import Report, write_text
from rag.evaluation.rows import Row, grouped

_FOLDER = Path(__file__).parent
NO_PLOTS = "The plots need matplotlib, which is not installed: pip install 'pincite[report]'"


def write_page(
    path: Path, reports: Sequence[Report], *, prompts: Mapping[str, str] | None = None
) -> None:
    """Write ``report.html`` to ``path``, making its folder where there is none.

    Raises:
        ReportError: if it cannot be written there.
    """
    write_text(path, page(reports, prompts=prompts))


def page(reports: Sequence[Report], *, prompts: Mapping[str, str] | None = None) -> str:
    """Return the reports as one page; without matplotlib, it says so in place of the plots."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"share": _share, "ends": _ends}
    return environment.get_template("report.html").render(_context(reports, prompts)) + "\n"


def _context(reports: Sequence[Report], prompts: Mapping[str, str] | None) -> dict[str, Any]:
    rows = [row for report in reports for row in report.rows]
    cases, script = views.case_views(reports), _trusted("report.js")
    drawn = _charts(rows)
    return {
        "names": [report.name for report in reports],
        "model": reports[0].settings.get("model", "") if reports else "",
        "sets": views.set_views(reports),
        "measures": views.group_measures(rows),
        "groups": _groups(rows),
        "charts": drawn,
        "no_plots": "" if drawn or not rows else NO_PLOTS,
        "cases": cases,
        "counts": {o.value: sum(case.outcome is o for case in cases) for o in Judgement},
        "flickering": [each for report in reports for each in flickering(report.rows)],
        "types": sorted({row.type for row in rows} - {""}),
        "documents": sorted({row.document for row in rows} - {""}),
        "repeated": any(row.attempt > 1 for row in rows),
        "provenance": views.provenance(reports, prompts),
        "style": _trusted("report.css"),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }


def _groups(rows: Sequence[Row]) -> Mapping[str, Sequence[views.GroupView]]:
    names = views.group_measures(rows)
    by = {
        "type": grouped(rows, lambda row: row.type),
        "document": grouped(rows, lambda row: row.document),
    }
    return {kind: views.group_views(found, names) for kind, found in by.items() if found}


def _charts(rows: Sequence[Row]) -> list[tuple[Chart, Markup]]:
    try:
        return [(chart, Markup(chart.svg)) for chart in charts(rows)]  # noqa: S704 - our own drawing
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] == "matplotlib":
            return []
        raise


def _trusted(name: str) -> Markup:
    """Return a file of ours that goes into the page as it stands."""
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 - ships with us


def _share(number: float | None) -> str:
    return "–" if number is None else f"{number:.3f}"


def _ends(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}"
