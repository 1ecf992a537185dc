"""The plots of a report as SVG to put into its page; drawn by matplotlib, imported when drawing.

Colours are placeholders while matplotlib draws, and become variables of the page's style sheet, so
that a plot follows the page into the dark. Text stays text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.evaluation.measures import percentile
from rag.evaluation.page.curves import (
    Bin,
    Recall,
    TradeOff,
    calibration_error,
    recall_by_k,
    reliability,
    trade_off,
)
from rag.evaluation.rows import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--soft)",
    "#030303": "var(--line)",
    "#040404": "var(--accent)",
    "#050505": "var(--mark-edge)",
}
_INK, _SOFT, _LINE, _ACCENT, _MARK = _COLOURS
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _SOFT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "text.color": _INK,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}
_SIZE = (5.6, 3.7)  # inches of 72 units


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot with its title and a sentence that says in words what it shows."""

    title: str
    caption: str
    svg: str


def charts(rows: Sequence[Row]) -> list[Chart]:
    """Draw every plot that the rows have something for.

    Raises:
        ModuleNotFoundError: if matplotlib is not installed.
    """
    return list(_charts(rows))


def _charts(rows: Sequence[Row]) -> Iterator[Chart]:
    if bins := reliability(rows):
        yield _reliability_chart(bins)
    if found := trade_off(rows):
        yield _trade_off_chart(found)
    if recalls := recall_by_k(rows):
        yield _recall_chart(recalls)
    if latencies := [row.record["latency_ms"] for row in rows]:
        yield _latency_chart(latencies)


def _reliability_chart(bins: Sequence[Bin]) -> Chart:
    def draw(axes: Axes) -> None:
        most = max(each.count for each in bins)
        axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1, linestyle=(0, (4, 3)))
        for each in bins:
            axes.plot([each.said] * 2, each.interval, color=_ACCENT, linewidth=1.6, alpha=0.45)
            size = 30 + 170 * each.count / most
            axes.scatter([each.said], [each.right], s=size, color=_ACCENT, zorder=3)
            axes.annotate(
                str(each.count),
                (each.said, each.interval[1]),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=_SOFT,
            )
        _shares(axes, "probability shown", "share that was right")

    total, error = sum(each.count for each in bins), calibration_error(bins)
    return Chart(
        "Are the probabilities true?",
        f"Each dot is a tenth of the scale, with its number of sentences and 95 % interval; on the "
        f"dashed line, what is said is what happens. {total} sentences, off by {error:.2f} on "
        "average.",
        _drawn("reliability", draw),
    )


def _trade_off_chart(found: TradeOff) -> Chart:
    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [1, 0], color=_SOFT, linewidth=1, linestyle=(0, (4, 3)))
        answered, refused = zip(*found.curve, strict=True)
        axes.plot(answered, refused, color=_ACCENT, linewidth=2, drawstyle="steps-post")
        axes.scatter(*found.here, s=90, color=_MARK, edgecolor=_INK, linewidth=1.2, zorder=4)
        axes.annotate(
            "this run",
            found.here,
            xytext=(-9, -4),
            textcoords="offset points",
            ha="right",
            va="top",
        )
        _shares(axes, "answerable questions answered", "unanswerable questions refused")

    return Chart(
        "What would another threshold give?",
        f"Up and to the right is better; the dashed line is a coin. The reader tells "
        f"{found.answerable} answerable from {found.unanswerable} unanswerable questions with an "
        f"AUROC of {found.auroc:.2f}; this run answers {found.here[0]:.0%} and refuses "
        f"{found.here[1]:.0%}.",
        _drawn("trade-off", draw),
    )


def _recall_chart(recalls: Sequence[Recall]) -> Chart:
    def draw(axes: Axes) -> None:
        ks = [each.k for each in recalls]
        low, high = zip(*(each.interval for each in recalls), strict=True)
        axes.fill_between(ks, low, high, color=_ACCENT, alpha=0.16, linewidth=0)
        axes.plot(ks, [e.share for e in recalls], color=_ACCENT, linewidth=2, marker="o")
        _shares(axes, "passages given to the answerer", "evidence among them")
        axes.set_xlim(0.6, len(ks) + 0.4)
        axes.set_xticks(ks if len(ks) <= 12 else ks[:: len(ks) // 10])
        axes.xaxis.set_major_formatter("{x:.0f}")

    first, last = recalls[0], recalls[-1]
    return Chart(
        "Is the evidence retrieved?",
        f"Within the first passage for {first.share:.0%} of the questions with evidence, within "
        f"{last.k} for {last.share:.0%}; the band is the 95 % interval.",
        _drawn("recall", draw),
    )


def _latency_chart(latencies: Sequence[float]) -> Chart:
    middle, slow = percentile(latencies, 0.5) or 0.0, percentile(latencies, 0.95) or 0.0

    def draw(axes: Axes) -> None:
        counts, *_ = axes.hist(latencies, bins=30, color=_ACCENT, alpha=0.85, rwidth=0.92)
        top = max(float(count) for count in np.ravel(counts))
        for at, name, height in ((middle, "p50", 1.06), (slow, "p95", 1.06)):
            axes.plot([at, at], [0, top], color=_INK, linewidth=1.2)
            axes.annotate(name, (at, height * top), ha="center", fontsize=10)
        axes.set_ylim(0, 1.16 * top)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("answers")
        axes.grid(visible=False, axis="x")

    return Chart(
        "How long does it take?",
        f"Half of {len(latencies)} answers came within {middle:,.0f} ms, 95 % within {slow:,.0f} "
        f"ms, the slowest after {max(latencies):,.0f} ms.",
        _drawn("latency", draw),
    )


def _shares(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.09)
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])


def _drawn(name: str, draw: Callable[[Axes], None]) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}), io.StringIO() as file:
        figure = Figure(figsize=_SIZE, layout="constrained")
        draw(figure.subplots())
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
        return _inlined(file.getvalue())


_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def _inlined(svg: str) -> str:
    """Leave the bare ``<svg>``: no prologue, no size, no ids that nothing refers to."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r'\1 aria-hidden="true"', svg, count=1)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    for placeholder, variable in _COLOURS.items():
        svg = svg.replace(placeholder, variable)
    return svg
