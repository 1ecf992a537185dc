"""What the browser gets of a document: its own words, cut where marks begin and end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.types import Block, BlockKind, Document, Span
from rag.ui.source_view import AROUND, GAP, WHOLE, BlockView, Mark, SourceView, source_view

words = st.text(alphabet="ab é😀<&\u202e", min_size=1, max_size=40)


def document(*paragraphs: str, kind: BlockKind = BlockKind.BODY) -> Document:
    blocks, start = [], 0
    for paragraph in paragraphs:
        blocks.append(Block(Span(start, start + len(paragraph)), kind))
        start += len(paragraph) + 2
    return Document("id", "Title", "\n\n".join(paragraphs), "a.txt", "text/plain", tuple(blocks))


def marked_text(view: SourceView, name: str) -> str:
    pieces = [piece for block in view["blocks"] for piece in block["pieces"]]
    return "".join(piece["text"] for piece in pieces if name in piece["marks"])


def block_text(block: BlockView) -> str:
    return "".join(piece["text"] for piece in block["pieces"])


@given(st.lists(words, min_size=1, max_size=5), st.data())
def test_every_mark_covers_exactly_its_own_words(
    paragraphs: list[str], data: st.DataObject
) -> None:
    source = document(*paragraphs)
    marks = []
    for number in range(data.draw(st.integers(0, 4))):
        block = data.draw(st.sampled_from(source.blocks)).span
        start = data.draw(st.integers(block.start, block.end - 1))
        end = data.draw(st.integers(start + 1, block.end))
        marks.append(Mark(f"m{number}", Span(start, end)))
    view = source_view(source, marks)
    for mark in marks:
        assert marked_text(view, mark.name) == mark.span.of(source.text)
    assert [block_text(block) for block in view["blocks"]] == paragraphs


def test_a_mark_across_paragraphs_is_drawn_in_each_of_them() -> None:
    view = source_view(document("one two", "three four"), [Mark("m", Span(4, 14))])
    assert marked_text(view, "m") == "twothree"


def test_a_piece_under_two_marks_names_both() -> None:
    view = source_view(document("one two three"), [Mark("a", Span(0, 7)), Mark("b", Span(4, 13))])
    pieces = view["blocks"][0]["pieces"]
    assert [(piece["text"], piece["marks"]) for piece in pieces] == [
        ("one ", ["a"]),
        ("two", ["a", "b"]),
        (" three", ["b"]),
    ]


def test_a_block_keeps_its_kind() -> None:
    view = source_view(document("Photo: someone", kind=BlockKind.CHROME), [])
    assert view["blocks"][0]["kind"] == "chrome"


def test_a_document_of_bearable_length_is_drawn_whole() -> None:
    view = source_view(document("a" * WHOLE), [])
    assert [len(block_text(block)) for block in view["blocks"]] == [WHOLE]


def test_a_long_document_is_drawn_around_its_marks_and_says_what_it_leaves_out() -> None:
    length = 3 * WHOLE
    view = source_view(document("a" * length), [Mark("m", Span(WHOLE, WHOLE + 10))])
    kinds = [block["kind"] for block in view["blocks"]]
    assert kinds == [GAP, "body", GAP]
    assert len(block_text(view["blocks"][1])) == 2 * AROUND + 10
    assert block_text(view["blocks"][0]) == f"{WHOLE - AROUND:,} characters not shown"
    assert marked_text(view, "m") == "a" * 10


def test_a_long_document_without_marks_shows_its_beginning() -> None:
    view = source_view(document("a" * (WHOLE + AROUND)), [])
    assert [block["kind"] for block in view["blocks"]] == ["body", GAP]
    assert len(block_text(view["blocks"][0])) == AROUND


def test_marks_close_together_in_a_long_document_share_a_window() -> None:
    marks = [Mark("a", Span(0, 5)), Mark("b", Span(AROUND, AROUND + 5))]
    view = source_view(document("a" * (2 * WHOLE)), marks)
    assert [block["kind"] for block in view["blocks"]] == ["body", GAP]
    assert len(block_text(view["blocks"][0])) == 2 * AROUND + 5
