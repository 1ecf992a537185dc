"""Suggested questions belong to the documents that are there, and are answered from them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant, open_assistant
from rag.settings import Settings
from rag.ui.suggestions import suggestions

EVIDENCE = {
    "What are the three points that show the meeting’s significance?": "The second point is",
    "Who met with Antony Blinken?": "Foreign Minister Motegi Toshimitsu",
    "What did the two nations agree to do about the Senkaku Islands?": "joint military exercises",
    "What did the two nations say about the China Coast Guard Law?": "serious concerns",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with open_assistant(Settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


def test_the_bundled_article_has_four_suggestions() -> None:
    assert suggestions(["notes.md", "japan_us_alliance.txt"]) == list(EVIDENCE)


def test_an_unknown_document_has_none() -> None:
    assert suggestions(["notes.md"]) == []


@pytest.mark.parametrize("question", EVIDENCE)
def test_what_is_suggested_is_answered(assistant: Assistant, question: str) -> None:
    quotes = " ".join(citation.quote for citation in assistant.ask(question).citations)
    assert EVIDENCE[question] in quotes


def test_the_bundled_file_is_the_one_that_has_suggestions() -> None:
    seeds = Path(__file__).parents[2] / "seeds"
    assert suggestions(file.name for file in seeds.glob("*.txt"))
