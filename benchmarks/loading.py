"""Measures the loaders: token F1 of web pages, and what PDFs are read as, page by page.

Token F1: the words that the text and the article's true text share, each as often as both have it,
by the harmonic mean of their shares. ``--compare`` adds the alternatives that were not taken.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pypdfium2
import trafilatura
from squad import DATA

from rag.documents import load_bytes, load_file
from rag.errors import DocumentError
from rag.limits import DEFAULT_LIMITS
from rag.types import BlockKind, Document

FLOOR = 0.94
LOWEST = 8
WORD = re.compile(r"\w+")

PRINTED = {
    "002-trivial-libre-office-writer.pdf": {
        1: ["sed diam nonumy eirmod tempor\ninvidunt ut labore"]
    },
    "google-doc-document.pdf": {
        1: ["Although never is often better than *right* now.", "Continent Asia Europe"]
    },
    "habibi.pdf": {1: ["حَبيبي habibi حَبيبي"]},
    "habibi-oneline-cmap.pdf": {1: ["حَبيبي habibi حَبيبي"]},
    "habibi-rotated.pdf": {page: ["حَبيبي habibi حَبيبي"] for page in (1, 2, 3, 4)},
    "multicolumn.pdf": {
        1: [
            "consectetuer adip-\niscing elit",
            "Donec nonummy\npellentesque ante. Phasellus adipiscing semper elit.",
        ],
        2: ["lacus vel est. Curabitur consectetuer."],
        3: ["Area (km2) Capital", "Austria 8.9 83,879 Vienna German\nBelgium 11.5 30,689 Brussels"],
    },
    "pdflatex-4-pages.pdf": {
        1: ["Hello, here is some text without a meaning."],
        2: ["information. Really? Is there no information?"],
        3: ["you information about the selected font"],
        4: ["in of the original language."],
    },
}
"""Words that stand on each page of each file, as printed."""

REFUSED = {
    "libreoffice-writer-password.pdf": "ProtectedError",
    "grayscale-image.pdf": "EmptyDocumentError",
}


@dataclass(frozen=True)
class Page:
    """One web page with its article's true text."""

    name: str
    data: bytes
    truth: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data sets")
    parser.add_argument("--compare", action="store_true", help="measure the alternatives too")
    options = parser.parse_args()
    pages = list(read_pages(options.data / "html"))
    mean = measure("shipped", pages, lambda page: load(page).text, lowest=LOWEST)
    if options.compare:
        measure("trafilatura, both opinions", pages, lambda page: extract(page, fast=False))
        measure("trafilatura, the first alone", pages, lambda page: extract(page, fast=True))
        compare_pdf(options.data / "pdf")
    wrong = sum(not row.endswith("right") for row in pdf_rows(options.data / "pdf"))
    if mean < FLOOR or wrong:
        raise SystemExit(1)


def read_pages(folder: Path) -> Iterator[Page]:
    truths = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    for name, truth in sorted(truths.items()):
        data = gzip.decompress((folder / f"{name}.html.gz").read_bytes())
        yield Page(name, data, truth["articleBody"])


def load(page: Page) -> Document:
    return load_bytes(page.data, source=f"{page.name}.html", limits=DEFAULT_LIMITS)


def extract(page: Page, *, fast: bool) -> str:
    return trafilatura.extract(page.data, fast=fast, include_comments=False) or ""


def measure(name: str, pages: list[Page], read: Callable[[Page], str], *, lowest: int = 0) -> float:
    """Print and return the mean token F1."""
    started = time.perf_counter()
    scores = {page.name: token_f1(read(page), page.truth) for page in pages}
    spent = 1000 * (time.perf_counter() - started) / len(pages)
    mean = statistics.mean(scores.values())
    print(
        f"{name}: {len(pages)} pages, token F1 mean {mean:.4f} (at least {FLOOR}), "
        f"median {statistics.median(scores.values()):.3f}, {spent:.0f} ms a page"
    )
    for page in sorted(scores, key=lambda page: scores[page])[:lowest]:
        print(f"  {scores[page]:.3f}  {page[:12]}")
    return mean


def token_f1(text: str, truth: str) -> float:
    words, true = (Counter(WORD.findall(one.casefold())) for one in (text, truth))
    shared = (words & true).total()
    return 2 * shared / (words.total() + true.total()) if shared else 0.0


def pdf_rows(folder: Path) -> list[str]:
    """Print and return a row for each PDF: what it is read as, and whether that is right."""
    rows = [pdf_row(path) for path in sorted(folder.glob("*.pdf"))]
    print("\n| file | pages | characters | line-end hyphens | running lines | found | |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    return rows


def pdf_row(path: Path) -> str:
    try:
        document = load_file(path, limits=DEFAULT_LIMITS)
    except DocumentError as error:
        kind = type(error).__name__
        verdict = "right" if REFUSED.get(path.name) == kind else "WRONG"
        return f"| {path.name} | – | – | – | – | refused: {kind} | {verdict}"
    expected = PRINTED.get(path.name, {})
    printed = [(page, words) for page, phrases in expected.items() for words in phrases]
    found = sum(words in document.pages[page - 1].of(document.text) for page, words in printed)
    right = found == len(printed) > 0 and len(document.pages) == max(expected)
    running = sum(block.kind is BlockKind.CHROME for block in document.blocks)
    return (
        f"| {path.name} | {len(document.pages)} | {len(document.text):,} | "
        f"{len(document.hyphens)} | {running} | {found} of {len(printed)} on their pages | "
        f"{'right' if right else 'WRONG'}"
    )


def compare_pdf(folder: Path) -> None:
    """Print how many of the words each library alone has on their pages, and the time it takes."""
    for name, read in (("pypdfium2", with_pypdfium2), ("pypdf", with_pypdf)):
        found = asked = 0
        spent = 0.0
        for file, expected in PRINTED.items():
            started = time.perf_counter()
            pages = read(folder / file)
            spent += time.perf_counter() - started
            for page, phrases in expected.items():
                asked += len(phrases)
                found += sum(words in pages[page - 1] for words in phrases)
        print(f"{name} alone: {found} of {asked} found as printed, {1000 * spent:.0f} ms for all")


def with_pypdfium2(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    pages = (page.get_textpage().get_text_range() for page in document)
    return [
        text.replace("\ufffe", "-\n").replace("\r\n", "\n").replace(" \n", "\n") for text in pages
    ]


def with_pypdf(path: Path) -> list[str]:
    pages = pypdf.PdfReader(path).pages
    return [page.extract_text().replace(" \n", "\n") for page in pages]


if __name__ == "__main__":
    main()
