"""A chat-completions server that answers as a test tells it to, misbehaviour included.

It speaks OpenAI's protocol over real HTTP on a free port of this machine, streaming or not.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chat_script import (
    Answerer,
    Delta,
    Disconnect,
    Hold,
    Pause,
    Raw,
    Refusal,
    Script,
    words,
)

PATH = "/v1/chat/completions"
LOOK_EVERY = 0.01
"""Seconds between two looks whether the server is closing, while a script holds an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent; the names of headers in lower case, the time by the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    messages: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any]
    received: float

    @property
    def streamed(self) -> bool:
        """Say whether the client asked for a stream."""
        return bool(self.parameters.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Say whether the client asked for usage at the end of a stream."""
        return bool((self.parameters.get("stream_options") or {}).get("include_usage"))


@dataclass(slots=True)
class ScriptedServer:
    """A running server: where it is, what it was asked, and how many clients hung up early."""

    base_url: str
    requests: list[Request] = field(default_factory=list)
    abandoned: int = 0


def completion(script: Script, model: str) -> bytes:
    """Write an answer that is not streamed."""
    for piece in script.pieces:
        if isinstance(piece, Raw):
            return piece.line.encode()
    message: dict[str, Any] = {"role": "assistant", "content": script.text}
    for piece in script.pieces:
        if isinstance(piece, Delta):
            message |= {**piece.fields, "content": script.text or None}
    choice = {"index": 0, "message": message, "finish_reason": script.finish_reason}
    usage = {"usage": script.usage.as_json()} if script.usage else {}
    return _encode({**_head("chat.completion", model), "choices": [choice], **usage})


def events(script: Script, request: Request) -> Iterator[bytes | Pause | Hold | Disconnect]:
    """Write an answer as server-sent events, with the script's silences between them."""
    head = _head("chat.completion.chunk", str(request.parameters.get("model")))
    usage = script.usage.as_json() if script.usage and request.wants_usage else None

    def chunk(delta: Mapping[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return _event(_encode({**head, "choices": [choice]}))

    yield chunk({"role": "assistant", "content": ""})
    for piece in script.pieces:
        match piece:
            case str():
                yield chunk({"content": piece})
            case Delta(fields):
                yield chunk({"content": None, **fields})
            case Raw(line):
                yield line.encode() + b"\n\n"
            case _:
                yield piece
    if script.finish_reason:
        yield chunk({}, script.finish_reason)
        if usage:
            yield _event(_encode({**head, "choices": [], "usage": usage}))
        yield _event(b"[DONE]")


def _head(kind: str, model: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": model}


def _encode(value: Mapping[str, Any]) -> bytes:
    # Not as ASCII: characters of several bytes are to travel as such.
    return json.dumps(value, ensure_ascii=False).encode()


def _event(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Answerer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.record = ScriptedServer(f"http://127.0.0.1:{self.server_port}/v1")
        self.closing = threading.Event()
        self.mistakes: list[BaseException] = []

    def handle_error(self, request: object, client_address: object) -> None:
        mistake = sys.exception()
        if isinstance(mistake, ConnectionError):
            self.record.abandoned += 1
        elif mistake:
            self.mistakes.append(mistake)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        messages = tuple(body.pop("messages", ()))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, messages, body, time.monotonic())
        requests = self.server.record.requests
        requests.append(request)
        if self.path != PATH:
            return self._refuse(Refusal(404, f"there is no {self.path}"))
        answer = self.server.answer(messages)
        script = words(answer) if isinstance(answer, str) else answer
        refusal = script.refusal
        if refusal and (refusal.times is None or len(requests) <= refusal.times):
            return self._refuse(refusal)
        return self._stream(script, request) if request.streamed else self._reply(script, request)

    def _refuse(self, refusal: Refusal) -> None:
        headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
        self._send(refusal.status, _encode(refusal.as_json()), headers)

    def _reply(self, script: Script, request: Request) -> None:
        for piece in script.pieces:
            self._wait(piece)
        body = completion(script, str(request.parameters.get("model")))
        missing = 1 if Disconnect() in script.pieces else 0
        self._send(200, body, {}, missing=missing)

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], *, missing: int = 0
    ) -> None:
        length = {"Content-Length": str(len(body) + missing)}
        self._begin(status, {"Content-Type": "application/json", **length, **headers})
        self.wfile.write(body)

    def _stream(self, script: Script, request: Request) -> None:
        kind = {"Content-Type": "text/event-stream; charset=utf-8"}
        self._begin(200, {**kind, "Transfer-Encoding": "chunked"})
        for event in events(script, request):
            match event:
                case bytes():
                    for data in script.writes.divide(event):
                        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
                case Disconnect():
                    return
                case _:
                    self._wait(event)
        self.wfile.write(b"0\r\n\r\n")

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        # A closed server is down at once, instead of living on in connections kept alive.
        for name, value in {**headers, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _wait(self, piece: object) -> None:
        match piece:
            case Pause(seconds):
                self.server.closing.wait(seconds)
            case Hold(event):
                while not (event.wait(LOOK_EVERY) or self.server.closing.is_set()):
                    pass


@contextmanager
def scripted_server(script: Script | Answerer) -> Iterator[ScriptedServer]:
    """Serve a script, or what a function makes of each request's messages, until the block ends.

    A mistake in that function is raised at the end of the block.
    """
    server = _Server(script if callable(script) else lambda _: script)
    thread = threading.Thread(target=server.serve_forever, args=(LOOK_EVERY,))
    thread.start()
    try:
        yield server.record
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
    if server.mistakes:
        raise server.mistakes[0]
