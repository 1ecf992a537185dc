"""Reads web pages: the main text as trafilatura finds it, with title, author and date.

The page's chrome (menus, advertisements, links to other articles) stays out of the text: it is
most of many pages, says nothing of the article, and the file still has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document

from rag.documents.elements import parse_html, write_elements
from rag.documents.parsed import Composer, Parsed, iso_date, one_line
from rag.limits import Limits
from rag.types import Block, BlockKind

_ENOUGH = 250
"""Fewer characters of main text are checked by trafilatura's slower second opinion."""

_NO_ARTICLE = 0.2
"""A main text with a smaller share of all the words is not what a short page is about."""

_SHORT_PAGE = 2_000

_WORD = re.compile(r"\w+")
_TAGS = {
    "head": "h2",
    "list": "ul",
    "item": "li",
    "quote": "blockquote",
    "row": "tr",
    "cell": "td",
    "lb": "br",
}
"""What trafilatura calls its elements, in HTML's own words."""


def parse_page(text: str, source: str, limits: Limits) -> Parsed:
    """Return the main text of an HTML page, or all its text where it has no article.

    Raises:
        DocumentError: if the page is nested too deep or has too much text.
    """
    composer = Composer(source, limits.max_characters)
    article = _article(text, source, limits)
    if article is not None:
        write_elements(_renamed(article.body), composer)
    title = one_line(article.title if article else "")
    if not title or composer.length < _NO_ARTICLE * _SHORT_PAGE:
        page = parse_html(text, source, limits)
        title = title or one_line(page.findtext(".//title"))
        composer = _whole_page(page, composer)
    return Parsed(
        text=composer.text,
        blocks=tuple(_titled(composer, title)),
        title=title,
        author=one_line(article.author if article else ""),
        published=iso_date(article.date if article else ""),
    )


def _whole_page(page: etree._Element, article: Composer) -> Composer:
    """Return all text of a short page of which the article is a small part, else the article."""
    whole = Composer(article.source, article.max_characters)
    write_elements(page, whole)
    is_page = whole.length < _SHORT_PAGE and article.length < _NO_ARTICLE * whole.length
    return whole if is_page else article


def _article(text: str, source: str, limits: Limits) -> Document | None:
    """Extract the article; the second opinion is asked only where the first finds little.

    On ordinary pages the second opinion adds more chrome than text (``benchmarks/loading.py``).
    """
    first = _extract(text, source, limits, fast=True)
    if _length(first) >= _ENOUGH:
        return first
    second = _extract(text, source, limits, fast=False)
    return second if _length(second) > _length(first) else first


def _extract(text: str, source: str, limits: Limits, *, fast: bool) -> Document | None:
    found = bare_extraction(
        parse_html(text, source, limits),  # it empties the tree that it is given
        fast=fast,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    return found if isinstance(found, Document) else None


def _length(article: Document | None) -> int:
    return len(article.text or "") if article else 0


def _renamed(body: etree._Element) -> etree._Element:
    for element in body.iter("*"):
        tag = str(element.tag)
        element.tag = _TAGS.get(tag, tag)
    return body


def _titled(composer: Composer, title: str) -> Iterator[Block]:
    """Yield the blocks, the first of them that has the title's words as the title."""
    titled = False
    for block in composer.blocks:
        if not titled and _same(block.span.of(composer.text), title):
            titled = True
            yield replace(block, kind=BlockKind.TITLE)
        else:
            yield block


def _same(words: str, title: str) -> bool:
    return bool(title) and _WORD.findall(words.casefold()) == _WORD.findall(title.casefold())
