"""Reads files as documents: tells the format by the content, and has it read.

Text and Markdown are read here. The parsers of other formats run in a process of their own, for a
damaged or hostile file may make them crash, hang or grow.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from rag.documents.decoding import decode, decode_page
from rag.documents.formats import Format, binary_format, is_encrypted_office, looks_like_html
from rag.documents.isolation import parse_apart
from rag.documents.markdown import looks_like_markdown, read_markdown
from rag.documents.parsed import Parsed
from rag.documents.text import read_text
from rag.errors import DocumentError, DocumentTooLargeError, EmptyDocumentError, ProtectedError
from rag.limits import Limits
from rag.types import Document

_MARKDOWN_SUFFIXES = (".md", ".markdown")

SUFFIXES: tuple[str, ...] = (
    ".txt",
    *_MARKDOWN_SUFFIXES,
    ".html",
    ".htm",
    ".xhtml",
    ".pdf",
    ".docx",
    ".epub",
)
"""The endings of the files that a folder is searched for."""


def load_file(path: Path, *, limits: Limits) -> Document:
    """Read the file at ``path``; its size is checked before it is read.

    May be called from several threads and processes at once.

    Raises:
        DocumentError: if it cannot be read as a document; the leaves say why.
    """
    try:
        if not path.is_file():
            raise DocumentError(_no_file(path))
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise DocumentTooLargeError(_too_large(path.name, size, limits.max_bytes))
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{path} cannot be read: {reason}.") from error
    return load_bytes(data, source=path.name, limits=limits)


def load_bytes(data: bytes, *, source: str, limits: Limits) -> Document:
    """Read ``data`` as the document ``source``, a file name or an address.

    The content decides the format; the ending of the name only tips the balance. May be called
    from several threads and processes at once.

    Raises:
        DocumentError: if it cannot be read as a document; the leaves say why.
    """
    if len(data) > limits.max_bytes:
        raise DocumentTooLargeError(_too_large(source, len(data), limits.max_bytes))
    media_type, parsed = _parse(data, source, limits)
    if not parsed.text.strip():
        raise EmptyDocumentError(f"{source} has no text. Add a file that has some.")
    return Document(
        id=hashlib.sha256(parsed.text.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        title=parsed.title or _words(Path(source).stem) or source or "untitled",
        text=parsed.text,
        source=source,
        media_type=media_type,
        blocks=parsed.blocks,
        pages=parsed.pages,
        author=parsed.author,
        published=parsed.published,
        hyphens=parsed.hyphens,
    )


def _parse(data: bytes, source: str, limits: Limits) -> tuple[str, Parsed]:
    """Return the media type and the text of a file."""
    if form := binary_format(data):
        return parse_apart(form, data, source, limits)
    if is_encrypted_office(data):
        raise ProtectedError(f"{source} asks for a password. Save a copy without one and add that.")
    text = decode_page(data) or decode(data, source)
    if looks_like_html(text, source):
        return parse_apart(Format.HTML, text.encode("utf-8", "replace"), source, limits)
    return _parse_text(text, source, limits)


def _parse_text(text: str, source: str, limits: Limits) -> tuple[str, Parsed]:
    if len(text) > limits.max_characters:
        raise DocumentTooLargeError(
            f"{source} has {len(text):,} characters of text, but at most "
            f"{limits.max_characters:,} are read. Split the file, or raise PINCITE_MAX_CHARACTERS."
        )
    hinted = Path(source).suffix.lower() in _MARKDOWN_SUFFIXES
    markdown = looks_like_markdown(text, hinted=hinted)
    reading = read_markdown(text) if markdown else read_text(text)
    media_type = "text/markdown" if markdown else "text/plain"
    return media_type, Parsed(
        text, reading.blocks, reading.title, reading.author, reading.published
    )


def _no_file(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a folder, not a file. Name the files in it."
    if path.exists():
        return f"{path} is not a regular file. Name a document."
    return f"There is no file {path}. Check its name."


def _too_large(source: str, size: int, limit: int) -> str:
    return (
        f"{source} has {size:,} bytes, but at most {limit:,} are read. "
        "Split the file, or raise PINCITE_MAX_BYTES."
    )


def _words(stem: str) -> str:
    return " ".join(stem.replace("_", " ").replace("-", " ").split())
