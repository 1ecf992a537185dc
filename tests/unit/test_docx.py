from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from file_makers import make_docx, zipped

from rag.documents import load_bytes
from rag.errors import BinaryDocumentError, DocumentError, DocumentTooLargeError, ProtectedError
from rag.limits import Limits
from rag.types import BlockKind, Document


def load(data: bytes, source: str = "report.docx", limits: Limits | None = None) -> Document:
    return load_bytes(data, source=source, limits=limits or Limits())


def words_of(document: Document, kind: BlockKind) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


def with_paragraph(xml: str) -> Document:
    return with_element(f"<w:p {nsdecls('w', 'm')}>{xml}</w:p>")


def with_element(xml: str) -> Document:
    document = docx.Document()
    document.element.body.insert(0, parse_xml(xml))
    data = io.BytesIO()
    document.save(data)
    return load(data.getvalue())


def test_paragraphs_headings_and_rows_come_in_the_order_of_the_document() -> None:
    document = load(make_docx())
    assert document.text == (
        "The Ferry Report\n\nThe ferry carried 1,200 people in May. It sank in no month.\n\n"
        "Figures\n\nMonth\tPeople\n\nMay\t1,200\n\nAfter the table comes the end."
    )
    assert words_of(document, BlockKind.TITLE) == ["The Ferry Report"]
    assert words_of(document, BlockKind.HEADING) == ["Figures"]


def test_title_and_author_are_what_the_file_says_and_when_it_was_made_is_no_publication() -> None:
    document = load(make_docx())
    assert (document.title, document.author) == ("The Ferry Report", "Ada Moreau")
    assert document.published == ""
    assert document.media_type.endswith("wordprocessingml.document")


def test_what_was_inserted_is_read_and_what_was_deleted_is_not() -> None:
    document = with_paragraph(
        '<w:r><w:t xml:space="preserve">It costs </w:t></w:r>'
        "<w:del><w:r><w:delText>nine</w:delText><w:t>nine</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>ten</w:t></w:r></w:ins><w:r><w:t> euros.</w:t></w:r>"
    )
    assert document.text == "It costs ten euros."


def cell(content: str) -> str:
    return f"<w:tc>{content}</w:tc>"


def words(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_rows_and_cells_in_content_controls_are_read() -> None:
    controlled = f"<w:sdt><w:sdtContent>{cell(words('May'))}</w:sdtContent></w:sdt>"
    row = f"<w:tr>{controlled}{cell(words('1,200'))}</w:tr>"
    table = f"{row}<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>"
    document = with_element(f"<w:tbl {nsdecls('w')}>{table}</w:tbl>")
    assert document.text == "May\t1,200\n\nMay\t1,200"


def test_a_table_inside_a_cell_is_written_once() -> None:
    inner = f"<w:tbl><w:tr>{cell(words('inner'))}{cell(words('too'))}</w:tr></w:tbl>"
    row = f"<w:tr>{cell(words('one'))}{cell(words('outer') + inner + '<w:p/>')}</w:tr>"
    document = with_element(f"<w:tbl {nsdecls('w')}>{row}</w:tbl>")
    assert document.text == "one\touter inner too"


def test_a_row_that_was_deleted_stays_out() -> None:
    deleted = f'<w:tr><w:trPr><w:del w:id="1" w:author="A"/></w:trPr>{cell(words("gone"))}</w:tr>'
    row = f"<w:tr>{cell(words('here'))}</w:tr>"
    assert with_element(f"<w:tbl {nsdecls('w')}>{deleted}{row}</w:tbl>").text == "here"


def test_what_is_written_for_old_programs_too_is_read_once() -> None:
    both = "<mc:Choice><w:t>new</w:t></mc:Choice><mc:Fallback><w:t>old</w:t></mc:Fallback>"
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    document = with_paragraph(
        f'<w:r><mc:AlternateContent xmlns:mc="{compatible}">{both}</mc:AlternateContent></w:r>'
    )
    assert document.text == "new"


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("<w:vanish/>", "It costs euros."),
        ('<w:vanish w:val="1"/>', "It costs euros."),
        ('<w:vanish w:val="0"/>', "It costs nine euros."),
        ('<w:vanish w:val="false"/>', "It costs nine euros."),
    ],
)
def test_hidden_type_is_not_read(mark: str, text: str) -> None:
    document = with_paragraph(
        '<w:r><w:t xml:space="preserve">It costs </w:t></w:r>'
        f'<w:r><w:rPr>{mark}</w:rPr><w:t xml:space="preserve">nine </w:t></w:r>'
        "<w:r><w:t>euros.</w:t></w:r>"
    )
    assert document.text == text


def test_an_equation_stays_in_its_sentence_and_a_power_or_fraction_is_no_other_number() -> None:
    power = (
        "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup>"
    )
    fraction = (
        "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    )
    document = with_paragraph(
        '<w:r><w:t xml:space="preserve">It is </w:t></w:r>'
        f"<m:oMath>{power}<m:r><m:t> x </m:t></m:r>{fraction}</m:oMath>"
        "<w:r><w:t> in all.</w:t></w:r>"
    )
    assert document.text == "It is 10^6 x 1/2 in all."


def test_footnotes_stand_at_the_end() -> None:
    note = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator"><w:p><w:r><w:t>---</w:t></w:r>'
        "</w:p></w:footnote><w:footnote><w:p><w:r><w:t>Counted by hand.</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>"
    )
    with zipfile.ZipFile(io.BytesIO(make_docx())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    document = load(zipped({**members, "word/footnotes.xml": note}))
    assert document.text.endswith("After the table comes the end.\n\nCounted by hand.")


def test_the_name_does_not_decide() -> None:
    assert load(make_docx(), "report.txt").title == "The Ferry Report"


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    bomb = zipped({"word/document.xml": b" " * 30_000_000})
    with pytest.raises(DocumentTooLargeError, match="unpacks to 30,000,000 bytes"):
        load(bomb)


def test_a_locked_office_file_is_refused() -> None:
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(ProtectedError, match="asks for a password"):
        load(data)


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(make_docx())
    at = 0
    while (at := data.find(b"PK\x01\x02", at + 1)) > 0:
        data[at + 8] |= 1
    with pytest.raises(ProtectedError, match="is encrypted"):
        load(bytes(data))


@pytest.mark.parametrize(
    ("member", "what"),
    [
        ("xl/workbook.xml", "an Excel workbook"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
        ("content.xml", "an OpenDocument file"),
        ("a.txt", "a zip archive"),
    ],
)
def test_other_archives_are_refused_by_name(member: str, what: str) -> None:
    with pytest.raises(BinaryDocumentError, match=what):
        load(zipped({member: "<a/>"}))


@pytest.mark.parametrize("data", [b"PK\x03\x04nonsense", make_docx()[:2000]])
def test_a_damaged_archive_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="is damaged"):
        load(data)


def test_an_entity_that_grows_is_refused_or_left_out() -> None:
    xml = (
        "<!DOCTYPE w [<!ENTITY a 'haha'><!ENTITY b '&a;&a;&a;&a;'>]>"
        f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body>"
        "</w:document>"
    )
    with zipfile.ZipFile(io.BytesIO(make_docx())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with pytest.raises(DocumentError):
        load(zipped({**members, "word/document.xml": xml}))
