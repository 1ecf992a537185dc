"""Tells what a file is by its first bytes, not by its name."""

from __future__ import annotations

import re
from enum import StrEnum

_HEAD = 1024
"""Bytes among which the mark of a PDF stands, as its readers have always allowed."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

_HTML = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAGS = re.compile(
    r"<(?:html|head|body|title|meta|main|article|section|div|p|h[1-6]|ul|ol|li|table|span|a)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")


class Format(StrEnum):
    """The formats that are parsed in a process of their own, by their media types."""

    PDF = "application/pdf"
    HTML = "text/html"
    ZIP = "application/zip"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    EPUB = "application/epub+zip"


def binary_format(data: bytes) -> Format | None:
    """Return what the bytes say that they are; none for text and for what is not read."""
    if b"%PDF-" in data[:_HEAD] and not _is_text_about_pdf(data):
        return Format.PDF
    return Format.ZIP if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) else None


def is_encrypted_office(data: bytes) -> bool:
    """Say whether it is an office document locked with a password."""
    return data.startswith(_OLD_OFFICE) and _ENCRYPTED_PACKAGE in data


def looks_like_html(text: str, source: str) -> bool:
    """Say whether ``text`` begins as a page of HTML does, or has its tags and its name."""
    if _HTML.match(text[: 64 * _HEAD]):
        return True
    return source.lower().endswith(_HTML_SUFFIXES) and bool(_TAGS.search(text[: 64 * _HEAD]))


def declared_encoding(data: bytes) -> str:
    """Return the encoding that a page of HTML says that it has, or an empty string."""
    found = _CHARSET.search(data[: 4 * _HEAD].lower())
    return found[1].decode("ascii", "replace") if found else ""


def _is_text_about_pdf(data: bytes) -> bool:
    """Say whether the mark of a PDF stands inside a line of words."""
    before = data[: data.index(b"%PDF-")]
    return bool(before.strip()) and before.isascii() and b"obj" not in data
