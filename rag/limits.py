"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What no file may exceed; each is a setting of the same name.

    ``max_expansion`` is how many times its size an archive may unpack to, ``max_nesting`` how deep
    the elements of a page may lie. ``max_seconds`` and ``max_memory`` (bytes of address space)
    bound the process that parses a file.
    """

    max_bytes: int = 50_000_000
    max_pages: int = 5_000
    max_characters: int = 20_000_000
    max_expansion: int = 100
    max_nesting: int = 250
    max_seconds: float = 60.0
    max_memory: int = 1_500_000_000


DEFAULT_LIMITS = Limits()
