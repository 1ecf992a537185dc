"""Reads web pages: the main text as trafilatura finds it, with title, author and date.

The page's chrome (menus, advertisements, links to other articles) stays out of the text: it is
most of many pages, says nothing of the article, and the file still has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

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
_REMOVED = ("time", "label", "output")
"""Elements that trafilatura removes with their words."""

_OF_PAGE = re.compile("date|publi|post|entry|modif", re.IGNORECASE)
"""What marks the date of a page; trafilatura reads it there."""

_INLINE = frozenset("a abbr b cite em font i ins mark small span strong u".split())
_CELLS = frozenset("td th dt dd".split())
"""What stands in these is said of the cell beside it, so a date alone in one is no chrome."""

_LONGEST_CELL = 1_000
"""A longer cell is a page laid out with a table."""

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
    most = _SHORT_PAGE if len(composer.blocks) == 1 else _NO_ARTICLE * _SHORT_PAGE
    if not title or composer.length < most:
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
    """Return all text of a short page whose article is a small part or run together, else that."""
    whole = Composer(article.source, article.max_characters)
    write_elements(page, whole)
    is_part = article.length < _NO_ARTICLE * whole.length
    is_page = whole.length < _SHORT_PAGE and (is_part or _is_run_together(article, whole))
    return whole if is_page else article


def _is_run_together(article: Composer, whole: Composer) -> bool:
    """Return whether the article is most of the page, as one block that the page has not.

    Trafilatura gives back all words of a page as one block where it finds no article in it.
    """
    blocks = (block.span.of(whole.text) for block in whole.blocks)
    is_most = len(article.blocks) == 1 and article.length > whole.length / 2
    return is_most and not any(_same(words, article.text) for words in blocks)


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
    page = parse_html(text, source, limits)  # anew each time: the extraction empties it
    _keep_prose(page)
    found = bare_extraction(
        page,
        fast=fast,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    return found if isinstance(found, Document) else None


def _keep_prose(page: etree._Element) -> None:
    """Rewrite the elements that trafilatura would remove, or cut from the sentence around them."""
    for quotation in [*page.iter("q")]:
        quotation.tag = "span"
    for element in [*page.iter(*_REMOVED)]:
        if _stands_in_prose(element):
            _move_words_out(element)
    for cell in [*page.iter("td", "th")]:
        if sum(map(len, cell.itertext())) <= _LONGEST_CELL:
            for item in [*cell.iter("ul", "ol", "li")]:
                item.tag = "div"


def _stands_in_prose(element: etree._Element) -> bool:
    """Return whether other words stand beside it, unlike a page's date or a list of articles'."""
    if _OF_PAGE.search(" ".join(element.get(name, "") for name in ("class", "itemprop"))):
        return False
    for around in element.iterancestors():
        beside = chain((around.text,), (inner.tail for inner in around))
        if around.tag in _CELLS or any(_WORD.search(words or "") for words in beside):
            return True
        if around.tag not in _INLINE:
            return False
    return False


def _move_words_out(element: etree._Element) -> None:
    """Move what ``element`` holds behind it; it stays, for the page's date is read from it."""
    if element.tag == "time" and not element.get("datetime"):
        element.set("datetime", one_line(element.text))
    words = element.makeelement("span")
    words.text, words[:], words.tail = element.text, element[:], element.tail
    element.text = element.tail = None
    element.addnext(words)


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
