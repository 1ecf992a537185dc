"""A small OpenID Connect issuer on this machine: whoever clicks a name is logged in as that."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "pincite", "a secret of the test"
PEOPLE = {"ada": "Ada Lovelace", "bob": "Bob Builder"}


@dataclass
class Issuer:
    """The address of an issuer, its key, and the logins that wait for their token."""

    address: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "test"}))
    nonces: dict[str, str] = field(default_factory=dict)

    def secrets(self) -> str:
        """Return the secrets file of a page that asks this issuer, on whatever port."""
        return (
            "[auth]\n"
            'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
            'cookie_secret = "only the tests know this secret"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{self.address}/.well-known/openid-configuration"\n'
        )

    def metadata(self) -> dict[str, Any]:
        """Return what the issuer says of itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def choice(self, query: dict[str, list[str]]) -> str:
        """Return the page on which one says who one is."""
        self.nonces |= dict.fromkeys(PEOPLE, query.get("nonce", [""])[0])
        back = query["redirect_uri"][0]
        links = (
            f'<a href="{back}?{urlencode({"code": code, "state": query["state"][0]})}">{name}</a>'
            for code, name in PEOPLE.items()
        )
        return f"<!doctype html><title>Who?</title>{' '.join(links)}"

    def token(self, code: str) -> dict[str, Any]:
        """Return the signed statement of who has logged in."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "sub": f"number-{code}",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonces[code],
            "name": PEOPLE[code],
            "email": f"{code}@example.org",
        }
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        return {"access_token": code, "token_type": "Bearer", "id_token": signed}


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Serve an issuer on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.issuer = Issuer(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.issuer  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        issuer: Issuer = self.server.issuer  # type: ignore[attr-defined]
        path = urlsplit(self.path)
        if path.path == "/authorize":
            self._send(issuer.choice(parse_qs(path.query)), "text/html")
        elif path.path == "/keys":
            self._send({"keys": [issuer.key.as_dict(private=False)]})
        else:
            self._send(issuer.metadata())

    def do_POST(self) -> None:
        issuer: Issuer = self.server.issuer  # type: ignore[attr-defined]
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._send(issuer.token(sent["code"][0]))

    def _send(self, body: object, media_type: str = "application/json") -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
