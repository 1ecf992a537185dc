"""Adds a folder of 1 GB and watches the memory of all processes that it takes. Linux only.

The folder is like a person's own: books, reports and web pages whose bytes are mostly pictures, and
plain text. All but the PDFs have words of their own, from the paragraphs of the data sets; the PDFs
are read each and found to be the same. The memory is the proportional set size, summed over the
process and its workers, every fifth of a second.
"""

from __future__ import annotations

import argparse
import base64
import io
import random
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import docx
import pypdf
from shelves import add, documents, paragraphs

ROOT = Path(__file__).parent.parent
MOST_MEGABYTES = 1_500
SECONDS_BETWEEN = 0.2
PDFS = ROOT.parent / "shared" / "data" / "pdf"
PRINTED = "pdflatex-4-pages.pdf"
CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>"
)
BOOK = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest>'
    '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest><spine>'
    '<itemref idref="one"/></spine></package>'
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1_000, help="of the whole folder")
    parser.add_argument("--file-megabytes", type=int, default=10, help="of each file with pictures")
    parser.add_argument("--text-megabytes", type=int, default=2, help="of plain text, in one file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        shelf = Path(scratch) / "shelf"
        shelf.mkdir()
        files = write_folder(shelf, options)
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{len(files)} files, {size:,.0f} MB", flush=True)
        start = time.perf_counter()
        peak, told = watch(shelf, Path(scratch) / "home")
    spent = time.perf_counter() - start
    print(f"{told} in {spent:,.0f} s; peak {peak:,.0f} MB in all (at most {MOST_MEGABYTES:,})")
    if peak > MOST_MEGABYTES:
        raise SystemExit(1)


def write_folder(shelf: Path, options: argparse.Namespace) -> list[Path]:
    """Write the plain text, then as many files of each other format as make up the folder."""
    texts = documents(paragraphs(), fewest=4, most=8)
    pictures = random.Random(0)  # noqa: S311
    words = shelf / "words.txt"
    with words.open("w", encoding="utf-8") as file:
        while file.tell() < options.text_megabytes * 1e6:
            file.write(next(texts))
    files = [words]
    count = max(0, round(options.megabytes / options.file_megabytes))
    for number in range(count):
        suffix, write = list(WRITERS.items())[number % len(WRITERS)]
        path = shelf / f"{number:04}.{suffix}"
        path.write_bytes(write(next(texts), pictures.randbytes(int(options.file_megabytes * 1e6))))
        files.append(path)
    return files


def web_page(text: str, picture: bytes) -> bytes:
    encoded = base64.b64encode(picture[: len(picture) * 3 // 4]).decode()
    body = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n\n"))
    image = f'<img alt="" src="data:image/png;base64,{encoded}">'
    return f"<html><body><article>{body}{image}</article></body></html>".encode()


def word_file(text: str, picture: bytes) -> bytes:
    written = docx.Document()
    for line in text.split("\n\n"):
        written.add_paragraph(line)
    out = io.BytesIO()
    written.save(out)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/media/image1.png", picture)
    return out.getvalue()


def book(text: str, picture: bytes) -> bytes:
    body = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n\n"))
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("book.opf", BOOK)
        archive.writestr("one.xhtml", page)
        archive.writestr("picture.png", picture)
    return out.getvalue()


def printed(text: str, picture: bytes) -> bytes:
    """Make a PDF of four pages that are always the same, with a title and an attachment."""
    writer = pypdf.PdfWriter(clone_from=PDFS / PRINTED)
    writer.add_metadata({"/Title": text.partition("\n")[0]})
    writer.add_attachment("picture.png", picture)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


WRITERS: dict[str, Callable[[str, bytes], bytes]] = {
    "pdf": printed,
    "html": web_page,
    "docx": word_file,
    "epub": book,
}


def watch(shelf: Path, home: Path) -> tuple[float, str]:
    """Return the highest memory in megabytes while the folder is added, and what was told."""
    peak = 0.0
    with add(home, shelf) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(megabytes, family(process.pid))))
            time.sleep(SECONDS_BETWEEN)
        told = process.stdout.read() if process.stdout else ""
    return peak, told.strip().splitlines()[-1]


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that it started, as far as they are still there."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def megabytes(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    (line,) = (line for line in told.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
