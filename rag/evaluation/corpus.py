"""The documents of an evaluation set, read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rag.documents import SUFFIXES, load_file
from rag.errors import DocumentError, EvaluationSetError
from rag.evaluation.cases import EvaluationSet
from rag.limits import Limits
from rag.types import Document, Span


@dataclass(frozen=True)
class Corpus:
    """Documents with the files that they were read from, in the order of the set."""

    files: Mapping[Path, Document]

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The distinct documents: two files with the same words are one document."""
        return tuple({document.id: document for document in self.files.values()}.values())

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Each document's text, by document id."""
        return {document.id: document.text for document in self.documents}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Each document's file name, by document id."""
        return {document.id: path.name for path, document in list(self.files.items())[::-1]}

    def document(self, document_id: str) -> Document:
        """Return the document with that id."""
        return self._by_id[document_id]

    def place(self, document_id: str, span: Span) -> str:
        """Say where a span is: file, code points, and the page where the format has pages."""
        document = self._by_id.get(document_id)
        page = document.page_at(span) if document else None
        place = f"{self.names.get(document_id, document_id)}:{span.start}-{span.end}"
        return place if page is None else f"{place} (page {page})"

    @cached_property
    def _by_id(self) -> Mapping[str, Document]:
        return {document.id: document for document in self.documents}

    def find(self, reference: str, *, folder: Path) -> Sequence[Document]:
        """Return the documents that a reference means: a file name, or a path from ``folder``."""
        exact = (folder / reference).resolve()
        parts = Path(reference).parts
        return [
            document
            for path, document in self.files.items()
            if path == exact or path.parts[-len(parts) :] == parts
        ]


def load_corpus(evaluation_set: EvaluationSet, *, limits: Limits) -> Corpus:
    """Read every document of the set.

    Raises:
        EvaluationSetError: if a path does not exist, a folder holds no document that Pincite
            reads, or a file cannot be read as a document; every such mistake is listed.
    """
    corpus, mistakes = read_documents(evaluation_set, limits=limits)
    if mistakes:
        raise EvaluationSetError("\n".join(mistakes))
    return corpus


def read_documents(
    evaluation_set: EvaluationSet, *, limits: Limits
) -> tuple[Corpus, tuple[str, ...]]:
    """Read the documents that can be read, and say in a sentence why each of the others cannot."""
    files: dict[Path, Document] = {}
    mistakes: list[str] = []
    for path in evaluation_set.documents:
        try:
            for file in _files_at(path, evaluation_set.path):
                files[file] = _load(file, evaluation_set.path, limits)
        except EvaluationSetError as error:
            mistakes.append(str(error))
    return Corpus(files), tuple(mistakes)


def _files_at(path: Path, set_path: Path) -> Iterator[Path]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        if not files:
            raise EvaluationSetError(
                f"{set_path}: documents: the folder {path} holds no document. "
                f"Files ending in {', '.join(SUFFIXES)} are read."
            )
        yield from (file.resolve() for file in files)
    elif path.is_file():
        yield path.resolve()
    else:
        raise EvaluationSetError(
            f"{set_path}: documents: there is no file or folder {path}. "
            "Give paths relative to the set's own folder."
        )


def _load(file: Path, set_path: Path, limits: Limits) -> Document:
    try:
        return load_file(file, limits=limits)
    except DocumentError as error:
        raise EvaluationSetError(f"{set_path}: documents: {error}") from error
