"""Tells what a zip archive is by its members, and has it read."""

from __future__ import annotations

from rag.documents.archives import opened_archive
from rag.documents.docx import MAIN_PART, parse_docx
from rag.documents.epub import CONTAINER, parse_epub
from rag.documents.formats import Format
from rag.documents.parsed import Parsed
from rag.errors import BinaryDocumentError
from rag.limits import Limits

_OTHERS = {
    "xl/workbook.xml": "an Excel workbook",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "content.xml": "an OpenDocument file",
}


def parse_archive(data: bytes, source: str, limits: Limits) -> tuple[Format, Parsed]:
    """Return what the archive is, a Word document or a book, and its text.

    Raises:
        BinaryDocumentError: if it is neither.
        DocumentError: if it cannot be read; the leaves say why.
    """
    with opened_archive(data, source, limits) as archive:
        members = frozenset(archive.namelist())
    if MAIN_PART in members:
        return Format.DOCX, parse_docx(data, source, limits)
    if CONTAINER in members:
        return Format.EPUB, parse_epub(data, source, limits)
    what = next((what for name, what in _OTHERS.items() if name in members), "a zip archive")
    raise BinaryDocumentError(
        f"{source} is {what}, not a document that Pincite reads. "
        "Save its text as PDF, Word or plain text and add that."
    )
