"""Opens the zip archives that office documents and books are, within limits."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from html.entities import name2codepoint

from lxml import etree

from rag.documents.elements import refuse_deep
from rag.errors import DocumentError, DocumentTooLargeError, ProtectedError
from rag.limits import Limits

_MOST_MEMBERS = 20_000
_ENCRYPTED = 1
"""The bit of a member's flags that says so."""

_NAMED = re.compile(rb"&([A-Za-z]\w*);")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
"""What these stand for is markup: the parser alone may put it in their place."""


@contextmanager
def opened_archive(data: bytes, source: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive; no member gives more than the size that was checked here.

    Raises:
        ProtectedError: if a member is encrypted.
        DocumentTooLargeError: if it unpacks to more than ``limits.max_expansion`` times its size.
        DocumentError: if it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive, len(data), source, limits)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise damaged(source) from error


def read_xml(archive: zipfile.ZipFile, name: str, source: str, limits: Limits) -> etree._Element:
    """Return the tree of an XML member; nothing is fetched, no entity but HTML's is resolved.

    Raises:
        DocumentError: if there is no such member, or it is damaged or nested too deep.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.fromstring(_NAMED.sub(_numbered, archive.read(name)), parser)
    except (KeyError, etree.LxmlError, ValueError) as error:
        raise damaged(source) from error
    refuse_deep(tree, source, limits.max_nesting)
    return tree


def _numbered(entity: re.Match[bytes]) -> bytes:
    """Write an entity of HTML, as ``&eacute;``, with its number, which needs no declaration."""
    name = entity.group(1).decode("ascii")
    point = None if name in _OF_XML else name2codepoint.get(name)
    return entity.group() if point is None else b"&#%d;" % point


def damaged(source: str) -> DocumentError:
    """Return the refusal of a file whose parts are not as its format wants them."""
    return DocumentError(f"{source} is damaged and cannot be read. Save or download it again.")


def _check(archive: zipfile.ZipFile, size: int, source: str, limits: Limits) -> None:
    members = archive.infolist()
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ProtectedError(f"{source} is encrypted. Save a copy without a password and add that.")
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MOST_MEMBERS or unpacked > limits.max_expansion * size:
        raise DocumentTooLargeError(
            f"{source} unpacks to {unpacked:,} bytes in {len(members):,} parts, "
            f"but at most {limits.max_expansion} times its size and {_MOST_MEMBERS:,} parts are "
            "read. Save it in another form, or raise PINCITE_MAX_EXPANSION."
        )
