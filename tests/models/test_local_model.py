"""A real small model that invents much: nothing that it invents is ever shown as a quotation."""

from __future__ import annotations

from pathlib import Path

import pytest
from forced_quotes import quoting_assistant
from local_server import LocalServer

from rag.assistant import open_assistant
from rag.library import Library
from rag.settings import Settings
from rag.types import Answer

pytest_plugins = ["local_server"]
pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(900)]

QUESTIONS = (
    "Who represented the United States?",
    "Why does the meeting matter to Japan?",
    "How many American soldiers are stationed in Japan?",
)


def settings_for(local_server: LocalServer, home: Path) -> Settings:
    return Settings(
        home=home,
        model=f"openai:{local_server.model}",
        base_url=local_server.base_url,
        top_k=2,
        max_tokens=160,
        timeout=300,
        retries=0,
    )


def assert_only_real_quotations(answer: Answer, library: Library) -> None:
    for citation in answer.citations:
        assert citation.span.of(library.document(citation.document_id).text) == citation.quote
    assert all(claim.citations for claim in answer.claims)


def test_no_invented_quotation_is_shown(local_server: LocalServer, tmp_path: Path) -> None:
    with open_assistant(settings_for(local_server, tmp_path)) as assistant:
        answers = [assistant.ask(question) for question in QUESTIONS]
        for answer in answers:
            assert_only_real_quotations(answer, assistant.library)
    assert all(answer.usage.read > 500 for answer in answers)  # it did read the passages
    assert any(answer.usage.written > 5 for answer in answers)  # and wrote something


def test_quotations_that_a_model_is_made_to_give_are_found_or_left_out(
    local_server: LocalServer, tmp_path: Path
) -> None:
    with open_assistant(settings_for(local_server, tmp_path)) as assistant:
        quoting = quoting_assistant(assistant, local_server, max_tokens=100)
        answers = [quoting.ask(question) for question in QUESTIONS]
        for answer in answers:
            assert_only_real_quotations(answer, assistant.library)
    left_out = [rejection for answer in answers for rejection in answer.rejections]
    assert any(rejection.quote.text for rejection in left_out)  # it did quote, and invented
