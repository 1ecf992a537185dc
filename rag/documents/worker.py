"""The process that parses files: reads requests from its input, writes what it found.

It is started by ``rag.documents.isolation``, holds no secrets and has only the memory it is given,
so that a file that makes a parser crash, hang or grow can do no harm. A request is a frame of JSON
and, once the parser is loaded and the worker has said so, a frame of bytes; a reply is a frame of
JSON. A frame is its length in eight bytes and its content.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import IO, Any, TypeAlias

from rag.documents.formats import Format
from rag.documents.parsed import Parsed
from rag.errors import DocumentError
from rag.limits import Limits

READY = b"ready"
_LENGTH = struct.Struct(">Q")
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError)
_STUMBLES_TOO = (OSError, EOFError, RuntimeError, SyntaxError)

Parser: TypeAlias = Callable[[bytes, str, Limits], tuple[Format, Parsed]]
"""Takes the bytes of a file, its name and the limits."""


def main() -> None:
    """Serve until the input ends."""
    serve({Format.PDF: _load_pdf, Format.HTML: _load_html, Format.ZIP: _load_zip})


def serve(loaders: Mapping[str, Callable[[], Parser]]) -> None:
    """Answer requests for formats, each with a parser that is loaded when it is first asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    logging.disable()
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a parser prints is no reply
    while header := read_frame(requests):
        request = json.loads(header)
        limits = Limits(**request["limits"])
        parse = loaders[request["format"]]()
        write_frame(replies, READY)
        data = read_frame(requests)
        _bound(limits)
        write_frame(replies, json.dumps(_reply(parse, data, request["source"], limits)).encode())


def read_frame(stream: IO[bytes]) -> bytes:
    """Return the next frame; empty at the end of the stream.

    Raises:
        EOFError: if the stream ends inside a frame.
    """
    head = stream.read(_LENGTH.size)
    if not head:
        return b""
    size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 1
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the stream ended inside a frame")
    return data


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write a frame at once."""
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _load_pdf() -> Parser:
    pdf = importlib.import_module("rag.documents.pdf")
    return lambda data, source, limits: (Format.PDF, pdf.parse_pdf(data, source, limits))


def _load_html() -> Parser:
    page = importlib.import_module("rag.documents.html")
    return lambda data, source, limits: (
        Format.HTML,
        page.parse_page(data.decode("utf-8"), source, limits),
    )


def _load_zip() -> Parser:
    parser: Parser = importlib.import_module("rag.documents.zipped").parse_archive
    return parser


def _reply(parse: Parser, data: bytes, source: str, limits: Limits) -> dict[str, Any]:
    try:
        form, parsed = parse(data, source, limits)
    except DocumentError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        return _stumble(
            f"{source} needs more memory than the {limits.max_memory:,} bytes allowed. "
            "Split the file, or raise PINCITE_MAX_MEMORY."
        )
    except (*_STUMBLES, *_STUMBLES_TOO):
        return _stumble(f"{source} is damaged and cannot be read. Save or download it again.")
    return {"media_type": form.value, **asdict(parsed)}


def _stumble(message: str) -> dict[str, Any]:
    return {"error": "ParserError", "message": message}


def _bound(limits: Limits) -> None:
    """Bound this process where the system can: memory, and time should its parent have died."""
    try:
        import resource
    except ImportError:
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime + 2 * limits.max_seconds) + 2
    for kind, limit in ((resource.RLIMIT_AS, limits.max_memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (most, hard))


if __name__ == "__main__":
    main()
