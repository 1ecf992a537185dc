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


def article(words: str) -> Document:
    """Read a page whose article has ``words`` between its paragraphs."""
    return load(PAGE.replace("<h2>", f"{words}<h2>"))


def listed(number: int) -> str:
    return f'<li><a href="/{number}">Boat number {number} sails</a> <time>{number} May 2024</time>'


class TestProse:
    def test_a_date_or_a_label_in_a_sentence_is_kept(self) -> None:
        dated = '<time datetime="1998-05-03">3 <b>May</b> 1998</time>'
        text = article(f"<p>It opened on {dated} with <output>5</output> <label>men</label>.").text
        assert "It opened on 3 May 1998 with 5 men." in text

    def test_a_date_alone_in_a_cell_is_kept(self) -> None:
        row = "<table><tr><td>Opened</td><td><time>3 May 1998</time></td></tr></table>"
        assert "Opened\t3 May 1998" in article(row).text

    @pytest.mark.parametrize(
        "chrome",
        [
            "<div><time>3 May 2024</time></div>",
            '<p>On <time class="entry-date" datetime="2024-05-03">3 May 2024</time></p>',
            f"<ul>{''.join(map(listed, range(1, 9)))}</ul>",
        ],
    )
    def test_the_date_of_a_page_or_of_a_listed_one_is_no_text(self, chrome: str) -> None:
        assert "May 2024" not in article(chrome).text

    def test_the_date_of_a_page_is_read_though_it_stands_in_a_sentence(self) -> None:
        page = PAGE.replace("article:published_time", "other")
        page = page.replace("<h2>", "<p>Printed on <time>3 May 2024</time> by us.</p><h2>")
        assert "Printed on 3 May 2024 by us." in (document := load(page)).text
        assert document.published == "2024-05-03"

    def test_quoted_words_stay_in_their_sentence_as_they_are_written(self) -> None:
        document = article("<p>She called it <q>a great day</q> for all.</p>")
        assert "She called it a great day for all." in words_of(document, BlockKind.BODY)

    def test_a_superscript_is_no_part_of_the_figure_before_it(self) -> None:
        words = "<p>In <b>2020</b><sup><a>3</a></sup> 5 m<sup>2</sup> of 10<sup>6</sup>.</p>"
        assert "In 2020 3 5 m2 of 10 6." in article(words).text
        assert load(words, "a.html").text == "In 2020 3 5 m2 of 10 6."

    def test_the_items_of_a_list_in_a_cell_are_kept(self) -> None:
        items = "<ul><li>France</li><li>Germany</li></ul>"
        row = f"<table><tr><td>Members</td><td>{items}</td></tr></table>"
        assert any(
            block.split() == ["Members", "France", "Germany"]
            for block in words_of(article(row), BlockKind.BODY)
        )


SHORT_PAGE = """<!DOCTYPE html><html><head><title>Opening hours</title></head><body>
<h1>Opening hours</h1><p>Saturday, <b>10 to 4</b>.</p>
<p style="color: red; display: NONE">Closed</p><div hidden><p>for ever</p></div>
<ul><li>No dogs</li></ul><table><tr><td>Adults</td><td>$5</td></tr></table></body></html>"""


class TestShortPages:
    def test_their_blocks_are_kept_apart(self) -> None:
        document = load(SHORT_PAGE)
        assert words_of(document, BlockKind.TITLE) == ["Opening hours"]
        body = words_of(document, BlockKind.BODY)
        assert body == ["Saturday, 10 to 4.", "No dogs", "Adults\t$5"]

    def test_a_short_article_of_one_paragraph_keeps_the_chrome_out(self) -> None:
        chrome = "<footer><p>All rights reserved by us.</p></footer>"
        page = f"<html><body><article><p>{PROSE}</p></article>{chrome}</body></html>"
        assert load(page).text == PROSE

    def test_a_page_that_is_hidden_until_its_scripts_run_is_read(self) -> None:
        page = '<html style="display:none"><body hidden><p>Open at nine.</p></body></html>'
        assert load(page).text == "Open at nine."


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
