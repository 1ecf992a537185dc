"""Finds running heads, footers and page numbers: what stands at one height on several pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.documents.page_lines import Line

_MOST_LINES = 3
"""A running head or footer has no more lines."""

_GAP = 1.5
"""Sizes of type between a running line and the text, from one line's bottom to the next's."""

_PAGES = 3
"""So many pages repeat it; all of them where there are fewer, but two at least."""

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)

Page = Sequence[Line]


def running_lines(pages: Sequence[Page], heights: Sequence[float]) -> list[set[int]]:
    """Return for each page the indexes of its lines that repeat on other pages.

    ``heights`` are the pages' own, in points. A number in a line may differ from page to page.
    """
    keys = [dict(_edge_keys(page, height)) for page, height in zip(pages, heights, strict=True)]
    counts = Counter(key for page in keys for key in set(page.values()))
    enough = max(2, min(_PAGES, sum(bool(page) for page in pages)))
    return [{at for at, key in page.items() if counts[key] >= enough} for page in keys]


def _edge_keys(page: Page, height: float) -> Iterator[tuple[int, tuple[str, int]]]:
    """Yield the lines at the top and the bottom, apart from the text, with what they repeat as."""
    order = sorted(range(len(page)), key=lambda at: -page[at].bottom)
    for edge in (order, order[::-1]):
        for at in _apart(page, edge):
            place = round(20 * page[at].bottom / max(height, 1))
            yield at, (_NUMBER.sub("#", " ".join(page[at].words.split())), place)


def _apart(page: Page, edge: Sequence[int]) -> Sequence[int]:
    """Return the first lines from an edge that a gap parts from the rest; none without one."""
    for count in range(1, min(_MOST_LINES, len(edge) - 1) + 1):
        inner, outer = page[edge[count]], page[edge[count - 1]]
        if abs(inner.bottom - outer.bottom) > _GAP * max(inner.size, outer.size):
            return edge[:count]
    return edge if len(edge) == 1 and _NUMBER.fullmatch(page[edge[0]].words) else ()
