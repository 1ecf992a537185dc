"""How soon there is something to see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from visits import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SLOWEST_MS = 2_000
PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""


def test_the_page_is_painted_within_two_seconds_once_the_server_is_up(
    real_page: str, visit: Visitor, record_property: Callable[[str, object], None]
) -> None:
    window = visit(real_page)
    painted = window.page.evaluate(PAINTED)
    record_property("first_contentful_paint_ms", painted)
    expect(window.page.locator(".welcome h1")).to_be_visible()
    assert painted <= SLOWEST_MS
