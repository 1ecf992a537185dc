"""Reads Word documents: paragraphs, headings and rows of tables in their order, then the notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from zipfile import ZipFile

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from rag.documents.archives import damaged, opened_archive, read_xml
from rag.documents.parsed import Composer, Parsed, one_line
from rag.errors import DocumentError
from rag.limits import Limits
from rag.types import BlockKind

MAIN_PART = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")

_PARAGRAPH, _TABLE, _ROW, _CELL = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
_WRAPPERS = frozenset(
    qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")
)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""For programs that cannot show what stands beside it."""

_HIDDEN = frozenset(
    (
        *(
            qn(f"w:{name}")
            for name in ("del", "moveFrom", "instrText", "pPr", "rPr", "txbxContent")
        ),
        _FALLBACK,
    )
)
_WRITTEN = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "\u2011",
    qn("w:softHyphen"): "\u00ad",
    qn("m:sup"): "^",  # a power or a fraction must not become another number
    qn("m:den"): "/",
}
_TEXTS = frozenset((qn("w:t"), qn("m:t")))
_RUN = qn("w:r")
_VANISHES = f"{qn('w:rPr')}/{qn('w:vanish')}"
_DELETED = f"{qn('w:trPr')}/{qn('w:del')}"
_OFF = frozenset(("0", "false", "off"))
_HEADING = re.compile(r"heading \d|heading\d|subtitle", re.IGNORECASE)


def parse_docx(data: bytes, source: str, limits: Limits) -> Parsed:
    """Return the text of a Word document.

    Raises:
        ProtectedError: if it is encrypted.
        DocumentError: if it is damaged or above a limit.
    """
    composer = Composer(source, limits.max_characters)
    with opened_archive(data, source, limits) as archive:
        read_xml(archive, MAIN_PART, source, limits)
        document = _opened(data, source)
        _write(document.element.body, _heading_styles(document), composer)
        for name in set(_NOTES) & set(archive.namelist()):
            _write_notes(archive, name, composer, limits)
    properties = document.core_properties
    titles = (b.span.of(composer.text) for b in composer.blocks if b.kind is BlockKind.TITLE)
    return Parsed(
        text=composer.text,
        blocks=tuple(composer.blocks),
        title=one_line(properties.title) or one_line(next(titles, "")),
        author=one_line(properties.author),  # when the file was made is no date of publication
    )


def _opened(data: bytes, source: str) -> WordDocument:
    try:
        return docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError, etree.LxmlError) as error:
        raise damaged(source) from error


def _heading_styles(document: WordDocument) -> dict[str, BlockKind]:
    """Return the kind of block that each style of a heading stands for, by the style's id."""
    kinds = {}
    for style in document.styles:
        name = (style.name or "").strip().lower()
        if name == "title":
            kinds[style.style_id] = BlockKind.TITLE
        elif _HEADING.match(name):
            kinds[style.style_id] = BlockKind.HEADING
    return kinds


def _write(body: etree._Element, styles: dict[str, BlockKind], composer: Composer) -> None:
    for element in _parts(body, _PARAGRAPH, _TABLE):
        if element.tag == _TABLE:
            for row in _parts(element, _ROW):
                if row.find(_DELETED) is None:
                    composer.add(_row(row), BlockKind.BODY)
            continue
        kind = styles.get(_style(element), BlockKind.BODY)
        titled = any(block.kind is BlockKind.TITLE for block in composer.blocks[:20])
        if kind is BlockKind.TITLE and titled:
            kind = BlockKind.HEADING
        composer.add(_words(element), kind)


def _parts(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Yield the children of these kinds in order, those in content controls too."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _parts(child, *tags)


def _style(paragraph: etree._Element) -> str:
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if found is None else found.get(qn("w:val"), "")


def _row(row: etree._Element) -> str:
    """Return a row in one line, its cells parted by tabs; a table inside a cell is flattened."""
    cells = (" ".join(_words(cell).split()) for cell in _parts(row, _CELL))
    return "\t".join(cells)


def _words(element: etree._Element) -> str:
    """Return the words that are seen: no deleted or hidden ones, field codes or text boxes."""
    words = []
    hidden = 0
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if part.tag in _HIDDEN or _vanishes(part):
            hidden += 1 if event == "start" else -1
        elif event == "start" and not hidden:
            tag = str(part.tag)
            words.append((part.text or "") if tag in _TEXTS else _WRITTEN.get(tag, ""))
        elif event == "end" and part.tag == _PARAGRAPH and part is not element:
            words.append(" ")
    return "".join(words)


def _vanishes(part: etree._Element) -> bool:
    """Say whether it is a run in hidden type."""
    mark = part.find(_VANISHES) if part.tag == _RUN else None
    return mark is not None and mark.get(qn("w:val")) not in _OFF


def _write_notes(archive: ZipFile, name: str, composer: Composer, limits: Limits) -> None:
    """Write the footnotes or the endnotes; a document without readable notes is still one."""
    try:
        notes = read_xml(archive, name, composer.source, limits)
    except DocumentError:
        return
    for note in notes:
        if note.get(qn("w:type")) is None:  # separators have one
            composer.add(_words(note), BlockKind.BODY)
