"""Writes the elements of an HTML page as blocks of text: headings, paragraphs, rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from rag.documents.parsed import Composer
from rag.errors import DocumentError
from rag.limits import Limits
from rag.types import BlockKind

_NO_TEXT = frozenset(
    "head script style template noscript iframe object svg math canvas audio video select option "
    "button nav".split()
)
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_BLOCKS = _HEADINGS.union(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form header hr html legend li main menu ol p pre section summary "
    "table tbody tfoot thead title tr ul".split()
)
_NOT_IN_ROWS = _HEADINGS.union("table ul ol dl pre blockquote".split())
_LONGEST_ROW = 1_000
"""A longer row is a page laid out with a table, not a row of one."""

_SPACE = re.compile(r"\s+")
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def parse_html(text: str, source: str, limits: Limits) -> html.HtmlElement:
    """Return the tree of an HTML page, its superscript figures set apart.

    Raises:
        DocumentError: if it has no elements, or they lie deeper than ``limits.max_nesting``.
    """
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    data = text.encode("utf-8", "replace")
    try:
        tree = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise DocumentError(f"{source} cannot be read as HTML: {error}.") from error
    refuse_deep(tree, source, limits.max_nesting)
    separate_superscripts(tree)
    return tree


def separate_superscripts(tree: etree._Element) -> None:
    """Put a space before a superscript figure that follows a digit: 2020³ is not 20203."""
    before = ""
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        raised = event == "start" and _tag(element) == "sup"
        if raised and before[-1:].isdigit() and next(element.itertext(), "")[:1].isdigit():
            _write_before(element, " ")
        before = (element.text if event == "start" else element.tail) or before


def _write_before(element: etree._Element, words: str) -> None:
    """Write after what stands before ``element``: its parent's text, or its sibling's tail."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        previous.tail = (previous.tail or "") + words
    elif parent is not None:
        parent.text = (parent.text or "") + words


def refuse_deep(tree: etree._Element, source: str, limit: int) -> None:
    """Refuse a tree whose elements lie deeper than ``limit``.

    Raises:
        DocumentError: if one does.
    """
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            raise DocumentError(
                f"{source} has elements nested more than {limit} deep. "
                "Save it in a simpler form, or raise PINCITE_MAX_NESTING."
            )


def write_elements(root: etree._Element, composer: Composer) -> None:
    """Write what a reader sees of ``root`` and what it holds, block by block."""
    for words, tag in _Walk().blocks(root):
        composer.add(words, BlockKind.HEADING if tag in _HEADINGS else BlockKind.BODY)


@dataclass(slots=True)
class _Walk:
    """What is known half way through a page; ``hidden``, ``verbatim`` and ``row`` count depths."""

    words: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=lambda: [""])
    hidden: int = 0
    verbatim: int = 0
    row: int = 0

    def blocks(self, root: etree._Element) -> Iterator[tuple[str, str]]:
        """Yield the words of each block with the tag of the element that they stand in."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = _tag(element)
            step = 1 if event == "start" else -1
            if self._cuts(tag, element):
                yield "".join(self.words).strip("\t "), self.around[-1]
                self.words = []
            self._step(tag, element, step)
            self._read(element.text if step > 0 else element.tail if element is not root else None)
        yield "".join(self.words), self.around[-1]

    def _cuts(self, tag: str, element: etree._Element) -> bool:
        return tag in _BLOCKS and (not self.row or _is_row(tag, element))

    def _step(self, tag: str, element: etree._Element, step: int) -> None:
        self.hidden += step * (tag in _NO_TEXT or _is_hidden(tag, element))
        self.verbatim += step * (tag == "pre")
        self.row += step * _is_row(tag, element)
        if tag == "br" and step > 0:
            self.words.append("\n")
        elif self.row and tag in ("td", "th") and step < 0:
            self.words.append("\t")
        elif self.row and tag in _BLOCKS:
            self.words.append(" ")
        if tag in _BLOCKS:
            self.around = [*self.around, tag] if step > 0 else self.around[:-1]

    def _read(self, words: str | None) -> None:
        if words and not self.hidden:
            self.words.append(words if self.verbatim else _SPACE.sub(" ", words))


def _is_hidden(tag: str, element: etree._Element) -> bool:
    """Return whether a browser hides it; a page hidden whole is one that its scripts show."""
    style = element.get("style") or ""  # an entity has None for what it lacks
    is_marked = element.get("hidden") is not None or bool(_NOT_DISPLAYED.search(style))
    return is_marked and tag not in ("html", "body")


def _is_row(tag: str, element: etree._Element) -> bool:
    return (
        tag == "tr"
        and not any(_tag(inner) in _NOT_IN_ROWS for inner in element.iterdescendants())
        and sum(map(len, element.itertext())) <= _LONGEST_ROW
    )


def _tag(element: etree._Element) -> str:
    """Return the tag without its name space; empty for a comment or an instruction."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
