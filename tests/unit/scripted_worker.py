"""A worker whose parser misbehaves as the file tells it to."""

from __future__ import annotations

import os
import time

from rag.documents.formats import Format
from rag.documents.parsed import Parsed
from rag.documents.worker import Parser, serve
from rag.errors import EmptyDocumentError
from rag.limits import Limits


def parse(data: bytes, source: str, limits: Limits) -> tuple[Format, Parsed]:
    """Do what the file says."""
    match data.decode():
        case "hang":
            time.sleep(3600)
        case "crash":
            os.abort()
        case "stumble":
            raise KeyError("part")
        case "unforeseen":
            raise Exception("unforeseen")
        case "grow":
            bytearray(10 * limits.max_memory)
        case "print":
            os.write(1, b"noise")
        case "empty":
            raise EmptyDocumentError(f"{source} has no text.")
        case "environment":
            return Format.PDF, Parsed("\n".join(sorted(os.environ)), ())
    return Format.PDF, Parsed(str(os.getpid()), ())


def load() -> Parser:
    """Load the parser."""
    return parse


if __name__ == "__main__":
    serve({Format.PDF: load})
