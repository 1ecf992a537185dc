"""With an issuer in the secrets, one logs in first and finds one's own conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from issuer import issuing
from playwright.sync_api import Browser, Page, expect
from serving import serving
from visits import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

SCRIPTED = Path(__file__).with_name("scripted_page.py")

pytest.importorskip("authlib", reason="pip install 'pincite[login]'")


@pytest.fixture(scope="module")
def guarded_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("guarded")
    secrets = folder / "secrets.toml"
    with issuing() as issuer:
        secrets.write_text(issuer.secrets())
        options = ("--secrets.files", str(secrets))
        with serving(SCRIPTED, folder / "home", options=options) as address:
            yield address


@pytest.fixture
def log_in(chromium: Browser, guarded_page: str) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def as_person(name: str) -> Page:
        context = chromium.new_context()
        contexts.append(context)
        page = context.new_page()
        page.goto(guarded_page)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        return page

    yield as_person
    for context in contexts:
        context.close()


def earlier(page: Page) -> list[str]:
    return page.locator("[class*=st-key-reopen-]").all_inner_texts()


def test_nothing_of_the_library_is_seen_before_the_login(
    chromium: Browser, guarded_page: str
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(guarded_page)
    expect(page.get_by_role("heading", name="Log in to Pincite")).to_be_visible()
    assert page.get_by_test_id("stChatInputTextArea").count() == 0
    assert page.get_by_text("The Japan-US Alliance").count() == 0
    context.close()


def test_conversations_belong_to_who_is_logged_in(log_in: Callable[[str], Page]) -> None:
    ada = log_in("Ada Lovelace")
    expect(ada.get_by_text("Ada Lovelace")).to_be_visible()
    Visit(ada, "ada").ask("Show all verdicts")
    expect(ada.locator("[class*=st-key-reopen-]")).to_have_count(1)
    bob = log_in("Bob Builder")
    assert earlier(bob) == []
    again = log_in("Ada Lovelace")  # in another browser
    expect(again.locator("[class*=st-key-reopen-]")).to_have_text(["Show all verdicts"])


def test_after_the_logout_one_has_to_log_in_again(log_in: Callable[[str], Page]) -> None:
    page = log_in("Bob Builder")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in to Pincite")).to_be_visible()
