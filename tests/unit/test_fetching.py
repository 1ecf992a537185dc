from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from file_makers import PAGE, lines, make_pdf

from rag.documents.addresses import Address, Guard, is_public
from rag.documents.fetching import MOST_REDIRECTS, fetch, is_address, load_url
from rag.errors import BinaryDocumentError, DocumentTooLargeError, FetchError
from rag.settings import Settings

LOOPBACK = ip_address("127.0.0.1")


@dataclass
class Site:
    """A server on loopback that answers with what the test has put under each path."""

    port: int = 0
    answers: dict[str, tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)
    slow: float = 0.0

    def put(self, path: str, data: bytes, *, status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, named, data)
        return f"http://article.example:{self.port}{path}"

    def lead(self, path: str, to: str) -> str:
        return self.put(path, b"", status=302, Location=to)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.hosts.append(self.headers["Host"])
            status, headers, data = site.answers[self.path]
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for at in range(0, len(data), 1000):
                time.sleep(site.slow)
                try:
                    self.wfile.write(data[at : at + 1000])
                except OSError:
                    return

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@dataclass
class Names:
    """Resolves names as the test says; counts how often."""

    known: Mapping[str, tuple[str, ...]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int, /) -> list[Address]:
        self.asked.append(host)
        if host not in self.known:
            raise OSError("unknown")
        return [ip_address(address) for address in self.known[host]]


NAMES = {
    "article.example": ("127.0.0.1",),
    "private.example": ("10.0.0.7",),
    "other.example": ("127.0.0.2",),
    "mixed.example": ("127.0.0.1", "192.168.0.1"),
}


def guard(names: Names | None = None) -> Guard:
    """Take the test's own server for the public network, and nothing else on loopback."""
    return Guard(names or Names(NAMES), lambda address: address == LOOPBACK or is_public(address))


def load(address: str, tmp_path: Path, **settings: object) -> str:
    own = Settings(home=tmp_path, **settings)  # type: ignore[arg-type]
    return load_url(address, settings=own, guard=guard()).text


def get(address: str, *, seconds: float = 20, max_bytes: int = 10**6) -> bytes:
    return fetch(address, max_bytes=max_bytes, seconds=seconds, guard=guard())


class TestWhatIsFetched:
    def test_a_page_becomes_a_document_whose_source_is_its_address(
        self, site: Site, tmp_path: Path
    ) -> None:
        address = site.put("/news/ferry?id=1", PAGE.encode())
        own = Settings(home=tmp_path)
        document = load_url(address, settings=own, guard=guard())
        assert document.source == address
        assert document.title == "Ferry carries 1,200 people"
        assert site.hosts == [f"article.example:{site.port}"]

    def test_a_pdf_is_read_by_its_content(self, site: Site, tmp_path: Path) -> None:
        data = make_pdf([lines("A printed line.")])
        address = site.put("/report", data, Content_Type="application/octet-stream")
        assert load(address, tmp_path) == "A printed line."

    def test_redirects_are_followed(self, site: Site) -> None:
        site.put("/c", b"Here.")
        site.lead("/b", "c")
        assert get(site.lead("/a", "/b")) == b"Here."

    def test_the_encoding_that_the_server_states_is_used(self, site: Site) -> None:
        words = "Señor Gómez".encode("iso-8859-1")
        address = site.put("/a", words, Content_Type="text/plain; charset=iso-8859-1")
        assert get(address).decode() == "Señor Gómez"

    def test_what_comes_packed_is_unpacked(self, site: Site) -> None:
        assert get(site.put("/a", gzip.compress(b"Words."), Content_Encoding="gzip")) == b"Words."

    def test_letters_outside_ascii_are_escaped(self, site: Site) -> None:
        site.put("/caf%C3%A9?q=%C3%A9", b"Coffee.")
        assert get(f"http://article.example:{site.port}/café?q=é") == b"Coffee."


class TestTheGuard:
    @pytest.mark.parametrize("host", ["private.example", "other.example", "mixed.example"])
    def test_a_name_that_leads_off_the_public_network_is_refused(
        self, site: Site, host: str
    ) -> None:
        with pytest.raises(FetchError, match=f"{host} is not on the public network"):
            get(f"http://{host}:{site.port}/")
        assert site.hosts == []

    @pytest.mark.parametrize("to", ["http://private.example/", "//other.example/x"])
    def test_a_redirect_off_the_public_network_is_refused(self, site: Site, to: str) -> None:
        with pytest.raises(FetchError, match="not on the public network"):
            get(site.lead("/a", to))

    def test_each_connection_resolves_once_and_goes_to_what_was_checked(self, site: Site) -> None:
        class Rebinding(Names):
            def __call__(self, host: str, port: int, /) -> list[Address]:
                first = not self.asked
                super().__call__(host, port)
                return [LOOPBACK if first else ip_address("10.0.0.7")]

        names = Rebinding(NAMES)
        address = site.put("/a", b"Here.")
        assert fetch(address, max_bytes=99, seconds=20, guard=guard(names)) == b"Here."
        assert names.asked == ["article.example"]
        with pytest.raises(FetchError, match="not on the public network"):
            fetch(address, max_bytes=99, seconds=20, guard=guard(names))

    def test_the_ordinary_guard_refuses_loopback(self, site: Site) -> None:
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"):
            with pytest.raises(FetchError, match=r"network|cannot be found"):
                fetch(f"http://{host}:{site.port}/", max_bytes=99, seconds=20, guard=Guard())
        assert site.hosts == []

    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
            *("0.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "100.64.0.1", "192.0.2.1"),
            *(
                "198.18.0.1",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "2002:7f00:1::",
            ),
            *("64:ff9b::a00:1", "::10.0.0.1", "2001:db8::1", "2001:0:a00:1::1"),
        ],
    )
    def test_an_address_off_the_public_network_is_not_public(self, address: str) -> None:
        assert not is_public(ip_address(address))

    @pytest.mark.parametrize(
        "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    )
    def test_an_address_of_the_public_network_is(self, address: str) -> None:
        assert is_public(ip_address(address))


class TestRefusals:
    def test_nothing_is_fetched_where_that_is_switched_off(
        self, site: Site, tmp_path: Path
    ) -> None:
        address = site.put("/a", b"Here.")
        with pytest.raises(FetchError, match="PINCITE_ALLOW_URLS=0"):
            load(address, tmp_path, allow_urls=False)
        assert site.hosts == []

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("ftp://article.example/a", "not an http or https address"),
            ("file:///etc/passwd", "not an http or https address"),
            ("http://", "not an http or https address"),
            ("http://me:secret@article.example/", "user name or a password"),
            ("http://article.example:99999/", "is no address"),
            ("http://nowhere.example/", "cannot be found"),
        ],
    )
    def test_what_is_no_address_to_fetch_is_refused(self, address: str, why: str) -> None:
        with pytest.raises(FetchError, match=why) as refused:
            get(address)
        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize("to", ["file:///etc/passwd", "http://me:x@article.example/"])
    def test_a_redirect_to_such_an_address_is_refused(self, site: Site, to: str) -> None:
        with pytest.raises(FetchError):
            get(site.lead("/a", to))

    def test_a_ring_of_redirects_ends(self, site: Site) -> None:
        with pytest.raises(FetchError, match="from one address to the next"):
            get(site.lead("/a", "/a"))
        assert len(site.hosts) == MOST_REDIRECTS + 1

    def test_more_bytes_than_the_limit_are_refused(self, site: Site) -> None:
        with pytest.raises(DocumentTooLargeError, match="more than 5,000 bytes"):
            get(site.put("/a", b"x" * 5_001), max_bytes=5_000)
        packed = gzip.compress(b"x" * 10_000_000)
        with pytest.raises(DocumentTooLargeError, match="more than 1,000,000 bytes"):
            get(site.put("/b", packed, Content_Encoding="gzip"))

    def test_a_server_that_drips_is_left_at_the_limit_of_the_whole(self, site: Site) -> None:
        site.slow = 0.1
        started = time.monotonic()
        with pytest.raises(FetchError, match=r"longer than the 0\.5 seconds"):
            get(site.put("/a", b"x" * 100_000), seconds=0.5)
        assert time.monotonic() - started < 5

    @pytest.mark.parametrize("media_type", ["image/png", "application/json", "video/mp4"])
    def test_a_type_that_is_not_read_is_refused(self, site: Site, media_type: str) -> None:
        with pytest.raises(FetchError, match=f"of the type {media_type}"):
            get(site.put("/a", b"{}", Content_Type=media_type))

    def test_content_that_is_not_what_its_type_says_is_refused(
        self, site: Site, tmp_path: Path
    ) -> None:
        with pytest.raises(BinaryDocumentError, match="a PNG image"):
            load(site.put("/a", b"\x89PNG\r\n"), tmp_path)

    def test_a_status_that_is_no_success_is_refused(self, site: Site) -> None:
        with pytest.raises(FetchError, match="status 404"):
            get(site.put("/a", b"Nothing here.", status=404))

    def test_a_server_that_is_down_is_a_refusal(self, site: Site) -> None:
        with pytest.raises(FetchError, match="cannot be fetched"):
            get("http://article.example:9/")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("https://a.example", True), ("HTTP://a", True), ("http.txt", False), ("a/http://b", False)],
)
def test_an_address_is_told_from_a_file(words: str, expected: bool) -> None:
    assert is_address(words) is expected
