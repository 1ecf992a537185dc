"""Makes the small local model quote: llama.cpp lets a grammar decide the form of what it writes.

Left alone it hardly ever quotes, and there is nothing to verify. Made to, it invents nearly every
quotation: an adversary that nobody scripted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from rag.answering import Answerer
from rag.answering.condensing import WordCondenser
from rag.answering.generative import GenerativeDrafter
from rag.assistant import Assistant
from rag.checker import Checker
from rag.cross_encoder import CrossEncoder
from rag.reader import Reader
from rag.support import Support

if TYPE_CHECKING:
    from local_server import LocalServer

GRAMMAR = r"""root ::= line line?
line ::= [A-Z] [^\n"[\]]{20,160} "." " [[" [12] " \"" [^\n"[\]]{15,160} "\"]]\n"
"""
"""One or two lines of the draft format, each with a sentence and a quotation of any words."""


def quoting_assistant(
    assistant: Assistant, server: LocalServer, *, max_tokens: int, temperature: float = 0.0
) -> Assistant:
    """Return an assistant over the same library whose model has to quote.

    At a temperature above 0 it invents other words each time that it is asked the same.
    The library stays the given assistant's to close.
    """
    model = ChatOpenAI(
        model=server.model,
        base_url=server.base_url,
        api_key=SecretStr("not-needed"),
        temperature=temperature,
        timeout=assistant.settings.timeout,
        max_retries=0,
        extra_body={"max_tokens": max_tokens, "grammar": GRAMMAR},
        stream_usage=True,
    )
    drafter = GenerativeDrafter(model, server.model, passage_tokens=3000)
    answerer = Answerer(drafter, WordCondenser())
    encoder = CrossEncoder()
    reader, judge = Reader(encoder), Support(Checker(encoder))
    return Assistant(assistant.settings, assistant.library, answerer, reader, judge)
