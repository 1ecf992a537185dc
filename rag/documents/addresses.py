"""Keeps fetching to the public network: an address is checked where it is connected to.

A name is resolved once, all that it resolves to is checked, and the connection goes to the very
address that was checked. A name that resolves to something else a moment later (DNS rebinding), or
a redirect into a private network, gains nothing.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from typing import Protocol, TypeAlias

import httpcore

from rag.errors import FetchError

Address: TypeAlias = IPv4Address | IPv6Address

_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""IPv6 networks whose addresses lead to the IPv4 address in their last 32 bits."""


class Resolver(Protocol):
    """Turns a host's name into addresses."""

    def __call__(self, host: str, port: int, /) -> Sequence[Address]:
        """Return the addresses of ``host``.

        Raises:
            OSError: if it has none.
        """


def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of ``host`` as the system resolves it.

    Raises:
        OSError: if it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(information[4][0]).partition("%")[0]) for information in found]


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public network, and so does one that it embeds.

    Private, loopback, link-local, multicast, reserved and unspecified addresses do not.
    """
    embedded = _embedded(address) if isinstance(address, IPv6Address) else ()
    return all(
        one.is_global and not one.is_multicast and not one.is_reserved
        for one in (*embedded, *(() if embedded else (address,)))
    )


def _embedded(address: IPv6Address) -> Sequence[Address]:
    """Return the IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    known = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _EMBEDDING):
        known.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [one for one in known if one is not None]


@dataclass(frozen=True, slots=True)
class Guard:
    """Says where a host may be connected to; a test replaces either function."""

    resolver: Resolver = resolve
    allows: Callable[[Address], bool] = is_public

    def addresses(self, host: str, port: int) -> Sequence[Address]:
        """Return the addresses of ``host``, all of them allowed.

        Raises:
            FetchError: if there are none, or one of them is not allowed.
        """
        try:
            found = self.resolver(host, port)
        except (OSError, ValueError) as error:
            raise FetchError(f"{host} cannot be found. Check the address.") from error
        if not found or not all(map(self.allows, found)):
            raise FetchError(
                f"{host} is not on the public network, and Pincite fetches from there only. "
                "Save the page and add the file."
            )
        return found


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to what a guard allows, and lets nothing last beyond ``deadline``.

    ``deadline`` is a moment of ``time.monotonic``.
    """

    def __init__(self, guard: Guard, deadline: float) -> None:
        self._guard = guard
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of ``host`` that answers.

        Raises:
            FetchError: if one of its addresses is not allowed.
            httpcore.ConnectError: if none answers.
        """
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._guard.addresses(host, port):
            try:
                stream = self._network.connect_tcp(
                    str(address), port, time_left(self._deadline), None, socket_options or ()
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _Stream(stream, self._deadline)
        raise failure


def time_left(deadline: float) -> float:
    """Return the seconds until ``deadline``.

    Raises:
        httpcore.ReadTimeout: if it has passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole is over")
    return left


class _Stream(httpcore.NetworkStream):
    """A connection on which no read or write outlasts the deadline of the whole."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, time_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, time_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = time_left(self._deadline)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
