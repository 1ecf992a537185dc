"""Makes small real files of each format, for the tests of the loaders."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import docx
import pypdf

LINE = 14


@dataclass(frozen=True)
class Print:
    """Words printed on a page, at a place in points from its lower left corner."""

    words: str
    x: float = 72
    y: float = 700
    size: float = 12
    bold: bool = False


def lines(
    *words: str, x: float = 72, y: float = 700, size: float = 12, bold: bool = False
) -> list[Print]:
    """Print lines one under the other."""
    return [Print(w, x, y - at * LINE, size, bold) for at, w in enumerate(words)]


def make_pdf(
    pages: Sequence[Sequence[Print]], *, information: Mapping[str, str] | None = None
) -> bytes:
    """Write a PDF by hand: Helvetica on A4, nothing compressed."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(count))
    said = " ".join(f"/{key} {_pdf_string(value)}" for key, value in (information or {}).items())
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
        "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold "
        "/Encoding /WinAnsiEncoding >> >>",
        f"<< {said} >>",
    ]
    for number, page in enumerate(pages):
        stream = "\n".join(map(_drawn, page))
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font 3 0 R >> /Contents {6 + 2 * number} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    return _assembled(objects)


def hebrew_pdf(word: str) -> bytes:
    """Write a PDF that draws one word as printers do: its last letter first, from the left."""
    codes = {letter: chr(ord("a") + at) for at, letter in enumerate(sorted(set(word)))}
    mapped = "\n".join(f"<{ord(code):02x}> <{ord(letter):04x}>" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin\nbegincmap\n1 begincodespacerange\n<00> <ff>\n"
        f"endcodespacerange\n{len(codes)} beginbfchar\n{mapped}\nendbfchar\nendcmap\nend"
    )
    drawn = "".join(codes[letter] for letter in reversed(word))
    stream = f"BT /F1 12 Tf 72 700 Td ({drawn}) Tj ET"
    return _assembled(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >> >>",
            "<< >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            "/Resources << /Font 3 0 R >> /Contents 6 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
            f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        ]
    )


def locked_pdf(password: str) -> bytes:
    """Write a PDF that opens with a password only."""
    writer = pypdf.PdfWriter(io.BytesIO(make_pdf([lines("Secret words.")])))
    writer.encrypt(password, algorithm="RC4-128")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def make_docx() -> bytes:
    """Write a Word document with headings, paragraphs and a table."""
    document = docx.Document()
    document.core_properties.title = "The Ferry Report"
    document.core_properties.author = "Ada Moreau"
    document.core_properties.created = datetime(2024, 5, 17, tzinfo=UTC)
    document.add_heading("The Ferry Report", level=0)
    document.add_paragraph("The ferry carried 1,200 people in May. It sank in no month.")
    document.add_heading("Figures", level=1)
    table = document.add_table(rows=2, cols=2)
    for row, words in zip(table.rows, (("Month", "People"), ("May", "1,200")), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    document.add_paragraph("After the table comes the end.")
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """Pack members into a zip archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<metadata><dc:title>The Tide Book</dc:title><dc:creator>Ada Moreau</dc:creator>"
    "<dc:date>2023-02-01T00:00:00Z</dc:date></metadata><manifest>"
    '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="two" href="two%20b.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="css" href="style.css" media-type="text/css"/></manifest>'
    '<spine><itemref idref="two"/><itemref idref="one"/></spine></package>'
)


def make_epub(extra: Mapping[str, bytes | str] | None = None) -> bytes:
    """Write a book of two pages, whose spine has the second first."""
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OPS/book.opf": PACKAGE,
            "OPS/one.xhtml": page.format("<h2>Ebb</h2><p>The water goes.</p>"),
            "OPS/two b.xhtml": page.format("<h2>Flood</h2><p>The water <i>comes</i>.</p>"),
            **(extra or {}),
        }
    )


PROSE = (
    "The ferry between the two towns has carried people since 1931, and it still does so today. "
    "In May alone it took 1,200 of them across the bay, more than in any month before the war."
)

PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Ferry carries 1,200 people | The Daily Bay</title>
<meta property="og:title" content="Ferry carries 1,200 people">
<meta name="author" content="Ada Moreau">
<meta property="article:published_time" content="2024-05-17T08:00:00+00:00">
<script>var secret = "never shown";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport news</a></li></ul></nav>
<article><h1>Ferry carries 1,200 people</h1>
<p>{PROSE}</p><h2>What the captain says</h2><p>“We have never been so full,” said the captain.
{PROSE}</p>
<table><tr><th>Month</th><th>People</th></tr><tr><td>May</td><td>1,200</td></tr></table>
<p>The company plans a second boat for the summer, if the town agrees to build a pier for it.</p>
</article><footer><p>Copyright 2024 The Daily Bay. All rights reserved.</p></footer></body></html>
"""


def _drawn(words: Print) -> str:
    font = "F2" if words.bold else "F1"
    place = f"1 0 0 1 {words.x} {words.y} Tm"
    return f"BT /{font} {words.size} Tf {place} {_pdf_string(words.words)} Tj ET"


def _pdf_string(words: str) -> str:
    escaped = "".join(f"\\{ord(c):03o}" if c in "()\\" or ord(c) > 126 else c for c in words)
    return f"({escaped})"


def _assembled(objects: Sequence[str]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>"
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF\n".encode("latin-1")
