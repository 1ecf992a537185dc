"""Fixtures of all tests."""

import pytest

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-cases", type=int, default=40, help="how many files of each format are damaged"
    )


@pytest.fixture
def fuzz_cases(pytestconfig: pytest.Config) -> int:
    """How many files of each format are damaged."""
    return int(pytestconfig.getoption("--fuzz-cases"))
