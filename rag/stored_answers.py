"""Answers as text that can be kept, and back: what a document no longer bears out is left out.

Documents are not kept with an answer: they belong to the library. A quotation that was found once
is found again, or it is no longer a citation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag.errors import ConversationsError
from rag.types import Answer, Citation, Document

FindDocument = Callable[[str], Document | None]
"""Returns the document with an id, or none if the library no longer has it."""


@dataclass(frozen=True, slots=True)
class RestoredAnswer:
    """An answer that was kept, with only those citations that still stand in their documents.

    ``lost`` counts the citations that no longer do, ``missing`` has the titles of the documents
    that the library no longer has. A sentence that lost its citations is kept without any.
    """

    answer: Answer
    lost: int = 0
    missing: tuple[str, ...] = ()


def dump_answer(answer: Answer) -> str:
    """Write an answer as JSON, in ASCII; its documents by their ids and titles."""
    kept = _answers().dump_python(answer, exclude={"passages": {"__all__": {"document"}}})
    for passage, dumped in zip(answer.passages, kept["passages"], strict=True):
        dumped["document_id"] = passage.document.id
    titles = {passage.document.id: passage.document.title for passage in answer.passages}
    return json.dumps({"answer": kept, "titles": titles})


def load_answer(text: str, find: FindDocument) -> RestoredAnswer:
    """Read an answer back and look up every quotation of it again.

    Raises:
        ConversationsError: if ``text`` is not what ``dump_answer`` writes.
    """
    try:
        kept = json.loads(text)
        ids: dict[str, str] = kept["titles"]
        documents = {id_: document for id_ in ids if (document := find(id_))}
        answer = _answers().validate_python(_with_documents(kept["answer"], documents))
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise ConversationsError("An answer of this conversation is damaged.") from error
    missing = tuple(title for id_, title in ids.items() if id_ not in documents)
    return _found_again(answer, documents, missing)


def stands(citation: Citation, documents: Mapping[str, Document]) -> bool:
    """Say whether a citation is still a real quotation."""
    document = documents.get(citation.document_id)
    return document is not None and citation.span.of(document.text) == citation.quote


def _found_again(
    answer: Answer, documents: Mapping[str, Document], missing: tuple[str, ...]
) -> RestoredAnswer:
    before = len(answer.citations)
    claims = tuple(
        replace(claim, citations=tuple(c for c in claim.citations if stands(c, documents)))
        for claim in answer.claims
    )
    found = replace(answer, claims=claims)
    quoted = any(answer.short_answer in citation.quote for citation in found.citations)
    found = replace(found, short_answer=answer.short_answer if quoted else "")
    return RestoredAnswer(found, before - len(found.citations), missing)


def _with_documents(answer: dict[str, Any], documents: Mapping[str, Document]) -> dict[str, Any]:
    """Put the documents back into the passages; those of other documents are left out."""
    passages = [
        {**{k: v for k, v in passage.items() if k != "document_id"}, "document": document}
        for passage in answer["passages"]
        if (document := documents.get(passage["document_id"]))
        and passage["span"]["end"] <= len(document.text)
    ]
    return {**answer, "passages": passages}


@cache
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)
