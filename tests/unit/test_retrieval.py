from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_tests.integration_tests import RetrieversIntegrationTests
from reader_fakes import ScriptedReader

from rag.documents import load_bytes, load_file
from rag.embedding import load_embedding_model
from rag.index import Hit
from rag.library import Library
from rag.limits import Limits
from rag.retrieval import READ, READ_CHARACTERS, HybridRetriever, by_turns, distinct, fuse
from rag.types import BlockKind

ARTICLE = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
BREAD = (
    b"Sourdough rises slowly.\n\nBakers in Lyon feed their leaven with rye every morning at six."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("library")
    with Library.open(home, load_embedding_model("builtin")) as opened:
        opened.add(load_file(ARTICLE, limits=Limits(max_bytes=10**6)))
        opened.add(load_bytes(BREAD, source="bread.txt", limits=Limits(max_bytes=10**6)))
        yield opened


class TestStandardRetriever(RetrieversIntegrationTests):
    library: Library

    @pytest.fixture(autouse=True)
    def _opened(self, library: Library) -> None:
        type(self).library = library

    @property
    def retriever_constructor(self) -> Any:
        return HybridRetriever

    @property
    def retriever_constructor_params(self) -> Any:
        return {"library": self.library, "k": 3}

    @property
    def retriever_query_example(self) -> Any:
        return "Who attended the meeting?"


def test_passages_are_numbered_from_1_best_first(library: Library) -> None:
    passages = HybridRetriever(library=library, k=4).retrieve("defense of the Senkaku Islands")
    assert [passage.number for passage in passages] == [1, 2, 3, 4]
    fused = [passage.scores.fused for passage in passages]
    assert fused == sorted(fused, reverse=True)
    assert "Senkaku Islands" in passages[0].text


def test_with_a_reader_the_passages_that_likely_answer_come_first(library: Library) -> None:
    question = "defense of the Senkaku Islands"
    found = HybridRetriever(library=library, k=6).retrieve(question)
    words = found[-1].text[-40:]
    assert words not in found[0].text
    reader = ScriptedReader({words: 9.0})
    read = HybridRetriever(library=library, k=4, reader=reader).retrieve(question)
    assert [passage.number for passage in read] == [1, 2, 3, 4]
    assert words in read[0].text
    assert [p.probability for p in read] == sorted((p.probability for p in read), reverse=True)
    assert reader.asked == [question]


class Measuring(ScriptedReader):
    """A reader that notes how long each passage is that it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def read(self, question, passages):  # type: ignore[no-untyped-def]
        self.lengths = [len(passage.text) for passage in passages]
        return super().read(question, passages)


def test_the_reader_reads_more_passages_than_it_gives_back(library: Library) -> None:
    reader = Measuring()
    retriever = HybridRetriever(library=library, k=2, reader=reader)
    assert len(retriever.retrieve("Who met Antony Blinken?")) == 2
    assert 2 < len(reader.lengths) <= READ
    assert sum(reader.lengths) <= READ_CHARACTERS


def test_the_reader_reads_all_that_are_wanted_however_long_they_are(library: Library) -> None:
    reader = Measuring()
    HybridRetriever(library=library, k=READ, reader=reader).retrieve("Who met Antony Blinken?")
    assert len(reader.lengths) == READ
    assert sum(reader.lengths) > READ_CHARACTERS


def test_the_body_paragraph_is_found_and_not_its_echo_in_the_standfirst(library: Library) -> None:
    question = "What is the critical question about items for future consideration?"
    passages = HybridRetriever(library=library, k=6).retrieve(question)
    kinds = {passage.document.kind_at(passage.span) for passage in passages}
    assert kinds == {BlockKind.BODY}
    assert "is now the critical question" in passages[0].text


def test_only_the_documents_named_are_searched(library: Library) -> None:
    bread = next(r.id for r in library.documents() if r.source == "bread.txt")
    retriever = HybridRetriever(library=library, k=6)
    passages = retriever.retrieve("Who met Antony Blinken?", document_ids=[bread])
    assert {passage.document.id for passage in passages} == {bread}
    assert retriever.retrieve("Who?", document_ids=[]) == ()


@pytest.mark.parametrize(
    "question",
    ["", '"', "NEAR(a b) AND OR NOT * ^", "🗾" * 50, "word " * 2000, "a\0b", "'; DROP TABLE x;--"],
)
def test_no_question_breaks_the_search(library: Library, question: str) -> None:
    assert len(HybridRetriever(library=library, k=2).retrieve(question)) == 2


def test_a_chunk_that_one_search_missed_scores_0_there() -> None:
    scores = fuse([Hit("a", 0.8)], [Hit("b", 12.0), Hit("a", 6.0)], weight=0.25)
    assert scores["a"].fused == pytest.approx(0.75 * 0.8 + 0.25 * 0.5)
    assert scores["b"].fused == pytest.approx(0.25)
    assert (scores["b"].dense, scores["a"].lexical) == (0.0, 6.0)


HITS = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1)).map(
    lambda scores: [Hit(id_, score) for id_, score in scores.items()]
)


@given(HITS, HITS)
def test_fusing_keeps_every_hit_and_stays_between_0_and_1(
    dense: list[Hit], lexical: list[Hit]
) -> None:
    scores = fuse(dense, lexical)
    assert set(scores) == {hit.chunk_id for hit in [*dense, *lexical]}
    assert all(0 <= score.fused <= 1 for score in scores.values())


def test_a_text_whose_words_stand_in_a_better_one_is_left_out() -> None:
    texts = ["The mayor opened the bridge on Monday.", "Mayor opened bridge.", "It rained."]
    assert distinct(texts, 3, documents=["a"] * 3, echoes=[False] * 3) == [0, 2]


@pytest.mark.parametrize("other", ["on 4 March", "by Ann Lee"])
def test_a_text_that_differs_in_a_name_or_a_number_is_kept(other: str) -> None:
    shared = "The mayor opened the new bridge over the river for traffic, fair, dance and market"
    texts = [f"{shared} on 3 March, by Mo Ray.", f"{shared} {other}."]
    assert distinct(texts, 2, documents=["a", "a"], echoes=[False, False]) == [0, 1]


APPROVED = "The committee approved the plan for the harbour wall. It costs over 50 million euros."


@pytest.mark.parametrize(
    "other",
    [
        "The committee did not approve the plan for the harbour wall.",
        "The committee rejected the plan for the harbour wall.",
        "It costs under 50 million euros.",
        "It costs not over 50 million euros.",
    ],
)
def test_of_two_documents_that_disagree_both_are_kept(other: str) -> None:
    kept = distinct([APPROVED, other], 2, documents=["a", "b"], echoes=[False, False])
    assert kept == [0, 1]


def test_another_document_with_the_same_sentences_is_left_out() -> None:
    copy = "it costs over 50 million euros!"
    kept = distinct([APPROVED, copy], 2, documents=["a", "b"], echoes=[False, False])
    assert kept == [0]
    assert distinct(["…", "…"], 2, documents=["a", "b"], echoes=[False, False]) == [0, 1]


def test_documents_that_are_compared_take_turns() -> None:
    assert by_turns(["a", "a", "a", "b", "b", "c"]) == [0, 3, 5, 1, 4, 2]
    many = ["a", "b", "c", "d", "e", "a"]
    assert by_turns(many) == [0, 1, 2, 3, 5, 4]


def test_a_comparison_gets_passages_of_each_document(library: Library) -> None:
    question = "Compare what both texts say about the Senkaku Islands and the alliance."
    passages = HybridRetriever(library=library, k=3).retrieve(question)
    assert "bread.txt" in {passage.document.source for passage in passages[:2]}


def test_an_echo_yields_to_a_worse_text_that_holds_its_words() -> None:
    texts = ["Mayor opened bridge.", "It rained.", "The mayor opened the bridge on Monday."]
    same = ["a", "a", "a"]
    assert distinct(texts, 3, documents=same, echoes=[True, False, False]) == [1, 2]
    assert distinct(texts, 3, documents=same, echoes=[True, False, True]) == [0, 1, 2]


@settings(max_examples=50)
@given(st.lists(st.text(), max_size=8), st.integers(1, 5))
def test_the_best_text_is_always_kept_and_none_is_kept_twice(texts: list[str], k: int) -> None:
    chosen = distinct(texts, k, documents=["a", "b"] * 4, echoes=[False] * len(texts))
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= k
    assert chosen[:1] == [0][: len(texts)]
