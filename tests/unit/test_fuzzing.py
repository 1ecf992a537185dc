"""Damaged files of each format: a sound document or a refusal, never a crash or a hang.

``pytest tests/unit/test_fuzzing.py --fuzz-cases 2000`` damages 2,000 files of each format and
prints what became of them; a smaller sample, always the same, is damaged in every run.
"""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections import Counter

import pytest
from file_makers import PAGE, Print, lines, make_docx, make_epub, make_pdf, zipped

from rag.documents import load_bytes
from rag.errors import DocumentError, ParserError
from rag.limits import Limits
from rag.types import BlockKind, Document, Span

LIMITS = Limits(
    max_bytes=2_000_000,
    max_pages=500,
    max_characters=1_000_000,
    max_seconds=20,
    max_memory=1_000_000_000,
)
PARAGRAPH = (
    "The opera-",
    "tional plan of the ferry is well-",
    "known (and was printed in 1931): it goes on.",
)
PDF = make_pdf(
    [
        [Print("The Daily Bay", y=810), *lines(*PARAGRAPH), Print(f"Page {number}", y=30)]
        for number in (1, 2, 3)
    ],
    information={"Title": "Ferry", "CreationDate": "D:20240517080000Z"},
)
TEXT = "A Title of It\n\nThe ferry carried 1,200 people. It still does.\n\n“Full”\n".encode()
MARKDOWN = (
    b"---\ntitle: A\n---\n# The Ferry\n\nIt *carried* 1,200.\n\n- one\n- two\n\n"
    b"| a | b |\n|---|---|\n| c | d |\n"
)
FILES = {
    "pdf": PDF,
    "html": PAGE.encode(),
    "docx": make_docx(),
    "epub": make_epub(),
    "txt": TEXT,
    "md": MARKDOWN,
}
TOKENS = (
    *(b"\0", b"\xff\xfe", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"<", b">", b"&#x1F600;", b"&#0;"),
    *(b"<div>" * 300, b"</p>", b"<table><tr>", b"<!--", b"]]>", b"<![CDATA[", b"<?xml", b"<head>"),
    *(b"999999999", b"-1", b"0 R", b"endobj", b"stream", b"<<" * 50, b"[" * 200, b"/Kids [2 0 R]"),
    *(
        b"/Length 99999999",
        b"Tj ET",
        b"\\377",
        b"# ",
        b"```\n",
        b"- " * 100,
        b"\r",
        b"\xe2\x80\xa8",
    ),
    *(b"<w:p>", b"</w:t>", b"w:tbl", b"<w:tr/>", b"PK\x03\x04", b"PK\x05\x06", b"%PDF-"),
)


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_a_sound_document_or_a_refusal(
    kind: str,
    fuzz_cases: int,
    pytestconfig: pytest.Config,
    capsys: pytest.CaptureFixture[str],
) -> None:
    random_ = random.Random(kind)  # noqa: S311 the same sample in every run is what is wanted
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for _ in range(fuzz_cases):
        data = damaged(FILES[kind], kind, random_)
        started = time.perf_counter()
        outcomes[outcome_of(data, f"file.{kind}")] += 1
        slowest = max(slowest, time.perf_counter() - started)
    line = f"{kind}: {dict(outcomes)}, slowest {slowest:.2f} s"
    with capsys.disabled():
        pytestconfig.get_terminal_writer().line("\n" + line)
    assert outcomes.total() == fuzz_cases
    assert outcomes["died"] <= fuzz_cases // 100
    assert slowest < 2 * LIMITS.max_seconds


def outcome_of(data: bytes, source: str) -> str:
    """Load damaged bytes; return what became of them."""
    try:
        document = load_bytes(data, source=source, limits=LIMITS)
    except DocumentError as error:
        reason = str(error)
        outcome = "stumbled" if isinstance(error, ParserError) else "refused"
    else:
        assert_sound(document)
        return "read"
    assert reason.startswith(source)
    return "died" if "crash" in reason or "longer" in reason else outcome


def assert_sound(document: Document) -> None:
    """Check all that a document promises of its spans."""
    text = document.text
    text.encode("utf-8")
    assert text.strip()
    assert document.title
    end = 0
    for block in document.blocks:
        assert text[end : block.span.start].strip() == ""
        words = block.span.of(text)
        assert words
        assert words == words.strip()
        assert document.kind_at(block.span) is block.kind
        end = block.span.end
    assert text[end:].strip() == ""
    assert document.kind_at(Span(len(text), len(text))) is BlockKind.BODY
    assert "".join(page.of(text) for page in document.pages) == (text if document.pages else "")
    assert all(text[at] in "-\u2010\u00ad" for at in document.hyphens)
    assert list(document.hyphens) == sorted(set(document.hyphens))


def damaged(data: bytes, kind: str, random_: random.Random) -> bytes:
    """Damage a file: its bytes, or those of one part of an archive, which is then packed anew."""
    if kind in ("docx", "epub") and random_.random() < 0.8:
        members = dict(unpacked(data))
        name = random_.choice(sorted(members))
        members[name] = mutated(members[name], random_)
        if random_.random() < 0.1:
            del members[random_.choice(sorted(members))]
        return zipped(members)
    return mutated(data, random_)


def unpacked(data: bytes) -> list[tuple[str, bytes]]:
    """Return the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Cut, repeat, swap, insert and change bytes, in one to five places."""
    for _ in range(random_.randint(1, 5)):
        at = random_.randrange(len(data) + 1)
        size = random_.choice((1, 2, 8, 40, 300))
        piece = data[at : at + size]
        match random_.randrange(6):
            case 0:
                data = data[:at] + data[at + size :]
            case 1:
                data = data[:at] + piece * random_.choice((2, 3, 50)) + data[at + size :]
            case 2:
                data = data[:at] + random_.choice(TOKENS) + data[at:]
            case 3:
                data = data[:at] + random_.randbytes(size) + data[at + size :]
            case 4:
                data = (
                    data[:at]
                    + bytes(byte ^ 1 << random_.randrange(8) for byte in piece[:1])
                    + data[at + 1 :]
                )
            case _:
                data = data[:at] if random_.random() < 0.3 else data + piece
    return data
