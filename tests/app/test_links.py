"""What an address points to."""

from __future__ import annotations

import pytest
from page_fakes import FakeLibrary, article

from rag.types import Span
from rag.ui import strings
from rag.ui.links import LONGEST, NO_LINK, followed, link_to

ARTICLE = article()
LIBRARY = FakeLibrary({ARTICLE.id: ARTICLE})
LENGTH = len(ARTICLE.text)


def query_of(link: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in link.removeprefix("?").split("&"))


@pytest.mark.parametrize("span", [Span(0, 1), Span(1200, 1290), Span(LENGTH - 1, LENGTH)])
def test_a_link_leads_to_the_place_that_it_was_made_of(span: Span) -> None:
    link = followed(query_of(link_to(ARTICLE.id, span)), LIBRARY)
    assert (link.document, link.span, link.notice) == (ARTICLE, span, "")


def test_an_address_without_a_document_is_no_link() -> None:
    assert followed({"start": "1", "end": "2", "theme": "dark"}, LIBRARY) == NO_LINK


def test_a_document_that_is_not_there_is_told() -> None:
    link = followed({"document": "gone", "start": "1", "end": "2"}, LIBRARY)
    assert (link.document, link.notice) == (None, strings.LINK_UNKNOWN)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1", ""),
        ("5", "5"),
        ("9", "3"),
        ("-1", "3"),
        ("0", str(LENGTH + 1)),
        ("1e3", "2e3"),
        ("１", "２"),
        ("0", "9" * 5000),
        ("<script>", "1"),
    ],
)
def test_a_place_that_cannot_be_is_told_and_the_document_shown(start: str, end: str) -> None:
    link = followed({"document": ARTICLE.id, "start": start, "end": end}, LIBRARY)
    assert (link.document, link.span) == (ARTICLE, None)
    assert link.notice == strings.link_outside(LENGTH)


def test_a_link_to_too_much_is_told() -> None:
    long = article()
    long = type(long)("long", "Long", "a" * (LONGEST + 2), "long.txt", "text/plain", ())
    library = FakeLibrary({"long": long})
    link = followed(query_of(link_to("long", Span(0, LONGEST + 1))), library)
    assert link.notice == strings.link_too_long(LONGEST)
    assert followed(query_of(link_to("long", Span(0, LONGEST))), library).notice == ""
