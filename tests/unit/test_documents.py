from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents import SUFFIXES, load_bytes, load_file
from rag.errors import (
    BinaryDocumentError,
    DocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
)
from rag.limits import Limits
from rag.types import BlockKind, Document, Span

SEED = Path(__file__).parents[2] / "seeds" / "japan_us_alliance.txt"
LIMITS = Limits(max_bytes=1_000_000)
SOURCES = st.sampled_from(["a.txt", "a.md", "notes", "", "x.y/z.markdown", "\0"])
MARKS = st.lists(
    st.sampled_from(
        [
            *[
                "# ",
                "Title",
                "word. ",
                " ",
                "\u00a0",
                "\n",
                "\n\n",
                "- ",
                "1. ",
                "> ",
                "```",
                "    ",
            ],
            *[
                "| a | b |\n|---|---|\n",
                "---\n",
                "title: x\n",
                "[a]: b\n",
                "===\n",
                "<!-- ",
                "***\n",
            ],
        ]
    )
).map("".join)


def load(text: str, source: str = "a.txt") -> Document:
    return load_bytes(text.encode("utf-8"), source=source, limits=LIMITS)


def words_of(document: Document, kind: BlockKind) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


class TestTheSeed:
    def test_it_is_kept_whole(self) -> None:
        document = load_file(SEED, limits=LIMITS)
        assert document.text.encode() == SEED.read_bytes()
        assert document.media_type == "text/plain"
        assert document.source == "japan_us_alliance.txt"

    def test_its_title_is_labelled_once(self) -> None:
        document = load_file(SEED, limits=LIMITS)
        assert document.title == "The Japan-US Alliance During the Biden Administration"
        assert words_of(document, BlockKind.TITLE) == [document.title]

    def test_all_that_repeats_around_the_body_is_chrome(self) -> None:
        document = load_file(SEED, limits=LIMITS)
        assert words_of(document, BlockKind.CHROME) == [
            "Tokyo Report",
            "Recent Features",
            "Tokyo Report",
            document.title,
            f"{document.title}\nCredit: (Kazuhiro Nogi/Pool Photo via AP)",
        ]

    def test_its_echo_is_the_standfirst_and_the_last_paragraph_is_body(self) -> None:
        document = load_file(SEED, limits=LIMITS)
        (standfirst,) = words_of(document, BlockKind.STANDFIRST)
        body = words_of(document, BlockKind.BODY)
        assert len(body) == 11
        assert body[-1].startswith(standfirst)
        echo = document.text.index(standfirst)
        original = document.text.rindex(standfirst)
        assert document.kind_at(Span(echo, echo + 9)) is BlockKind.STANDFIRST
        assert document.kind_at(Span(original, original + 9)) is BlockKind.BODY


class TestIdentity:
    def test_the_id_is_a_hash_of_the_normalised_text_alone(self) -> None:
        expected = hashlib.sha256(b"One.\nTwo.\n").hexdigest()[:32]
        for data in (b"One.\nTwo.\n", b"One.\r\nTwo.\r\n", b"\xef\xbb\xbfOne.\rTwo.\r"):
            for source in ("a.txt", "b.md"):
                assert load_bytes(data, source=source, limits=LIMITS).id == expected

    def test_the_same_text_in_another_encoding_is_the_same_document(self) -> None:
        text = "The café charges €3 — “a fair price”, they say."
        ids = {
            load_bytes(text.encode(encoding), source="a.txt", limits=LIMITS).id
            for encoding in ("utf-8", "utf-16", "cp1252")
        }
        assert len(ids) == 1


class TestTitles:
    @pytest.mark.parametrize(
        ("text", "source", "title"),
        [
            ("Only a line", "annual_report-2021.txt", "annual report 2021"),
            ("Only a line", "___.txt", "___.txt"),
            ("Only a line", "", "untitled"),
            ("# The *Big* `Report`\n\nWords.", "a.md", "The Big Report"),
            ("Words.\n\n## A Part\n\nMore.", "a.md", "A Part"),
            ("---\ntitle: 'From above'\nx: 1\n---\n\nWords.", "a.md", "From above"),
        ],
    )
    def test_the_title_is_its_block_else_a_heading_else_the_file_name(
        self, text: str, source: str, title: str
    ) -> None:
        assert load(text, source).title == title

    def test_markdown_s_front_matter_tells_author_and_date(self) -> None:
        document = load("---\nauthor: Ann Lee\ndate: 2021-04-12\n---\n\nWords.", "a.md")
        assert (document.author, document.published) == ("Ann Lee", "2021-04-12")

    def test_a_short_line_above_prose_is_the_title_of_plain_text(self) -> None:
        document = load("My Trip\n\nI went to the sea and saw a whale, and it saw me. It was big.")
        assert document.title == "My Trip"


class TestFormats:
    def test_the_name_tips_the_balance_where_the_content_has_one_mark(self) -> None:
        text = "# Title\n\nWords of the text."
        assert load(text, "a.md").media_type == "text/markdown"
        assert load(text, "A.MARKDOWN").media_type == "text/markdown"
        assert load(text, "a.txt").media_type == "text/plain"

    def test_the_content_decides_where_it_is_clear(self) -> None:
        assert load("# T\n\n- one\n- two\n\n```\ncode\n```", "a.txt").media_type == "text/markdown"
        assert load("Plain words.\n\nMore of them.", "a.md").media_type == "text/plain"

    def test_the_suffixes_are_those_of_the_formats(self) -> None:
        suffixes = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".epub")
        assert suffixes == SUFFIXES

    def test_binary_content_is_refused_whatever_its_name(self) -> None:
        with pytest.raises(BinaryDocumentError, match=r"a\.md is not a document .* a PNG image"):
            load_bytes(b"\x89PNG ...", source="a.md", limits=LIMITS)


class TestPlainText:
    def test_a_blank_line_parts_blocks_and_a_wrapped_line_does_not(self) -> None:
        document = load("One line that\nis wrapped.\n \t\nAnother\n\n\n\nThird  \n")
        assert words_of(document, BlockKind.BODY) == [
            "One line that\nis wrapped.",
            "Another",
            "Third",
        ]

    def test_every_line_is_a_block_where_lines_are_too_long_to_be_wrapped(self) -> None:
        long = "This line is a whole paragraph of its own, as pages without blank lines have. " * 3
        document = load(f"A Title of It\n{long}\n  {long}")
        assert [block.kind for block in document.blocks] == [
            BlockKind.TITLE,
            BlockKind.BODY,
            BlockKind.BODY,
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "name,age\nalice,30\nbob,25",
            "10:01 ann: hi\n10:02 ben: hello there",
            "- milk\n- eggs",
            "Rose is a rose\nis a rose\nis a rose",
            "x",
        ],
    )
    def test_what_is_no_page_is_body(self, text: str) -> None:
        assert {block.kind for block in load(text).blocks} == {BlockKind.BODY}


class TestRefusals:
    @pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", "\u00a0\u2003".encode()])
    def test_an_empty_file_is_refused(self, data: bytes) -> None:
        with pytest.raises(EmptyDocumentError, match=r"a\.txt has no text"):
            load_bytes(data, source="a.txt", limits=LIMITS)

    def test_too_many_bytes_are_refused_with_both_numbers_and_the_setting(self) -> None:
        with pytest.raises(
            DocumentTooLargeError, match=r"1,001 bytes, but at most 1,000 .* PINCITE_MAX_BYTES"
        ):
            load_bytes(b"x" * 1_001, source="a.txt", limits=Limits(max_bytes=1_000))

    def test_a_large_file_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.txt"
        with path.open("wb") as file:
            file.truncate(1 << 40)  # sparse: reading it would fill any memory
        with pytest.raises(DocumentTooLargeError, match=r"huge\.txt has 1,099,511,627,776 bytes"):
            load_file(path, limits=LIMITS)

    def test_a_missing_file_a_folder_and_a_device_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match=r"There is no file .*missing\.txt"):
            load_file(tmp_path / "missing.txt", limits=LIMITS)
        with pytest.raises(DocumentError, match="is a folder, not a file"):
            load_file(tmp_path, limits=LIMITS)
        with pytest.raises(DocumentError, match="not a regular file"):
            load_file(Path("/dev/null"), limits=LIMITS)

    def test_a_name_that_no_file_can_have_is_refused(self) -> None:
        for name in ("a\0b.txt", "x" * 5_000):
            with pytest.raises(DocumentError):
                load_file(Path(name), limits=LIMITS)

    def test_a_file_that_may_not_be_read_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "secret.txt"
        path.write_text("Words.")
        path.chmod(0)
        if os.access(path, os.R_OK):  # root reads everything

            def refuse(self: Path) -> bytes:
                raise PermissionError(13, "Permission denied", str(self))

            monkeypatch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(DocumentError, match=r"secret\.txt cannot be read: Permission denied"):
            load_file(path, limits=LIMITS)


def assert_sound(document: Document) -> None:
    end = 0
    for block in document.blocks:
        assert document.text[end : block.span.start].strip() == ""
        words = block.span.of(document.text)
        assert words
        assert words == words.strip()
        end = block.span.end
    assert document.text[end:].strip() == ""
    assert document.title


@settings(deadline=None)  # a worker may have to be started
@given(st.binary(max_size=300), SOURCES)
def test_any_bytes_become_a_sound_document_or_are_refused(data: bytes, source: str) -> None:
    try:
        document = load_bytes(data, source=source, limits=Limits(max_bytes=200))
    except DocumentError:
        return
    assert_sound(document)


@settings(deadline=None)
@given(st.text() | MARKS, SOURCES)
def test_blocks_cover_any_text_in_order_and_without_overlap(text: str, source: str) -> None:
    try:
        document = load_bytes(text.encode("utf-8", "ignore"), source=source, limits=LIMITS)
    except DocumentError:
        return
    assert_sound(document)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ["word ", "x", "word. ", "a\n\n", "a\n", "> ", "# a\n", "[a]: b\n"]
)
def test_a_long_run_of_anything_takes_linear_time(unit: str) -> None:
    for source in ("a.txt", "a.md"):
        text = unit * (100_000 // len(unit))
        document = load_bytes(text.encode(), source=source, limits=Limits(max_bytes=10_000_000))
        assert document.blocks
