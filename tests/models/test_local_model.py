"""A real small model that invents much: nothing that it invents is ever shown as a quotation."""

from __future__ import annotations

from pathlib import Path

import pytest
from local_server import LocalServer

from rag.assistant import open_assistant
from rag.settings import Settings

pytest_plugins = ["local_server"]
pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]

QUESTIONS = (
    "Who represented the United States?",
    "Why does the meeting matter to Japan?",
    "How many American soldiers are stationed in Japan?",
)


def test_no_invented_quotation_is_shown(local_server: LocalServer, tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        model=f"openai:{local_server.model}",
        base_url=local_server.base_url,
        top_k=2,
        max_tokens=160,
        timeout=300,
        retries=0,
    )
    with open_assistant(settings) as assistant:
        answers = [assistant.ask(question) for question in QUESTIONS]
        for answer in answers:
            for citation in answer.citations:
                text = assistant.library.document(citation.document_id).text
                assert citation.span.of(text) == citation.quote
            assert all(claim.citations for claim in answer.claims)
    assert all(answer.usage.read > 500 for answer in answers)  # it did read the passages
    assert any(answer.usage.written > 5 for answer in answers)  # and wrote something
