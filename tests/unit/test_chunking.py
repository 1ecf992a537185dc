from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS, chunk_document, count_tokens
from rag.documents import load_bytes, load_file
from rag.limits import Limits
from rag.sentences import split_sentences
from rag.types import Block, BlockKind, Chunk, Document, Span

SEED = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
SENTENCE = st.sampled_from(
    [
        "The talks ended. ",
        "They met in a committee (2+2) of the U.S. and Japan on March 12. ",
        "Yes. ",
        "今天天气很好。",
        "Nogi’s “photo” 😀 cost $1.50!\n\n\n",
        "word " * 40 + ". ",
        "x" * 90 + ". ",
        "\n- item\n",
    ]
)
BLOCKS = st.lists(
    st.tuples(st.lists(SENTENCE, min_size=1, max_size=8).map("".join), st.sampled_from(BlockKind)),
    min_size=1,
    max_size=8,
)


def document_of(*blocks: tuple[str, BlockKind]) -> Document:
    text, made = "", []
    for words, kind in blocks:
        start = len(text) + len(words) - len(words.lstrip())
        made.append(Block(Span(start, start + len(words.strip())), kind))
        text += f"{words}\n\n"
    return Document("id", "title", text, "a.txt", "text/plain", tuple(made))


def body(text: str) -> Document:
    return document_of((text, BlockKind.BODY))


def texts(document: Document, *, tokens: int, overlap: int) -> list[str]:
    chunks = chunk_document(document, tokens=tokens, overlap=overlap)
    return [chunk.span.of(document.text) for chunk in chunks]


class TestCounting:
    def test_tokens_are_those_of_cl100k_base(self) -> None:
        assert count_tokens("") == 0
        assert count_tokens("hello world") == 2
        assert count_tokens("<|endoftext|>") == 7

    def test_a_lone_surrogate_is_counted(self) -> None:
        assert count_tokens("a\ud800b") > 0

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize("unit", ["a", " ", "中", ".", "\u0301", "ab"])
    def test_a_long_run_without_spaces_takes_linear_time(self, unit: str) -> None:
        assert count_tokens(unit * 300_000) > 0


class TestPacking:
    def test_as_many_sentences_as_fit_go_together(self) -> None:
        document = body("One two three. Four five six. Seven eight nine. Ten.")
        assert texts(document, tokens=8, overlap=0) == [
            "One two three. Four five six.",
            "Seven eight nine. Ten.",
        ]

    def test_the_last_sentences_are_repeated(self) -> None:
        document = body("One two. Three four. Five six. Seven eight.")
        assert texts(document, tokens=9, overlap=1) == [
            "One two. Three four. Five six.",
            "Five six. Seven eight.",
        ]
        assert texts(document, tokens=9, overlap=2)[1] == "Three four. Five six. Seven eight."

    def test_a_sentence_is_not_repeated_where_it_leaves_no_room_for_a_new_one(self) -> None:
        long = "Word" + " word" * 20 + "."
        document = body(f"{long} {long} Short one.")
        assert texts(document, tokens=30, overlap=1) == [long, f"{long} Short one."]

    def test_a_sentence_above_the_budget_is_a_chunk_of_its_own(self) -> None:
        long = "Word" + " word" * 20 + "."
        document = body(f"Short. {long} Short.")
        assert texts(document, tokens=8, overlap=0) == ["Short.", long, "Short."]

    def test_the_budget_holds_where_a_whole_has_more_tokens_than_its_parts(self) -> None:
        document = body("##=" * 500)
        parts = [span.of(document.text) for span in split_sentences(document.text, Span(0, 1500))]
        assert sum(map(count_tokens, parts)) < count_tokens(document.text) == 1_000
        assert texts(document, tokens=999, overlap=0) == parts

    def test_paragraphs_share_a_chunk_where_they_fit(self) -> None:
        document = document_of(("One two.", BlockKind.BODY), ("Three four.", BlockKind.BODY))
        assert texts(document, tokens=50, overlap=0) == ["One two.\n\nThree four."]


class TestKinds:
    def test_a_chunk_never_mixes_body_with_other_kinds(self) -> None:
        document = document_of(
            ("News", BlockKind.CHROME),
            ("The Title", BlockKind.TITLE),
            ("It happened.", BlockKind.STANDFIRST),
            ("First. It happened.", BlockKind.BODY),
            ("Credit: X", BlockKind.CHROME),
            ("Last.", BlockKind.BODY),
        )
        chunks = chunk_document(document, tokens=100, overlap=2)
        assert [(chunk.kind, chunk.span.of(document.text)) for chunk in chunks] == [
            (BlockKind.CHROME, "News"),
            (BlockKind.TITLE, "The Title"),
            (BlockKind.STANDFIRST, "It happened."),
            (BlockKind.BODY, "First. It happened."),
            (BlockKind.CHROME, "Credit: X"),
            (BlockKind.BODY, "Last."),
        ]

    def test_a_heading_goes_with_the_paragraph_below_it(self) -> None:
        document = document_of(
            ("One two three four.", BlockKind.BODY),
            ("The Heading", BlockKind.HEADING),
            ("Five six seven eight.", BlockKind.BODY),
        )
        chunks = chunk_document(document, tokens=9, overlap=1)
        assert [chunk.span.of(document.text) for chunk in chunks] == [
            "One two three four.",
            "The Heading\n\nFive six seven eight.",
        ]
        assert {chunk.kind for chunk in chunks} == {BlockKind.BODY}

    def test_a_heading_without_text_below_it_stays_a_heading(self) -> None:
        document = document_of(("Lonely", BlockKind.HEADING), ("Credit: X", BlockKind.CHROME))
        kinds = [chunk.kind for chunk in chunk_document(document, tokens=50, overlap=0)]
        assert kinds == [BlockKind.HEADING, BlockKind.CHROME]


class TestTheSeed:
    def test_by_default_its_body_is_cut_into_passages_of_a_few_sentences(self) -> None:
        document = load_file(SEED, limits=Limits(max_bytes=1_000_000))
        chunks = chunk_document(document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP)
        lengths = [len(chunk.span) for chunk in chunks if chunk.kind is BlockKind.BODY]
        assert sum(lengths) / len(lengths) <= 800
        assert len({chunk.id for chunk in chunks}) == len(chunks)

    def test_every_sentence_is_whole_in_some_chunk_of_its_kind(self) -> None:
        document = load_file(SEED, limits=Limits(max_bytes=1_000_000))
        chunks = chunk_document(document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP)
        for block in document.blocks:
            for sentence in split_sentences(document.text, block.span):
                assert any(c.span.contains(sentence) and c.kind is block.kind for c in chunks)


def bounds(document: Document) -> tuple[set[int], set[int]]:
    spans = [s for b in document.blocks for s in split_sentences(document.text, b.span)]
    return {span.start for span in spans}, {span.end for span in spans}


def assert_sound(document: Document, chunks: list[Chunk], tokens: int) -> None:
    starts, ends = bounds(document)
    covered: set[int] = set()
    for chunk in chunks:
        words = chunk.span.of(document.text)
        assert chunk.span.start in starts
        assert chunk.span.end in ends
        assert chunk.token_count == count_tokens(words)
        alone = len([start for start in starts if chunk.span.start <= start < chunk.span.end]) == 1
        assert chunk.token_count <= tokens or alone
        covered.update(range(chunk.span.start, chunk.span.end))
    assert {place for place, c in enumerate(document.text) if not c.isspace()} <= covered
    for one, two in pairwise(chunks):
        assert one.span.start < two.span.start
        assert one.span.end < two.span.end


@settings(deadline=None)
@given(BLOCKS, st.integers(1, 200), st.integers(0, 4))
def test_chunks_cover_the_document_within_the_budget_and_each_adds_something(
    blocks: list[tuple[str, BlockKind]], tokens: int, overlap: int
) -> None:
    document = document_of(*blocks)
    assert_sound(document, chunk_document(document, tokens=tokens, overlap=overlap), tokens)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=400).filter(str.strip), st.integers(1, 50), st.integers(0, 3))
def test_any_text_is_chunked_soundly(text: str, tokens: int, overlap: int) -> None:
    document = body(text)
    assert_sound(document, chunk_document(document, tokens=tokens, overlap=overlap), tokens)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["word ", "x", "A short sentence. ", "a\n\n\n\n"])
def test_a_long_run_takes_linear_time(unit: str) -> None:
    data = (unit * (200_000 // len(unit))).encode()
    document = load_bytes(data, source="a.txt", limits=Limits(max_bytes=2_000_000))
    chunks = chunk_document(document, tokens=DEFAULT_TOKENS, overlap=DEFAULT_OVERLAP)
    assert max(len(chunk.span) for chunk in chunks) <= 2_000
