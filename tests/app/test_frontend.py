"""The scripts of the page: every word they draw comes from one place, and none is made HTML."""

from __future__ import annotations

import re

import pytest

from rag.ui import strings
from rag.ui.component import FRONTEND, SCRIPTS, STYLES

SOURCES = {name: (FRONTEND / name).read_text(encoding="utf-8") for name in SCRIPTS}
ALL = "\n".join(SOURCES.values())


def test_every_file_of_the_page_is_part_of_it() -> None:
    files = {path.name for path in FRONTEND.iterdir() if path.suffix in (".js", ".css")}
    assert files == {*SCRIPTS, *STYLES, "page.css"}


def test_the_scripts_use_every_string_and_no_other() -> None:
    used = set(re.findall(r"\bstrings\.([a-z_]+)", ALL))
    assert used == set(strings.CONVERSATION)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_has_words_of_its_own(name: str) -> None:
    drawn = re.findall(
        r"""(?:text|title|"aria-label"|placeholder): ["`]([^"`]*)["`]""", SOURCES[name]
    )
    assert [
        words for words in drawn if re.search(r"[A-Za-z]{2}", re.sub(r"\$\{.*?\}", "", words))
    ] == []


@pytest.mark.parametrize(
    "way", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", " eval(", "href ="]
)
def test_no_script_can_make_words_into_elements(way: str) -> None:
    assert way not in ALL
