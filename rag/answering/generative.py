"""A chat model as an answerer, and as a reader of follow-ups.

It writes lines of the draft format, which are parsed while they stream.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from rag.answering.condensing import WordCondenser
from rag.answering.draft_format import DraftParser
from rag.answering.models import explain
from rag.chunking import count_tokens, fitting
from rag.errors import ModelError
from rag.prompts import load_prompt
from rag.questions import QUESTION_MARKS
from rag.types import DraftClaim, DraftPart, Expected, Notice, Passage, Turn, Usage

MOST_TURNS = 6
"""How many turns before a follow-up the model is shown."""

MOST_CHARACTERS = 400
"""A longer reply is no question."""

CUT_OFF = frozenset({"length", "max_tokens", "model_length", "model_context_window_exceeded"})
"""What providers call the end of an answer that reached its limit, in lower case."""

WITHHELD = frozenset(
    {
        *("content_filter", "content_filtered", "refusal", "safety", "recitation", "blocklist"),
        *("prohibited_content", "spii", "language", "guardrail_intervened"),
    }
)
"""What they call the end of an answer that they would not let go on."""

END_NAMES = ("finish_reason", "stop_reason", "done_reason")
"""What providers call the reason for which an answer ended."""

logger = logging.getLogger(__name__)


class GenerativeDrafter:
    """Answers in a chat model's words; ``passage_tokens`` bounds what it is given to read."""

    def __init__(self, model: BaseChatModel, name: str, *, passage_tokens: int) -> None:
        self._model = model
        self._name = name
        self._passage_tokens = passage_tokens

    def draft(self, question: str, passages: Sequence[Passage]) -> Iterator[DraftPart]:
        """Propose each sentence as soon as the model has written it.

        Raises:
            ModelError: if the model fails, at once or midway.
        """
        shown = within_budget(passages, self._passage_tokens)
        if not shown:
            return
        messages = load_prompt("answer").messages(question=question, passages=tagged(shown))
        parser = DraftParser()
        used, end = Usage(), ""
        for chunk in self._chunks(messages):
            used += _usage(chunk)
            end = _end(chunk) or end
            yield from map(_unescaped, parser.feed(str(chunk.text)))
            if expected := parser.expected():
                yield Expected(_unescaped(expected))
        yield used
        # A sentence that was cut off is not even checked: whole, it may have said the opposite.
        if end in WITHHELD:
            yield Notice(
                f"{self._name} was stopped by its provider's filter in the middle of its answer. "
                "Ask in other words."
            )
        elif end in CUT_OFF:
            yield Notice(
                f"{self._name} had to stop in the middle of a sentence. "
                "Allow longer answers with PINCITE_MAX_TOKENS, or ask for less."
            )
        elif end:
            yield from map(_unescaped, parser.finish())
        else:
            raise ModelError(
                f"The answer of {self._name} ended without its end: the server or a proxy before "
                "it gave up. Ask again."
            )

    def _chunks(self, messages: list[BaseMessage]) -> Iterator[AIMessageChunk]:
        """Yield what the model sends; whatever its client raises becomes a sentence."""
        try:
            yield from self._model.stream(messages)
        except Exception as error:
            raise explain(error, self._name) from error


def within_budget(passages: Sequence[Passage], tokens: int) -> Sequence[Passage]:
    """Return the first passages whose text takes at most so many tokens, but at least one."""
    return passages[: max(1, fitting([count_tokens(p.text) for p in passages], tokens))]


def tagged(passages: Sequence[Passage]) -> str:
    """Return passages in numbered tags; no text can open or close one, since it is escaped."""
    return "\n".join(
        f"<passage {_attributes(passage)}>\n{html.escape(passage.text, quote=False)}\n</passage>"
        for passage in passages
    )


def _attributes(passage: Passage) -> str:
    """Describe a passage and its document, with what is not known left out."""
    document = passage.document
    page = document.page_at(passage.span)
    known = {
        "number": str(passage.number),
        "title": document.title,
        "author": document.author,
        "published": document.published,
        "page": str(page or ""),
    }
    return " ".join(f'{name}="{html.escape(value)}"' for name, value in known.items() if value)


def _unescaped(claim: DraftClaim) -> DraftClaim:
    """Undo the escapes that a model copied."""
    quotes = tuple(replace(quote, text=html.unescape(quote.text)) for quote in claim.quotes)
    return replace(claim, text=html.unescape(claim.text), quotes=quotes)


def _end(chunk: AIMessageChunk) -> str:
    """Return why the answer ended, in lower case, if this chunk says so."""
    told = (chunk.response_metadata.get(name) for name in END_NAMES)
    return next((str(reason).casefold() for reason in told if reason), "")


def _usage(chunk: AIMessageChunk) -> Usage:
    told = chunk.usage_metadata
    return Usage(told["input_tokens"], told["output_tokens"]) if told else Usage()


@dataclass(frozen=True, slots=True)
class ModelCondenser:
    """Lets a chat model say what a follow-up asks; falls back where its reply is no question."""

    model: BaseChatModel
    otherwise: WordCondenser

    def condense(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question standing alone."""
        if not history:
            return question
        turns = "\n".join(
            f"User: {turn.question}\nAssistant: {turn.answer or 'The sources do not say.'}"
            for turn in history[-MOST_TURNS:]
        )
        messages = load_prompt("condense").messages(history=turns, question=question)
        try:
            reply = self.model.invoke(messages).text.strip().strip('"“”').strip()
        except Exception as error:  # noqa: BLE001  # the answer will tell, if the model is gone
            logger.warning("condensing failed: %s", type(error).__name__)
            reply = ""
        if _is_a_rewrite(reply, question):
            return reply
        return self.otherwise.condense(question, history)


def _is_a_rewrite(reply: str, question: str) -> bool:
    """Tell whether a model rewrote a question, rather than answer it, refuse it or ramble."""
    asks = reply.endswith(QUESTION_MARKS) or not question.rstrip().endswith(QUESTION_MARKS)
    return bool(reply) and asks and len(reply) <= MOST_CHARACTERS and "\n" not in reply
