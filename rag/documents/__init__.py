"""Reads files as documents: decodes, picks the format, labels the blocks."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rag.documents.decoding import decode
from rag.documents.markdown import looks_like_markdown, read_markdown
from rag.documents.text import read_text
from rag.errors import DocumentError, DocumentTooLargeError, EmptyDocumentError
from rag.types import Document

_MARKDOWN_SUFFIXES = (".md", ".markdown")

SUFFIXES: tuple[str, ...] = (".txt", *_MARKDOWN_SUFFIXES)
"""The endings of the files that a folder is searched for."""


def load_file(path: Path, *, max_bytes: int) -> Document:
    """Read the file at ``path``; its size is checked before it is read.

    Raises:
        DocumentError: if it cannot be read as a document; the leaves say why.
    """
    try:
        if not path.is_file():
            raise DocumentError(_no_file(path))
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentTooLargeError(_too_large(path.name, size, max_bytes))
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{path} cannot be read: {reason}.") from error
    return load_bytes(data, source=path.name, max_bytes=max_bytes)


def load_bytes(data: bytes, *, source: str, max_bytes: int) -> Document:
    """Read ``data`` as the document ``source``, a file name.

    The content decides the format; the ending of the name only tips the balance.

    Raises:
        DocumentError: if it cannot be read as a document; the leaves say why.
    """
    if len(data) > max_bytes:
        raise DocumentTooLargeError(_too_large(source, len(data), max_bytes))
    text = decode(data, source)
    if not text.strip():
        raise EmptyDocumentError(f"{source} has no text. Add a file that has some.")
    name = Path(source)
    markdown = looks_like_markdown(text, hinted=name.suffix.lower() in _MARKDOWN_SUFFIXES)
    reading = read_markdown(text) if markdown else read_text(text)
    return Document(
        id=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        title=reading.title or _words(name.stem) or source or "untitled",
        text=text,
        source=source,
        media_type="text/markdown" if markdown else "text/plain",
        blocks=reading.blocks,
    )


def _no_file(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a folder, not a file. Name the files in it."
    if path.exists():
        return f"{path} is not a regular file. Name a text file."
    return f"There is no file {path}. Check its name."


def _too_large(source: str, size: int, limit: int) -> str:
    return (
        f"{source} has {size:,} bytes, but at most {limit:,} are read. "
        "Split the file, or raise PINCITE_MAX_BYTES."
    )


def _words(stem: str) -> str:
    return " ".join(stem.replace("_", " ").replace("-", " ").split())
