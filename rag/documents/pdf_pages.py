"""Opens a PDF and yields the lines of its pages; the only module that knows the PDF libraries.

pypdfium2 keeps lines, rows of tables and columns together and is many times as fast; pypdf puts
writing from right to left into reading order, which pdfium leaves as it is drawn. So pypdf reads
the pages that have such writing (compared in ``benchmarks/README.md``).
"""

from __future__ import annotations

import ctypes
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium

from rag.documents.page_lines import Line, join_lines
from rag.errors import DocumentError, DocumentTooLargeError, ProtectedError

_BOLD = re.compile(r"(?i)bold|black|heavy|demi|cmbx")
"""What the names of bold fonts have; the weight that a font states is seldom right."""

_LINE_ENDS = frozenset((0x0A, 0x0D))
_HYPHENS = frozenset((0x02, 0xFFFE))
"""What pdfium gives for a hyphen at the end of a line; the line's end it leaves out."""

_RAISED = 0.8
"""Of two figures, one lower than this share of the other is a note's or a power, no part of it."""

_RIGHT_TO_LEFT = 0.02
"""Share of a page's letters, written from right to left, from which pypdf reads it."""

_LEADING = 12.0
"""Points between the lines that pypdf gives, which have no places."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines in reading order, and its height in points."""

    lines: tuple[Line, ...]
    height: float


class PdfFile:
    """An open PDF."""

    def __init__(self, document: pypdfium2.PdfDocument, data: bytes, source: str) -> None:
        self._document = document
        self._data = data
        self._source = source

    @classmethod
    def open(cls, data: bytes, source: str) -> PdfFile:
        """Open a PDF from its bytes.

        Raises:
            ProtectedError: if it asks for a password.
            DocumentError: if it is damaged.
        """
        try:
            return cls(pypdfium2.PdfDocument(data), data, source)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium.FPDF_ERR_PASSWORD:
                raise ProtectedError(
                    f"{source} asks for a password. Save a copy without one and add that."
                ) from error
            raise _damaged(source) from error

    def __enter__(self) -> PdfFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._document.close()

    def __len__(self) -> int:
        return len(self._document)

    def metadata(self) -> dict[str, str]:
        """Return the document information: Title, Author, CreationDate and the like."""
        return dict(self._document.get_metadata_dict())

    def pages(self, max_characters: int) -> Iterator[Page]:
        """Yield the pages in order.

        Raises:
            DocumentTooLargeError: if they have more characters than ``max_characters``.
            DocumentError: if one is damaged.
        """
        characters = 0
        for number in range(len(self)):
            try:
                page = self._document[number]
                lines = list(_lines(page.get_textpage()))
                height = page.get_height()
            except pypdfium2.PdfiumError as error:
                raise _damaged(self._source) from error
            if _runs_right_to_left("".join(line.words for line in lines)):
                lines = list(self._lines_in_reading_order(number, height))
            characters += sum(len(line.words) for line in lines)
            if characters > max_characters:
                raise DocumentTooLargeError(
                    f"{self._source} has more than {max_characters:,} characters of text. "
                    "Split the file, or raise PINCITE_MAX_CHARACTERS."
                )
            yield Page(tuple(line for line in join_lines(lines) if line.words), height)

    def _lines_in_reading_order(self, number: int, height: float) -> Iterator[Line]:
        words = pypdf.PdfReader(io.BytesIO(self._data)).pages[number].extract_text()
        for at, line in enumerate(words.split("\n"), start=1):
            bottom = height - at * _LEADING
            yield Line(line, 0, bottom, 0, bottom + 0.6 * _LEADING, _LEADING)


def _damaged(source: str) -> DocumentError:
    return DocumentError(
        f"{source} is a damaged PDF and cannot be read. Save or download it again."
    )


def _runs_right_to_left(words: str) -> bool:
    letters = [unicodedata.bidirectional(character) for character in words if character.isalpha()]
    return sum(kind in ("R", "AL") for kind in letters) > _RIGHT_TO_LEFT * len(letters)


def _lines(page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    """Yield the lines as pdfium finds them; a hyphen at a line's end is written as one."""
    start, words = 0, ""
    count = page.count_chars()
    for at in range(count):
        code = pdfium.FPDFText_GetUnicode(page, at)
        ends = code in _HYPHENS or code in _LINE_ENDS
        if not ends:
            character = chr(code) if 0 < code < 0x110000 else ""
            apart = character.isdigit() and words[-1:].isdigit() and _changes_size(page, at)
            words += " " * apart + character
            continue
        words += "-" * (code in _HYPHENS)
        yield from _line(page, start, at + (code in _HYPHENS), words)
        start, words = at + 1, ""
    yield from _line(page, start, count, words)


def _changes_size(page: pypdfium2.PdfTextPage, at: int) -> bool:
    """Say whether the type of a character is much smaller or larger than that of the one before.

    The boxes tell, for the size that pdfium states leaves out how the page scales its type.
    """
    boxes = (page.get_charbox(place, loose=True) for place in (at - 1, at))
    lower, higher = sorted(float(top - bottom) for _, bottom, _, top in boxes)
    return lower < _RAISED * higher


def _line(page: pypdfium2.PdfTextPage, start: int, end: int, words: str) -> Iterator[Line]:
    """Yield the line of the characters from ``start`` to ``end``, if it has visible words."""
    if not words.strip():
        return
    first = start + len(words) - len(words.lstrip())
    last = max(first, end - 1 - (len(words) - len(words.rstrip())))
    head, tail = page.get_charbox(first, loose=True), page.get_charbox(last, loose=True)
    yield Line(
        words=words,
        left=min(head[0], tail[0]),
        bottom=min(head[1], tail[1]),
        right=max(head[2], tail[2]),
        top=max(head[3], tail[3]),
        size=max(pdfium.FPDFText_GetFontSize(page, first), 1.0),
        bold=all(_BOLD.search(_font_name(page, at)) for at in (first, last)),
    )


def _font_name(page: pypdfium2.PdfTextPage, at: int) -> str:
    """Return the name of the font of a character."""
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(page, at, name, len(name), None)
    return name.value.decode("utf-8", "replace")
