"""A real HTTP server on this computer that answers as a chat model's server might."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends.

    ``promised`` bytes more than ``body`` has are announced and never sent; a stalled answer then
    waits, else it is broken off. A stalled answer without a body does not even begin.
    """

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int = 0
    is_stalled: bool = False


@dataclass(slots=True)
class ModelServer:
    """The address of a running server, and what it was asked."""

    port: int
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"


def completion(text: str) -> str:
    """Return an answer of OpenAI's protocol in one piece."""
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "stop",
                }
            ],
        }
    )


def event(text: str) -> str:
    """Return one piece of an answer that is streamed."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    piece = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return f"data: {json.dumps(piece | {'choices': [choice]})}\n\n"


@contextmanager
def serve(*replies: Reply) -> Iterator[ModelServer]:
    """Answer each request with the next reply, further ones with the last."""
    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    state = ModelServer(server.server_address[1])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = replies[min(len(state.requests), len(replies) - 1)]
            length = int(self.headers["content-length"])
            state.requests.append(json.loads(self.rfile.read(length)))
            state.keys.append(self.headers["authorization"])
            state.paths.append(self.path)
            if reply.body or not reply.is_stalled:
                self.send_reply(reply)
            if reply.is_stalled:
                stopped.wait(20)

        def send_reply(self, reply: Reply) -> None:
            body = reply.body.encode()
            self.send_response(reply.status)
            kind = "text/event-stream" if body.startswith(b"data:") else "application/json"
            headers = {"content-type": kind, "content-length": str(len(body) + reply.promised)}
            for name, value in (headers | dict(reply.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests clean."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
