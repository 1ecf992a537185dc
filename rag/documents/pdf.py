"""Reads PDF: the text of each page, its paragraphs, what runs along all pages, its metadata."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rag.documents.hyphens import line_end_hyphens
from rag.documents.page_lines import Line, Paragraph, paragraphs
from rag.documents.parsed import Composer, Parsed, one_line
from rag.documents.pdf_pages import Page, PdfFile
from rag.documents.running import running_lines
from rag.errors import DocumentTooLargeError, EmptyDocumentError
from rag.limits import Limits
from rag.types import BlockKind, Span

_HEADING = 1.15
"""Type larger than the body's by so much is a heading's."""

_LONGEST_HEADING = 200
_NO_TITLE = re.compile(r"(?i)untitled.*|microsoft (?:word|powerpoint|excel)\b.*|\S+\.\w{2,5}")


def parse_pdf(data: bytes, source: str, limits: Limits) -> Parsed:
    """Return the text of a PDF, page by page.

    Raises:
        ProtectedError: if it asks for a password.
        EmptyDocumentError: if no page has text, as in a scan.
        DocumentError: if it is damaged or above a limit.
    """
    with PdfFile.open(data, source) as file:
        if len(file) > limits.max_pages:
            raise DocumentTooLargeError(
                f"{source} has {len(file):,} pages, but at most {limits.max_pages:,} are read. "
                "Split the file, or raise PINCITE_MAX_PAGES."
            )
        pages = list(file.pages(limits.max_characters))
        metadata = file.metadata()
    if not any(page.lines for page in pages):
        raise EmptyDocumentError(
            f"{source} has no text: its pages are pictures, as in a scan. "
            "Have its text recognised (OCR) and add it again."
        )
    setting = _Setting(Composer(source, limits.max_characters), *_usual_type(pages))
    setting.write(pages)
    text = setting.composer.text
    return Parsed(
        text=text,
        blocks=tuple(setting.composer.blocks),
        title=_title(one_line(metadata.get("Title")), setting.composer),
        author=one_line(metadata.get("Author")),  # its making is no date of publication
        pages=setting.page_spans(),
        hyphens=line_end_hyphens(text),
    )


def _usual_type(pages: Sequence[Page]) -> tuple[float, bool]:
    """Return the size of type that most characters have, and whether most are bold."""
    lines = [line for page in pages for line in page.lines]
    size = statistics.median(line.size for line in lines for _ in line.words)
    return size, statistics.median_low(line.bold for line in lines for _ in line.words)


@dataclass(slots=True)
class _Setting:
    """Writes the pages one after the other; ``size`` and ``bold`` are the body's type."""

    composer: Composer
    size: float
    bold: bool
    starts: list[int] = field(default_factory=list)
    above: Paragraph | None = None
    titled: bool = False

    def write(self, pages: Sequence[Page]) -> None:
        """Write all pages; a paragraph that goes on in the next column or page stays one block."""
        running = running_lines([page.lines for page in pages], [page.height for page in pages])
        for page, aside in zip(pages, running, strict=True):
            before = self.composer.length
            lines = list(enumerate(page.lines))
            first = next((at for at, _ in lines if at not in aside), len(lines))
            self._write_aside(line for at, line in lines if at in aside and at < first)
            for paragraph in paragraphs([line for at, line in lines if at not in aside]):
                self._write_paragraph(paragraph)
            self._write_aside(line for at, line in lines if at in aside and at > first)
            # A page begins after the white space between it and the one before.
            self.starts.append(self.composer.start_after(before))

    def _write_aside(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.composer.add(line.words, BlockKind.CHROME)
            self.above = None

    def _write_paragraph(self, paragraph: Paragraph) -> None:
        if self.above is not None and self.above.goes_on_in(paragraph):
            self.composer.extend(paragraph.words)
        else:
            self.composer.add(paragraph.words, self._kind(paragraph))
        self.above = paragraph

    def _kind(self, paragraph: Paragraph) -> BlockKind:
        """Take short lines in larger or heavier type for headings; the first large is the title."""
        large = paragraph.size > _HEADING * self.size
        bold = paragraph.is_bold and not self.bold
        if not (large or bold) or len(paragraph.words) > _LONGEST_HEADING:
            return BlockKind.BODY
        if large and not self.titled and len(self.starts) == 0:
            self.titled = True
            return BlockKind.TITLE
        return BlockKind.HEADING

    def page_spans(self) -> tuple[Span, ...]:
        """Return a span for each page; they follow each other and cover the text."""
        ends = [*self.starts[1:], self.composer.length]
        return tuple(Span(start, end) for start, end in zip(self.starts, ends, strict=True))


def _title(named: str, composer: Composer) -> str:
    """Return the title that the file names, unless a program made it up, else the printed one."""
    if named and not _NO_TITLE.fullmatch(named):
        return named
    printed = (b.span.of(composer.text) for b in composer.blocks if b.kind is BlockKind.TITLE)
    return one_line(next(printed, ""))
