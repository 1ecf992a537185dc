from __future__ import annotations

import pytest
from file_makers import PAGE, PROSE
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import load_bytes
from rag.documents.elements import parse_html, write_elements
from rag.documents.parsed import Composer
from rag.errors import DocumentError, EmptyDocumentError
from rag.limits import Limits
from rag.types import BlockKind, Document


def load(page: str | bytes, source: str = "page", limits: Limits | None = None) -> Document:
    data = page.encode() if isinstance(page, str) else page
    return load_bytes(data, source=source, limits=limits or Limits())


def words_of(document: Document, kind: BlockKind) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


class TestAnArticle:
    def test_its_main_text_is_read_block_by_block(self) -> None:
        document = load(PAGE)
        assert words_of(document, BlockKind.TITLE) == ["Ferry carries 1,200 people"]
        assert words_of(document, BlockKind.HEADING) == ["What the captain says"]
        body = words_of(document, BlockKind.BODY)
        assert body[0] == PROSE
        assert body[-1].startswith("The company plans a second boat")

    def test_the_rows_of_a_table_are_lines(self) -> None:
        assert "May\t1,200" in words_of(load(PAGE), BlockKind.BODY)

    def test_menus_scripts_and_footers_are_left_out(self) -> None:
        text = load(PAGE).text
        assert not any(words in text for words in ("Sport news", "secret", "rights reserved"))

    def test_title_author_and_date_are_what_the_page_says(self) -> None:
        document = load(PAGE)
        assert document.title == "Ferry carries 1,200 people"
        assert (document.author, document.published) == ("Ada Moreau", "2024-05-17")
        assert document.media_type == "text/html"

    def test_a_date_that_the_page_does_not_say_is_not_guessed(self) -> None:
        page = PAGE.replace("article:published_time", "other").replace("2024-05-17T08", "T08")
        assert load(page).published == ""


class TestOtherPages:
    def test_a_page_without_an_article_is_read_whole(self) -> None:
        document = load("<html><body><h1>Hours</h1><p>Open at nine.</p></body></html>")
        assert "Open at nine." in document.text
        assert document.text.index("Hours") < document.text.index("Open")

    def test_a_page_of_tags_alone_is_one_by_its_name(self) -> None:
        page = "<p>Open at nine.</p><p>Closed on Sundays.</p>"
        assert load(page, "hours.html").text == "Open at nine.\n\nClosed on Sundays."
        assert load(page, "hours.txt").media_type == "text/plain"

    def test_text_that_speaks_of_html_is_text(self) -> None:
        text = "The tag <html> begins a page. It is followed by <body>."
        assert load(text, "a.txt").media_type == "text/plain"

    def test_a_page_without_words_is_refused(self) -> None:
        with pytest.raises(EmptyDocumentError, match="has no text"):
            load("<html><body><script>var a = 1;</script></body></html>")

    def test_elements_nested_too_deep_are_refused(self) -> None:
        page = "<html><body>" + "<div>" * 400 + PROSE + "</div>" * 400
        with pytest.raises(DocumentError, match="nested more than 250 deep"):
            load(page)
        assert PROSE in load(page, limits=Limits(max_nesting=600)).text

    def test_more_characters_than_the_limit_are_refused(self) -> None:
        with pytest.raises(DocumentError, match="PINCITE_MAX_CHARACTERS"):
            load(PAGE, limits=Limits(max_characters=50))

    def test_a_page_laid_out_with_a_table_is_read_in_paragraphs(self) -> None:
        cell = f"<p>{PROSE}</p>" * 6
        page = f"<html><body><table><tr><td>{cell}</td></tr></table></body></html>"
        assert load(page).text.split("\n\n") == [PROSE] * 6


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
    def test_a_page_is_read_in_the_encoding_that_it_declares(self, encoding: str) -> None:
        page = PAGE.replace('charset="utf-8"', f'charset="{encoding}"').replace("“", "é")
        page = page.replace("”", "à").replace("ferry", "bâteau")
        assert "é" in (text := load(page.encode(encoding)).text)
        assert "bâteau" in text

    def test_a_page_with_a_few_wrong_bytes_is_read_on(self) -> None:
        data = PAGE.encode().replace(b"bay, more", b"bay\xff, more", 1)
        assert "bay\ufffd, more" in load(data).text


TAGS = "p div h1 h2 table tr td ul li br pre span script nav title body".split()
MARKUP = st.lists(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS])
    | st.text(max_size=12)
).map("".join)


@given(MARKUP)
def test_blocks_cover_the_text_of_any_markup(markup: str) -> None:
    composer = Composer("page", 10_000)
    write_elements(parse_html(f"<html>{markup}", "page", Limits()), composer)
    end = 0
    for block in composer.blocks:
        words = block.span.of(composer.text)
        assert composer.text[end : block.span.start] in ("", "\n\n")
        assert words
        assert words == words.strip()
        end = block.span.end
    assert end == len(composer.text) == composer.length
    composer.text.encode("utf-8")


def test_no_entity_of_a_page_is_fetched_or_expanded() -> None:
    page = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">'
        f"<!ENTITY b 'ha'>]><html><body><p>&a; &b; {PROSE}</p></body></html>"
    )
    assert "root:" not in load(page).text
