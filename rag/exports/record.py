"""A conversation as JSON, for programs: quotations with their places, in code points."""

from __future__ import annotations

import json
from typing import Any

from rag.exports.talk import ExportedExchange, Talk, facts_of
from rag.types import Citation, Claim

FORMAT = "pincite conversation 1"


def to_json(talk: Talk) -> str:
    """Write the exchanges and the documents that they name; a quote is verbatim."""
    record = {
        "format": FORMAT,
        "documents": {
            id_: {"title": document.title, "source": document.source}
            for id_, document in talk.documents.items()
        },
        "exchanges": [_exchange(talk, exchange) for exchange in talk.exchanges],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _exchange(talk: Talk, exchange: ExportedExchange) -> dict[str, Any]:
    answer = exchange.answer
    return {
        "question": exchange.question,
        "standalone_question": answer.standalone_question,
        "status": answer.status.value,
        "short_answer": answer.short_answer,
        "facts": facts_of(answer),
        "claims": [_claim(claim) for claim in answer.claims],
        "citations": [_citation(talk, citation) for citation in answer.citations],
        "notice": answer.notice,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    numbers = list(dict.fromkeys(citation.number for citation in claim.citations))
    return {"text": claim.text, "citations": numbers, "probability": claim.probability}


def _citation(talk: Talk, citation: Citation) -> dict[str, Any]:
    document = talk.documents.get(citation.document_id)
    return {
        "number": citation.number,
        "document": citation.document_id,
        "page": document.page_at(citation.span) if document else None,
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "verdict": citation.verdict.value,
    }
