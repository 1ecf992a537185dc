"""Turns what a user says of an answer into a case of ``evals/from_the_page.eval.yaml``.

The set stands for itself: the documents that the answerer was given passages of are written beside
it as text. An answer that was right becomes a case with the passages left ticked as its evidence;
one that should have been a refusal becomes an unanswerable case. Of an answer that was wrong the
right evidence is unknown, so it is no case yet: it is noted in ``evals/from_the_page.wrong.yaml``,
which pytest does not collect, until somebody adds the evidence.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from rag.documents import load_bytes
from rag.errors import DocumentError, EvaluationSetError
from rag.evaluation.set_files import read_set
from rag.limits import Limits
from rag.questions import MANY, kind_of
from rag.types import Answer, Citation, Document

FOLDER = "evals"
SET_NAME = "from_the_page.eval.yaml"
WRONG_NAME = "from_the_page.wrong.yaml"
DOCUMENTS = "documents"

_SET_HEAD = (
    "# Answers that were judged on the page. Edit it as you like: keys and cases are kept, but\n"
    f"# comments are not when the next answer is judged. Run it with: pytest {SET_NAME}\n"
)
_WRONG_HEAD = (
    "# Answers that were judged wrong on the page. To make a case of one, give it `evidence`,\n"
    f"# take out `answered`, and move it to the cases of {SET_NAME}.\n"
)
_one_at_a_time = threading.Lock()


class Judgement(StrEnum):
    """What a user says of an answer; of a refusal, ``right`` says that it was to be refused."""

    RIGHT = "right"
    WRONG = "wrong"
    SHOULD_HAVE_REFUSED = "should have refused"


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer, the user's earlier questions, what the user says, and the citations ticked."""

    question: str
    history: tuple[str, ...]
    answer: Answer
    judgement: Judgement
    ticked: tuple[Citation, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return the distinct documents that the answerer was given passages of, in order."""
        found = {passage.document.id: passage.document for passage in self.answer.passages}
        return tuple(found.values())

    @property
    def id(self) -> str:
        """Name the case: the same question, history and documents have the same name."""
        documents = sorted(document.id for document in self.documents)
        key = repr((self.question, self.history, documents)).encode("utf-8", "replace")
        words = re.sub(r"[^a-z0-9]+", "-", self.question.casefold()).strip("-")[:48].strip("-")
        return f"{words or 'question'}-{hashlib.sha256(key).hexdigest()[:8]}"


def collect(judged: JudgedAnswer, home: Path) -> Path:
    """Write a judged answer into the library folder ``home``; return the file that has it now.

    A case with the same question, history and documents is replaced. Files are replaced whole or
    not at all, and one that is not what it should be is left as it is.

    Raises:
        EvaluationSetError: if nothing can be made of it, or a file cannot be read or written.
    """
    folder = home / FOLDER
    _refuse_empty(judged)
    with _one_at_a_time:
        try:
            return _collect(judged, folder)
        except OSError as error:
            raise EvaluationSetError(
                f"The case cannot be written to {folder}: {error.strerror or error}."
            ) from error


def _collect(judged: JudgedAnswer, folder: Path) -> Path:
    set_path, wrong_path = folder / SET_NAME, folder / WRONG_NAME
    cases, wrong = _set_record(set_path), _wrong_record(wrong_path)
    if judged.judgement is Judgement.WRONG:
        _put(wrong, _wrong_entry(judged))
        _take(cases["cases"], judged.id)
    else:
        files = [_write_document(document, folder) for document in judged.documents]
        cases["documents"] = list(dict.fromkeys([*cases["documents"], *files]))
        _put(cases["cases"], _case_entry(judged, files))
        _take(wrong, judged.id)
    _write(set_path, _SET_HEAD, cases if cases["cases"] else None, check=read_set)
    _write(wrong_path, _WRONG_HEAD, wrong or None)
    return wrong_path if judged.judgement is Judgement.WRONG else set_path


def _refuse_empty(judged: JudgedAnswer) -> None:
    if not judged.documents:
        raise EvaluationSetError("No document was read for this answer, so it makes no case.")
    if judged.judgement is Judgement.RIGHT and judged.answer.claims and not judged.ticked:
        raise EvaluationSetError("Leave at least one passage ticked: it is the evidence.")


def _case_entry(judged: JudgedAnswer, files: Sequence[str]) -> dict[str, Any]:
    entry = _question(judged) | {"type": f"judged {judged.judgement.value}"}
    if len(files) == 1:
        entry["document"] = files[0]
    if judged.judgement is Judgement.SHOULD_HAVE_REFUSED or not judged.answer.claims:
        return entry | {"answerable": False}
    names = dict(zip((document.id for document in judged.documents), files, strict=True))
    entry["evidence"] = [
        {"document": names[citation.document_id], "quote": citation.quote}
        for citation in judged.ticked
    ]
    if kind_of(judged.question) in MANY and len(judged.ticked) > 1:
        entry["evidence_rule"] = "all"
    return entry


def _wrong_entry(judged: JudgedAnswer) -> dict[str, Any]:
    titles = [document.title for document in judged.documents]
    return _question(judged) | {"documents": titles, "answered": judged.answer.text}


def _question(judged: JudgedAnswer) -> dict[str, Any]:
    history = {"history": list(judged.history)} if judged.history else {}
    return {"id": judged.id, **history, "question": judged.question}


def _put(entries: list[Any], entry: dict[str, Any]) -> None:
    """Put an entry in the place of the one with its id, else at the end."""
    for place, other in enumerate(entries):
        if _id_of(other) == entry["id"]:
            entries[place] = entry
            return
    entries.append(entry)


def _take(entries: list[Any], id_: str) -> None:
    entries[:] = [entry for entry in entries if _id_of(entry) != id_]


def _id_of(entry: Any) -> Any:  # noqa: ANN401  # whatever a user wrote into the file
    return entry.get("id") if isinstance(entry, dict) else None


def _set_record(path: Path) -> dict[str, Any]:
    """Read the set as it stands, after checking all of it but its quotes."""
    if not path.exists():
        return {"documents": [], "cases": []}
    read_set(path)
    record: dict[str, Any] = _loaded(path)
    if not isinstance(record["cases"], list):
        raise EvaluationSetError(
            f"{path}: cases: they are in another file, so none is added. Move them here."
        )
    return record


def _wrong_record(path: Path) -> list[Any]:
    record = _loaded(path) if path.exists() else []
    if not isinstance(record, list):
        raise EvaluationSetError(f"{path}: expected a list of questions. Correct it or move it.")
    return record


def _loaded(path: Path) -> Any:  # noqa: ANN401  # whatever a user wrote into the file
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, ValueError) as error:
        raise EvaluationSetError(f"{path}: not YAML: {error}. Correct it or move it.") from error


def _write_document(document: Document, folder: Path) -> str:
    """Write a document's text beside the set; return its file's name, relative to the set."""
    suffix = ".md" if document.media_type == "text/markdown" else ".txt"
    stem = re.sub(r"[^\w-]+", "_", Path(document.source).stem).strip("_")[:40] or "document"
    name = f"{stem}-{document.id[:8]}{suffix}"
    path = folder / DOCUMENTS / name
    data = document.text.encode("utf-8", "surrogatepass")
    if not path.exists() or path.read_bytes() != data:
        _refuse_another_reading(document, data, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    return f"{DOCUMENTS}/{name}"


def _refuse_another_reading(document: Document, data: bytes, name: str) -> None:
    """Refuse a text that would not be read back as it is, such as one full of control characters.

    Raises:
        EvaluationSetError: if it would not.
    """
    try:
        same = (
            load_bytes(data, source=name, limits=Limits(max_bytes=len(data))).text == document.text
        )
    except DocumentError:
        same = False
    if not same:
        raise EvaluationSetError(
            f"The text of {document.source} cannot be kept in a text file character by character,"
            " so no case is made of it."
        )


def _write(
    path: Path, head: str, record: object, *, check: Callable[[Path], object] = Path.stat
) -> None:
    """Write a record as YAML if ``check`` accepts the new file; none takes the file away."""
    if record is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)
    _replace(path, (head + text).encode("utf-8"), check)


def _replace(path: Path, data: bytes, check: Callable[[Path], object] = Path.stat) -> None:
    """Write ``data`` to ``path`` at once: a reader sees the old file or the new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        new = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            check(new)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
