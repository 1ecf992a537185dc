"""Gold quotes are pinned to their places in the documents of the set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_fakes import FOX, document
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import EvaluationSetError
from rag.evaluation.cases import Case, EvaluationSet, Evidence
from rag.evaluation.corpus import Corpus, load_corpus
from rag.evaluation.gold import GoldCase, occurrences, resolve, wrapped
from rag.limits import Limits
from rag.types import Span

LIMIT = 1_000_000


def set_of(folder: Path, *cases: Case, documents: tuple[str, ...] = ("docs",)) -> EvaluationSet:
    paths = tuple(folder / document for document in documents)
    return EvaluationSet(folder / "s.eval.yaml", paths, {}, cases)


def resolved(evaluation_set: EvaluationSet) -> tuple[tuple[GoldCase, ...], Corpus]:
    corpus = load_corpus(evaluation_set, limits=Limits(max_bytes=LIMIT))
    return resolve(evaluation_set, corpus), corpus


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "old").mkdir(parents=True)
    (tmp_path / "docs" / "fox.txt").write_text(FOX, encoding="utf-8")
    (tmp_path / "docs" / "hen.md").write_text("A hen sat. A hen ran home.", encoding="utf-8")
    (tmp_path / "docs" / "old" / "fox.txt").write_text("An old fox slept.", encoding="utf-8")
    (tmp_path / "docs" / "notes.csv").write_text("not,read", encoding="utf-8")
    return tmp_path


def test_a_folder_gives_all_its_documents_in_order(folder: Path) -> None:
    corpus = load_corpus(set_of(folder), limits=Limits(max_bytes=LIMIT))
    paths = [path.relative_to(folder.resolve()).as_posix() for path in corpus.files]
    assert paths == ["docs/fox.txt", "docs/hen.md", "docs/old/fox.txt"]
    assert [corpus.names[d.id] for d in corpus.documents] == ["fox.txt", "hen.md", "fox.txt"]


def test_a_file_named_twice_or_copied_is_one_document(folder: Path) -> None:
    (folder / "copy.txt").write_text(FOX, encoding="utf-8")
    evaluation_set = set_of(folder, documents=("docs/fox.txt", "docs/../docs/fox.txt", "copy.txt"))
    corpus = load_corpus(evaluation_set, limits=Limits(max_bytes=LIMIT))
    assert len(corpus.files) == 2
    assert [document.text for document in corpus.documents] == [FOX]
    assert list(corpus.names.values()) == ["fox.txt"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("gone.txt", "there is no file or folder"),
        ("empty", "holds no document. Files ending in .txt"),
        ("blank.txt", "documents: "),
    ],
)
def test_a_document_that_cannot_be_read_is_an_error_of_the_set(
    folder: Path, document: str, words: str
) -> None:
    (folder / "empty").mkdir()
    (folder / "blank.txt").write_text(" \n", encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=words) as caught:
        load_corpus(set_of(folder, documents=(document,)), limits=Limits(max_bytes=LIMIT))
    assert "s.eval.yaml" in str(caught.value)
    assert document.removesuffix(".txt") in str(caught.value)


def test_a_quote_is_pinned_to_every_place_where_it_stands(folder: Path) -> None:
    case = Case("hen", "Who?", evidence=(Evidence("A hen"), Evidence("home")))
    (pinned,), corpus = resolved(set_of(folder, case))
    hens, homes = pinned.quotes
    assert [place.span for place in hens.places] == [Span(0, 5), Span(11, 16)]
    assert [corpus.names[place.document_id] for place in homes.places] == ["fox.txt", "hen.md"]
    assert pinned.document_ids is None


def test_a_quote_counts_only_in_the_document_that_it_or_its_case_names(folder: Path) -> None:
    by_quote = Case("a", "Who?", evidence=(Evidence("home", "hen.md"),))
    by_case = Case("b", "Who?", evidence=(Evidence("home"),), document="hen.md")
    (first, second), corpus = resolved(set_of(folder, by_quote, by_case))
    hen = next(d.id for d in corpus.documents if corpus.names[d.id] == "hen.md")
    for pinned in (first, second):
        assert [place.document_id for place in pinned.quotes[0].places] == [hen]
    assert (first.document_ids, second.document_ids) == (None, frozenset({hen}))


@pytest.mark.parametrize("reference", ["docs/old/fox.txt", "old/fox.txt", "./docs/old/fox.txt"])
def test_a_folder_tells_two_files_of_one_name_apart(folder: Path, reference: str) -> None:
    case = Case("old", "Who?", evidence=(Evidence("old fox", reference),))
    (pinned,), corpus = resolved(set_of(folder, case))
    assert corpus.texts[pinned.quotes[0].places[0].document_id] == "An old fox slept."


def test_an_unknown_or_ambiguous_document_is_refused_with_the_files_there_are(
    folder: Path,
) -> None:
    cases = (
        Case("cow", "Who?", answers=("x",), document="cow.txt"),
        Case("fox", "Who?", evidence=(Evidence("fox", "fox.txt"),)),
    )
    with pytest.raises(EvaluationSetError) as caught:
        resolved(set_of(folder, *cases))
    cow, fox = str(caught.value).splitlines()
    assert "case 'cow': document: 'cow.txt' is no document of the set" in cow
    assert "case 'fox': evidence.0.document: 'fox.txt' names several documents" in fox
    assert cow.endswith("fox.txt, hen.md.")


@pytest.mark.parametrize(
    ("evidence", "where"),
    [
        (Evidence("the quick"), "any of the 4 documents"),
        (Evidence("old fox", "hen.md"), "hen.md"),
    ],
)
def test_a_quote_that_is_not_in_its_document_is_an_error_of_the_set(
    folder: Path, evidence: Evidence, where: str
) -> None:
    (folder / "docs" / "more.txt").write_text("More words.", encoding="utf-8")
    with pytest.raises(EvaluationSetError) as caught:
        resolved(set_of(folder, Case("x", "Who?", evidence=(evidence,))))
    assert (
        f"s.eval.yaml: case 'x': evidence.0: the quote {evidence.quote!r} is not in {where}."
        in str(caught.value)
    )


PRINTED = "The astro-\nnomical train\ncarries a well-\nknown moon."


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("The astronomical train carries", "The astro-\nnomical train\ncarries"),
        ("astronomical", "astro-\nnomical"),
        ("a well-known moon", "a well-\nknown moon"),
        ("train\n  carries", "train\ncarries"),
    ],
)
def test_a_quote_is_found_across_the_ends_of_printed_lines(quote: str, words: str) -> None:
    printed = replace(document(PRINTED), hyphens=(PRINTED.index("-"),))
    assert [span.of(PRINTED) for span in wrapped(quote, printed)] == [words]


@pytest.mark.parametrize(
    "quote", ["a wellknown moon", "astro-nomical", "the astronomical", "train moon", " "]
)
def test_a_quote_that_differs_in_more_than_its_line_ends_is_not_found(quote: str) -> None:
    printed = replace(document(PRINTED), hyphens=(PRINTED.index("-"),))
    assert list(wrapped(quote, printed)) == []


@given(st.text("ab", max_size=12), st.text("ab", min_size=1, max_size=3))
def test_occurrences_are_exactly_the_spans_that_read_the_quote(text: str, quote: str) -> None:
    ends = range(len(text) + 1)
    every = [Span(i, j) for i in ends for j in ends if i <= j and text[i:j] == quote]
    assert list(occurrences(quote, text)) == every
