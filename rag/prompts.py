"""Loads ``prompts/*.md``, checks their variables and names each by its hash.

A prompt file holds the system message, a line of three dashes, and the user's message. A variable
stands in braces; other braces are doubled.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from langchain_core.messages import BaseMessage
from langchain_core.prompts import ChatPromptTemplate

VARIABLES = {
    "answer": frozenset({"question", "passages"}),
    "condense": frozenset({"question", "history"}),
    "rubric": frozenset({"question", "expected", "answer"}),
}
"""What each prompt is given; a file that asks for anything else is refused."""

OF_ANSWERERS = ("answer", "condense")
"""The prompts that an answer depends on; the others are for grading it."""

_DIVIDER = "\n---\n"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked template; ``sha256`` is of its file, for reports."""

    name: str
    template: ChatPromptTemplate
    sha256: str

    def messages(self, **values: str) -> list[BaseMessage]:
        """Fill in all variables."""
        return self.template.format_messages(**values)


@cache
def load_prompt(name: str) -> Prompt:
    """Read a prompt of ``VARIABLES`` from the checkout or the installed package.

    Raises:
        ValueError: if the file has not the two parts or other variables than it is given.
    """
    data = _file(name).read_bytes()
    parts = data.decode("utf-8").replace("\r\n", "\n").split(_DIVIDER)
    if len(parts) != 2:
        raise ValueError(f"prompts/{name}.md needs two parts, with a line of --- between them")
    template = ChatPromptTemplate.from_messages(
        [("system", parts[0].strip()), ("human", parts[1].strip())]
    )
    if set(template.input_variables) != VARIABLES[name]:
        raise ValueError(
            f"prompts/{name}.md has the variables {sorted(template.input_variables)}, "
            f"but is given {sorted(VARIABLES[name])}"
        )
    return Prompt(name, template, hashlib.sha256(data).hexdigest())


def prompt_hashes() -> dict[str, str]:
    """Return the hash of every prompt that an answer depends on, by name."""
    return {name: load_prompt(name).sha256 for name in OF_ANSWERERS}


def _file(name: str) -> Path:
    package = Path(__file__).parent
    places = (package.parent / "prompts", package / "instructions")  # a checkout, a wheel
    return next(p for folder in places if (p := folder / f"{name}.md").exists())
