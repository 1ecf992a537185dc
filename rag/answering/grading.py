"""A chat model as a grader of answers, by the rubric in ``prompts/rubric.md``."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from rag.answering.models import explain
from rag.errors import ModelError
from rag.prompts import load_prompt
from rag.types import Usage

MOST_POINTS = 4
_GRADE = re.compile(r"^\W*GRADE[^\w\n]*?(-?\d+)\s*(?:/\s*4)?\W*$", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(r"^\W*REASON\W*(.+)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Grade:
    """What a grader gave: 0 to ``MOST_POINTS`` points, why, and the tokens that it took."""

    points: int
    reason: str
    usage: Usage


class ModelGrader:
    """Lets a chat model grade; ``name`` is ``provider:model``, for what goes wrong."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._model = model
        self._name = name

    def grade(self, question: str, *, expected: str, answer: str) -> Grade:
        """Grade one answer by what a right one has to say.

        Raises:
            ModelError: if the model fails, or its reply holds no grade.
        """
        told = {"question": question, "expected": expected, "answer": answer}
        escaped = {key: html.escape(text, quote=False) for key, text in told.items()}
        try:
            reply = self._model.invoke(load_prompt("rubric").messages(**escaped))
        except Exception as error:
            raise explain(error, self._name) from error
        grades = {int(points) for points in _GRADE.findall(str(reply.text))}
        if len(grades) != 1 or not 0 <= min(grades) <= MOST_POINTS:
            raise ModelError(
                f"{self._name} gave no grade from 0 to {MOST_POINTS}: choose a model that follows "
                "instructions better with --rubric."
            )
        reason = _REASON.search(str(reply.text))
        used = reply.usage_metadata
        usage = Usage(used["input_tokens"], used["output_tokens"]) if used else Usage()
        return Grade(grades.pop(), reason[1].strip() if reason else "", usage)
