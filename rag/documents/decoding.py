"""Turns the bytes of a text file into text: detects the encoding, refuses what is not text.

Unicode is recognised by its own rules. The older encodings are told apart by what their
characters would be: kana for Shift-JIS, everyday Chinese characters for GB18030, accents where
words have them for Windows-1252. ``charset_normalizer`` is asked last.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from contextlib import suppress

import charset_normalizer

from rag.documents.formats import declared_encoding, looks_like_html
from rag.errors import BinaryDocumentError, UndecodableDocumentError

_SAMPLE = 1 << 16
"""Bytes and characters that are looked at to choose an encoding."""

_CONTEXT = 200
"""Bytes kept before the first one outside ASCII, which no sample may miss."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"{\\rtf", "a rich-text document"),
)

_INSTEAD = "Add a PDF, Word, EPUB, HTML, Markdown or plain-text file instead."

_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
"""Encodings that pages declare, and those that they are in."""

_NOT_OLDER = [f"utf_{size}{order}" for size in (16, 32) for order in ("", "_be", "_le")] + ["utf_7"]

_CONTROLS = bytes([*range(8), *range(14, 26), *range(28, 32)])
_MOST_CONTROLS = 0.01
"""Share of control characters from which bytes are not text; random bytes have a tenth."""

_READABLE = re.compile("[\t\n\r -~\u00a0-\u024f\u0370-\u06ff\u2010-\u2044\u20ac]")
_READABLE_WIDE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff01-\uff9f]")

_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_WIDE_RUN = re.compile("[\u3000-\u9fff\uac00-\ud7af\ue000-\ufaff\uff00-\uff60]+")
_KANA = re.compile("[\u3041-\u30ff]")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_ACCENTED = re.compile("[¡-ÖØ-öø-ÿŠšŽžŒœŸƒˆ˜†‡‰]")
_ODD_IN_LATIN = re.compile(
    "(?<=[a-zß-öø-ÿ])[À-ÖØ-ÞŠŽŒŸ]"  # a capital after a small letter
    "|(?<=[A-Za-z])[¡-¶¸-¿](?=[a-z])"  # a symbol inside a word
    "|[À-ÖØ-öø-ÿ]{3,}"  # accents in a row
)


def decode(data: bytes, source: str) -> str:
    """Return the text of ``data`` with every line end as a line feed.

    Raises:
        BinaryDocumentError: if ``data`` is not text.
        UndecodableDocumentError: if it is text in no encoding that is known.
    """
    encoding = _unicode_encoding(data, source) or _older_encoding(data, source)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UndecodableDocumentError(
            f"{source} begins as {encoding.upper()} but is damaged at byte {error.start:,}. "
            "Save it as UTF-8 and add it again."
        ) from error
    if "\0" in text:
        raise BinaryDocumentError(_not_text(source, "it holds NUL characters"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_page(data: bytes) -> str:
    """Return the text of a page of HTML in the encoding that it declares, damaged or not.

    Browsers read on where bytes are wrong, and so many pages have some. Empty where ``data`` is no
    such page or declares no encoding that is known, and where it is UTF-8 without a fault.
    """
    declared = declared_encoding(data)
    if not declared or not looks_like_html(data[:_SAMPLE].decode("latin-1"), ""):
        return ""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        with suppress(LookupError):  # of an encoding that is unknown, or none of text
            name = codecs.lookup(declared).name
            return data.decode(_AS_BROWSERS_DO.get(name, name), "replace")
    return ""


def _not_text(source: str, what: str) -> str:
    return f"{source} is not a document that Pincite reads: {what}. {_INSTEAD}"


def _unicode_encoding(data: bytes, source: str) -> str | None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise BinaryDocumentError(_not_text(source, f"it is {kind}"))
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if b"\0" in data or controls > _MOST_CONTROLS * len(data):
        return _utf_16(data, source)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_damaged(data, source, error.start)
        return None
    return "utf-8"


def _utf_16(data: bytes, source: str) -> str:
    """Name the byte order in which ``data`` without a mark reads as text."""
    shares = {name: _readable_share(data, name) for name in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < 0.85:
        raise BinaryDocumentError(_not_text(source, "it holds bytes that no text has"))
    return best


def _readable_share(data: bytes, encoding: str) -> float:
    text = _sampled(data[:_SAMPLE], encoding)
    if len(data) % 2 or not text:
        return 0.0
    # Less for wide characters: Latin text in the wrong byte order is nothing but those.
    found = len(_READABLE.findall(text)) + 0.9 * len(_READABLE_WIDE.findall(text))
    return found / len(text)


def _refuse_damaged(data: bytes, source: str, at: int) -> None:
    """Refuse UTF-8 with a few wrong bytes, which an older encoding would read as nonsense."""
    text = data[max(0, at - _SAMPLE) : at + _SAMPLE].decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if 3 * wrong <= len(_NOT_ASCII.findall(text)):
        raise UndecodableDocumentError(
            f"{source} is UTF-8 but damaged at byte {at:,}. Save it as UTF-8 and add it again."
        )


def _older_encoding(data: bytes, source: str) -> str:
    sample = _not_ascii_lines(data)
    for encoding, fits in _OLDER:
        text = _sampled(sample, encoding)
        if text is not None and fits(text):
            return encoding
    best = charset_normalizer.from_bytes(sample, cp_exclusion=_NOT_OLDER).best()
    if best is None:
        raise UndecodableDocumentError(
            f"{source} is in no encoding that Pincite knows. Save it as UTF-8 and add it again."
        )
    return best.encoding


def _not_ascii_lines(data: bytes) -> bytes:
    """Return the first lines that tell encodings apart; none has line feeds inside characters."""
    first = _HIGH_BYTE.search(data)
    at = max(0, first.start() - _CONTEXT) if first else 0
    lines, size = [], 0
    for line in data[at:].splitlines(keepends=True):
        if not line.isascii():
            lines.append(line)
            size += len(line)
        if size > _SAMPLE:
            break
    return b"".join(lines)[:_SAMPLE]


def _sampled(data: bytes, encoding: str) -> str | None:
    """Decode ``data``, which may end inside a character; return None where it is not possible."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return None


def _is_japanese(text: str) -> bool:
    wide, kana = _wide_words(text), len(_KANA.findall(text))
    return bool(wide) and kana >= 0.15 * len(wide) and len(_HALF_WIDTH_KANA.findall(text)) < kana


def _is_chinese(text: str) -> bool:
    wide = _wide_words(text)
    leads = [code[0] for c in wide if len(code := c.encode("gb18030")) == 2 and code[1] > 0xA0]
    everyday = sum(0xB0 <= lead <= 0xD7 or lead in {0xA1, 0xA3} for lead in leads)
    # Korean in EUC-KR would be Chinese from the first half of the table only, Japanese in EUC-JP
    # Chinese with kana.
    korean = len(wide) > 12 and not any(lead > 0xC8 for lead in leads)
    japanese = 10 * len(_KANA.findall(wide)) > len(wide)
    return bool(wide) and everyday >= 0.6 * len(wide) and not korean and not japanese


def _wide_words(text: str) -> str:
    """Return the wide characters, or none where most stand alone, as misread accents do."""
    runs = _WIDE_RUN.findall(text)
    alone = sum(len(run) == 1 for run in runs)
    return "" if alone * 2 > sum(map(len, runs)) else "".join(runs)


def _is_western(text: str) -> bool:
    accented, odd = len(_ACCENTED.findall(text)), len(_ODD_IN_LATIN.findall(text))
    return (accented < 3 or 3 * accented <= len(text)) and 10 * odd <= accented


_OLDER: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("cp932", _is_japanese),
    ("gb18030", _is_chinese),
    ("cp1252", _is_western),
)
