from __future__ import annotations

import pytest
from file_makers import make_epub, zipped

from rag.documents import load_bytes
from rag.errors import DocumentError, DocumentTooLargeError, ProtectedError
from rag.limits import Limits
from rag.types import BlockKind, Document

ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
    'xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData><CipherReference URI="{}"/>'
    "</CipherData></EncryptedData></encryption>"
)


def load(data: bytes, limits: Limits | None = None) -> Document:
    return load_bytes(data, source="book.epub", limits=limits or Limits())


def test_its_pages_are_read_in_the_order_of_the_spine() -> None:
    document = load(make_epub())
    assert document.text == "Flood\n\nThe water comes.\n\nEbb\n\nThe water goes."
    headings = [b.span.of(document.text) for b in document.blocks if b.kind is BlockKind.HEADING]
    assert headings == ["Flood", "Ebb"]


def test_title_author_and_date_are_what_the_book_says() -> None:
    document = load(make_epub())
    assert (document.title, document.author) == ("The Tide Book", "Ada Moreau")
    assert document.published == "2023-02-01"
    assert document.media_type == "application/epub+zip"


def test_an_encrypted_book_is_refused() -> None:
    with pytest.raises(ProtectedError, match="encrypted against copying"):
        load(make_epub({"META-INF/encryption.xml": ENCRYPTION.format("OPS/one.xhtml")}))


def test_a_book_whose_fonts_alone_are_encrypted_is_read() -> None:
    book = make_epub({"META-INF/encryption.xml": ENCRYPTION.format("OPS/fonts/a.otf")})
    assert load(book).text.startswith("Flood")


def test_more_pages_than_the_limit_are_refused() -> None:
    with pytest.raises(DocumentTooLargeError, match="2 pages, but at most 1"):
        load(make_epub(), Limits(max_pages=1))


def test_a_book_without_its_parts_is_refused() -> None:
    with pytest.raises(DocumentError, match="is damaged"):
        load(zipped({"META-INF/container.xml": "<container/>"}))


XHTML = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/x.dtd" {}>'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>{}</p></body></html>'
)


def test_text_after_a_processing_instruction_is_kept() -> None:
    page = XHTML.format("", 'After<?dp n="12"?> a <!-- c -->page break.')
    assert load(make_epub({"OPS/one.xhtml": page})).text.endswith("After a page break.")


def test_the_named_entities_of_html_are_characters() -> None:
    page = XHTML.format("", "A&nbsp;caf&eacute; &mdash; &ldquo;5 &lt; 6 &amp;amp; 7&rdquo;")
    assert load(make_epub({"OPS/one.xhtml": page})).text.endswith("A café — “5 < 6 &amp; 7”")


def test_entities_that_a_page_declares_are_not_expanded() -> None:
    declared = '[<!ENTITY far SYSTEM "file:///etc/passwd"><!ENTITY ha "grown"><!ENTITY b "&ha;">]'
    text = load(make_epub({"OPS/one.xhtml": XHTML.format(declared, "An &far; &b; end.")})).text
    assert "root:" not in text
    assert "grown" not in text


def test_superscripts_and_hidden_words_are_no_part_of_a_sentence() -> None:
    page = XHTML.format("", "In 2020<sup>3</sup> it fell.</p><p hidden='hidden'>Not shown.")
    assert load(make_epub({"OPS/one.xhtml": page})).text.endswith("In 2020 3 it fell.")


def test_a_page_that_is_no_xhtml_is_read_as_html() -> None:
    document = load(make_epub({"OPS/one.xhtml": "<p>The water<br>goes & goes."}))
    assert document.text.endswith("The water\ngoes & goes.")
