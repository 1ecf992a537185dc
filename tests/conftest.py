"""Fixtures of all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from rag.library import Library

pytest_plugins = ["pytester"]

settings.register_profile("pincite", deadline=None)  # speed is measured by benchmarks, not here
settings.load_profile("pincite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-cases", type=int, default=40, help="how many files of each format are damaged"
    )


@pytest.fixture
def fuzz_cases(pytestconfig: pytest.Config) -> int:
    """How many files of each format are damaged."""
    return int(pytestconfig.getoption("--fuzz-cases"))


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Lend a Chroma server that all tests share, each library with a collection of its own."""
    from chroma_server import chroma_server  # beside the tests that use it

    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(params=["embedded", "server"])
def chroma_url(request: pytest.FixtureRequest) -> str | None:
    """Say where the vectors are: in the library's folder, or on a server."""
    if request.param == "embedded":
        return None
    url: str = request.getfixturevalue("server_url")
    return url


@pytest.fixture
def open_library(chroma_url: str | None) -> Callable[..., Library]:
    """Open libraries with their vectors in either place."""
    from rag.library import Library

    return partial(Library.open, chroma_url=chroma_url)
