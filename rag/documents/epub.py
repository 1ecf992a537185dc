"""Reads EPUB books: their pages in reading order, with title, author and date.

An EPUB is a zip archive of XHTML pages, so nothing is needed that other formats do not need too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from rag.documents.archives import damaged, opened_archive, read_xml
from rag.documents.elements import parse_html, separate_superscripts, write_elements
from rag.documents.parsed import Composer, Parsed, iso_date, one_line
from rag.errors import DocumentError, DocumentTooLargeError, ProtectedError
from rag.limits import Limits

CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset(("application/xhtml+xml", "text/html"))
_FONTS = (".otf", ".ttf", ".woff", ".woff2", ".ttc")


def parse_epub(data: bytes, source: str, limits: Limits) -> Parsed:
    """Return the text of a book.

    Raises:
        ProtectedError: if its pages are encrypted.
        DocumentError: if it is damaged or above a limit.
    """
    composer = Composer(source, limits.max_characters)
    with opened_archive(data, source, limits) as archive:
        _refuse_encrypted(archive, source, limits)
        path = _package_path(archive, source, limits)
        package = read_xml(archive, path, source, limits)
        for name in _reading_order(package, posixpath.dirname(path), source, limits):
            write_elements(_page(archive, name, source, limits), composer)
    return Parsed(
        text=composer.text,
        blocks=tuple(composer.blocks),
        title=_said(package, "title"),
        author="; ".join(filter(None, map(one_line, _texts(package, "creator")))),
        published=iso_date(_said(package, "date")),
    )


def _refuse_encrypted(archive: ZipFile, source: str, limits: Limits) -> None:
    """Refuse a book with encrypted parts, unless those are fonts, which need no key to read."""
    if _ENCRYPTION not in archive.namelist():
        return
    listed = read_xml(archive, _ENCRYPTION, source, limits)
    parts = (unquote(part.get("URI", "")).lower() for part in listed.iter("{*}CipherReference"))
    if not all(part.endswith(_FONTS) for part in parts):
        raise ProtectedError(f"{source} is encrypted against copying. Add a copy that is not.")


def _package_path(archive: ZipFile, source: str, limits: Limits) -> str:
    container = read_xml(archive, CONTAINER, source, limits)
    path = next((root.get("full-path") for root in container.iter("{*}rootfile")), None)
    if not path:
        raise damaged(source)
    return unquote(path)


def _reading_order(
    package: etree._Element, folder: str, source: str, limits: Limits
) -> Iterator[str]:
    """Yield the names of the pages in the order of the book's spine."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    references = list(package.iter("{*}itemref"))
    if len(references) > limits.max_pages:
        raise DocumentTooLargeError(
            f"{source} has {len(references):,} pages, but at most {limits.max_pages:,} are read. "
            "Raise PINCITE_MAX_PAGES."
        )
    for reference in references:
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGES and item.get("href"):
            name = unquote(item.get("href", "").partition("#")[0])
            yield posixpath.normpath(posixpath.join(folder, name))


def _page(archive: ZipFile, name: str, source: str, limits: Limits) -> etree._Element:
    """Return the tree of a page: as XHTML, which it should be, else as HTML."""
    try:
        page = read_xml(archive, name, source, limits)
    except DocumentError:
        if name not in archive.namelist():
            raise
        return parse_html(archive.read(name).decode("utf-8", "replace"), source, limits)
    separate_superscripts(page)
    return page


def _texts(package: etree._Element, name: str) -> Iterator[str]:
    return ("".join(found.itertext()) for found in package.iter(f"{{*}}{name}"))


def _said(package: etree._Element, name: str) -> str:
    return one_line(next(_texts(package, name), ""))
