"""Fetches a document from an address, when asked to: http(s) only, from the public network only."""

from __future__ import annotations

import codecs
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import httpcore

from rag.documents import load_bytes
from rag.documents.addresses import Guard, GuardedNetwork, time_left
from rag.documents.formats import Format
from rag.errors import DocumentTooLargeError, FetchError
from rag.settings import Settings
from rag.types import Document

PUBLIC_NETWORK = Guard()
MOST_REDIRECTS = 5

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_DECIDED_BY_CONTENT = frozenset(("", "application/octet-stream", "binary/octet-stream"))
_READ = _DECIDED_BY_CONTENT.union(
    "text/html application/xhtml+xml text/plain text/markdown text/x-markdown".split(),
    (Format.PDF, Format.DOCX, Format.EPUB),
)
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_QUERY = "/?%:@!$&'()*+,;=~-._[]"
_HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "pincite",
    "Accept": ", ".join(sorted(_READ - _DECIDED_BY_CONTENT)) + ", */*;q=0.1",
    "Accept-Encoding": "identity",
}


def is_address(words: str) -> bool:
    """Say whether ``words`` are an address to fetch from and no file's name."""
    return bool(_ADDRESS.match(words))


def load_url(address: str, *, settings: Settings, guard: Guard = PUBLIC_NETWORK) -> Document:
    """Fetch a document; its source is the address that was asked for.

    Raises:
        FetchError: if that is switched off, or it cannot be fetched or must not be.
        DocumentError: if what was fetched cannot be read as a document.
    """
    if not settings.allow_urls:
        raise FetchError(
            f"{address} is not fetched: that is switched off (PINCITE_ALLOW_URLS=0). "
            "Save the page and add the file."
        )
    data = fetch(address, max_bytes=settings.max_bytes, seconds=settings.fetch_seconds, guard=guard)
    return load_bytes(data, source=address, limits=settings.limits)


def fetch(address: str, *, max_bytes: int, seconds: float, guard: Guard) -> bytes:
    """Return what an address names, after at most ``MOST_REDIRECTS`` redirects.

    ``seconds`` bound the whole, ``max_bytes`` what comes and what it unpacks to. Text is returned
    in UTF-8 where the server says in which encoding it comes.

    Raises:
        FetchError: if it cannot be fetched, or must not be.
        DocumentTooLargeError: if it has more than ``max_bytes``.
    """
    deadline = time.monotonic() + seconds
    place = address
    with httpcore.ConnectionPool(network_backend=GuardedNetwork(guard, deadline)) as pool:
        request = _Request(address, max_bytes, seconds, deadline, pool)
        for _ in range(MOST_REDIRECTS + 1):
            found = request.ask(place)
            if isinstance(found, bytes):
                return found
            place = urljoin(place, found)
    raise FetchError(f"{address} leads from one address to the next without an end.")


@dataclass(frozen=True, slots=True)
class _Request:
    """One request of a user's, which may take several of the protocol's."""

    address: str
    max_bytes: int
    seconds: float
    deadline: float
    pool: httpcore.ConnectionPool

    def ask(self, place: str) -> bytes | str:
        """Return what ``place`` holds, or where it leads to."""
        url = _url(place)
        with (
            self._failures_told(),
            self.pool.stream("GET", url, headers=_HEADERS) as response,
        ):
            headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in _REDIRECTS and headers.get(b"location"):
                return headers[b"location"]
            if response.status != 200:
                raise FetchError(f"{self.address} cannot be fetched: status {response.status}.")
            media_type, _, parameters = headers.get(b"content-type", "").partition(";")
            self._check_type(media_type.strip().lower())
            data = self._body(response, headers.get(b"content-encoding", "").lower())
            return _in_utf8(data, parameters) if media_type.startswith("text/") else data

    def _check_type(self, media_type: str) -> None:
        if media_type not in _READ:
            raise FetchError(
                f"{self.address} is of the type {media_type}, which Pincite does not read. "
                "It reads web pages, text, PDF, Word and EPUB."
            )

    def _body(self, response: httpcore.Response, encoding: str) -> bytes:
        """Return the body, unpacked; a server may pack it although it was asked not to."""
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(f"{self.address} comes packed as {encoding}, which was not asked for.")
        unpacker = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
        parts, size = [], 0
        for part in response.iter_stream():
            time_left(self.deadline)
            room = self.max_bytes - size + 1
            parts.append(unpacker.decompress(part, room) if unpacker else part)
            size += len(parts[-1])
            if size > self.max_bytes:
                raise DocumentTooLargeError(
                    f"{self.address} has more than {self.max_bytes:,} bytes. "
                    "Raise PINCITE_MAX_BYTES to read it."
                )
        return b"".join(parts)

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        """Turn the failures of the network and of the server into refusals."""
        try:
            yield
        except httpcore.TimeoutException as error:
            raise FetchError(
                f"{self.address} takes longer than the {self.seconds:g} seconds allowed. "
                "Try again, or raise PINCITE_FETCH_SECONDS."
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error, OSError) as error:
            raise FetchError(f"{self.address} cannot be fetched: {error}.") from error


def _url(place: str) -> httpcore.URL:
    """Return an address for the protocol.

    Raises:
        FetchError: if it is not http(s), names no host, or holds a password.
    """
    try:
        parts = urlsplit(place)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except (ValueError, UnicodeError) as error:
        raise FetchError(f"{place} is no address. Check it.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(f"{place} is not an http or https address.")
    if "@" in parts.netloc:
        raise FetchError("An address with a user name or a password is not fetched.")
    return httpcore.URL(
        scheme=parts.scheme.encode(), host=host, port=port, target=_target(parts).encode()
    )


def _target(parts: SplitResult) -> str:
    """Return path and query, with what may not stand in them escaped."""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return path + (f"?{quote(parts.query, safe=_QUERY)}" if parts.query else "")


def _in_utf8(data: bytes, parameters: str) -> bytes:
    """Return text in UTF-8 if the server says in which encoding it comes."""
    declared = _CHARSET.search(parameters)
    if declared:
        with suppress(LookupError):
            if codecs.lookup(declared[1]).name != "utf-8":
                return data.decode(declared[1], "replace").encode("utf-8", "replace")
    return data
