"""Documents that nearly repeat another are recognised by small sketches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_fakes import HASHED, document, numbered

from rag.ingestion import add_files
from rag.library import Library
from rag.likeness import LEAST, RUN, SIZE, resemblance, sketch
from rag.limits import DEFAULT_LIMITS

ARTICLE = (Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt").read_text("utf-8")
EDITED = ARTICLE.replace("Japan", "Nippon", 3).replace("alliance", "pact", 2)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home", HASHED) as opened:
        yield opened


def test_a_sketch_is_small_and_the_same_whatever_the_case_and_the_punctuation() -> None:
    assert len(sketch(ARTICLE)) == SIZE
    assert sketch("One, two: three FOUR.") == sketch("one two three four")
    assert sketch("one two three") == frozenset()


@given(st.lists(st.sampled_from("abcdefg"), max_size=40), st.lists(st.sampled_from("abcdefg")))
def test_of_short_texts_the_estimate_is_the_very_share_of_runs(
    one: list[str], other: list[str]
) -> None:
    first, second = ({tuple(w[n : n + RUN]) for n in range(len(w) - RUN + 1)} for w in (one, other))
    share = len(first & second) / max(1, len(first | second))
    if len(first | second) <= SIZE:
        assert resemblance(sketch(" ".join(one)), sketch(" ".join(other))) == share


def test_an_edited_text_is_alike_and_another_one_is_not() -> None:
    assert 0.9 < resemblance(sketch(ARTICLE), sketch(EDITED)) < 1
    half = ARTICLE[: len(ARTICLE) // 2]
    assert 0.35 < resemblance(sketch(ARTICLE), sketch(half)) < 0.65
    assert resemblance(sketch(ARTICLE), sketch(numbered(300, "owl").text)) < 0.05


def test_a_document_is_alike_those_added_before_it(library: Library) -> None:
    first, owls, second = (
        document(ARTICLE, "a.txt"),
        numbered(300, "owl"),
        document(EDITED, "b.txt"),
    )
    for text in (first, owls, second):
        library.add(text)
    (found,) = library.alike(second.id)
    assert (found.document_id, found.title) == (first.id, first.title)
    assert LEAST < found.share < 1
    assert library.alike(first.id) == library.alike(owls.id) == ()
    library.remove(first.id)
    assert library.alike(second.id) == ()


def test_the_likest_of_several_comes_first(library: Library) -> None:
    shorter = document(ARTICLE[: len(ARTICLE) * 2 // 3], "shorter.txt")
    same = document(f"{ARTICLE}\nThe end.", "same.txt")
    edited = document(EDITED, "edited.txt")
    for text in (shorter, same, edited):
        library.add(text)
    assert [found.title for found in library.alike(edited.id)] == ["same", "shorter"]


def test_what_a_file_nearly_repeats_is_in_the_summary(library: Library, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt")]
    for path, text in zip(paths, (ARTICLE, EDITED), strict=True):
        path.write_text(text, encoding="utf-8")
    (alike,) = add_files(library, paths, limits=DEFAULT_LIMITS).alike
    assert alike.place == paths[1]
    assert alike.other.document_id == library.documents()[0].id
    assert add_files(library, paths, limits=DEFAULT_LIMITS).alike == []
    paths[1].write_text(ARTICLE.replace("Japan", "Nippon", 2), encoding="utf-8")
    again = add_files(library, paths, limits=DEFAULT_LIMITS)
    assert [len(again.replaced), len(again.unchanged), len(again.alike)] == [1, 1, 1]
