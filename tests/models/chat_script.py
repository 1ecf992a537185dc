"""What a scripted server answers: text, silence, and every way in which servers misbehave."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of so many seconds in the middle of an answer."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Silence until the test sets the event: no race between the test and the stream."""

    event: threading.Event


@dataclass(frozen=True, slots=True)
class Delta:
    """A delta without text, such as of a tool call or of reasoning; ``content`` is null."""

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raw:
    """A line of the stream as it stands: a comment, invalid JSON, an error in mid-stream.

    An answer that is not streamed consists of nothing but its first ``Raw``, if it has one.
    """

    line: str


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The connection ends here, before the answer does."""


Piece: TypeAlias = str | Pause | Hold | Delta | Raw | Disconnect

TOOL_CALL = Delta(
    {
        "tool_calls": [
            {
                "index": 0,
                "id": "call_1",
                "type": "function",
                "function": {"name": "search", "arguments": '{"query": "alliance"}'},
            }
        ]
    }
)


def reasoning(text: str) -> Delta:
    """Make a delta of what a model thinks before it answers."""
    return Delta({"reasoning_content": text})


class Writes(StrEnum):
    """How the bytes of a stream are divided into writes, each its own HTTP chunk."""

    BY_EVENT = "an event at a time"
    BY_BYTE = "a byte at a time"
    INSIDE_CHARACTERS = "cut inside every character of several bytes"

    def divide(self, data: bytes) -> list[bytes]:
        """Cut ``data`` into pieces that are not empty."""
        match self:
            case Writes.BY_EVENT:
                return [data]
            case Writes.BY_BYTE:
                return [bytes([byte]) for byte in data]
            case Writes.INSIDE_CHARACTERS:
                return re.findall(rb"[\x80-\xbf][^\x80-\xbf]*|[^\x80-\xbf]+", data)


@dataclass(frozen=True, slots=True)
class Usage:
    """How many tokens the server says an exchange took."""

    prompt_tokens: int
    completion_tokens: int

    def as_json(self) -> dict[str, int]:
        """Return what the protocol calls ``usage``."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status instead of an answer, to the first ``times`` requests or to all.

    ``retry_after`` is what the header Retry-After asks for, in whole seconds.
    """

    status: int
    message: str = "the script refuses"
    retry_after: int | None = None
    times: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the protocol's body of an error."""
        code = CODES.get(self.status, "server_error")
        return {"error": {"message": self.message, "type": code, "param": None, "code": code}}


@dataclass(frozen=True, slots=True)
class Script:
    """What to answer, in pieces; no pieces are an empty answer.

    Without a ``finish_reason`` a stream ends orderly but without its last chunks, as behind a
    proxy that gave up.
    """

    pieces: tuple[Piece, ...] = ()
    usage: Usage | None = None
    finish_reason: str | None = "stop"
    writes: Writes = Writes.BY_EVENT
    refusal: Refusal | None = None

    @property
    def text(self) -> str:
        """Return the words of the answer up to where the connection ends."""
        end = self.pieces.index(Disconnect()) if Disconnect() in self.pieces else None
        return "".join(piece for piece in self.pieces[:end] if isinstance(piece, str))


def words(text: str, *, delay: float = 0.0) -> Script:
    """Script an answer that comes a word at a time, ``delay`` seconds apart."""
    pieces: list[Piece] = []
    for word in re.findall(r"\s*\S+\s*?|\s+", text):
        pieces += [Pause(delay), word] if delay else [word]
    return Script(tuple(pieces))


Messages: TypeAlias = Sequence[Mapping[str, Any]]
Answerer: TypeAlias = Callable[[Messages], str | Script]
