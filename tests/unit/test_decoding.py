from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.documents.decoding import decode
from rag.errors import BinaryDocumentError, DocumentError, UndecodableDocumentError

ENGLISH = (
    "The prime minister said on Monday that he would “not hesitate” to act. “It’s a question of "
    "trust,” he told reporters — adding that Japan’s position hadn’t changed since March. The "
    "café on the corner charges €3."
)
POUNDS = "The company said its profit fell to £3m. It's the first fall since 2019."
FRENCH = (
    "Le président de la République a annoncé hier que la réforme serait présentée dès l'été. "
    "« C'est une étape décisive », a-t-il déclaré à l'issue du conseil des ministres."
)
GERMAN = (
    "Der Bundestag hat am Donnerstag über das Gesetz beraten. Die Änderungen betreffen vor allem "
    "größere Städte. „Wir müssen jetzt handeln“, sagte die Ministerin für Bauwesen."
)
SPANISH = (
    "El gobierno español aprobó ayer la ley de vivienda. ¿Qué pasará con los jóvenes? Según el "
    "ministro, la situación económica mejorará el próximo año."
)
CHINESE = (
    "日本外务大臣与美国国务卿上周在东京举行了会谈。双方就印太地区的安全形势交换了意见，"
    "并同意继续加强同盟关系。会后发表的联合声明指出，两国反对任何改变现状的单方面行动。"
)
TRADITIONAL = "日本外務大臣與美國國務卿上週在東京舉行了會談。雙方同意繼續加強同盟關係。"
CHINESE_NAMES = (
    "President Xi Jinping (习近平) met Premier Li Qiang (李强) in Beijing on Friday. The two "
    "discussed trade and security, officials said."
)
JAPANESE = (
    "日米両政府は先月、東京で外務・防衛担当閣僚会合を開いた。双方は中国の海警法に懸念を示し、"
    "尖閣諸島の防衛に向けた共同訓練の実施で合意した。「重要な成果だ」と大臣は語った。"
)
RUSSIAN = (
    "Министр иностранных дел заявил в понедельник, что переговоры продолжатся. Стороны "
    "обсудили вопросы безопасности и договорились о новой встрече в марте."
)
POLISH = (
    "Premier powiedział w poniedziałek, że rząd przyjmie ustawę. Żaden z ministrów nie zgłosił "
    "sprzeciwu wobec propozycji, która wejdzie w życie w przyszłym roku."
)
KOREAN = (
    "외무장관은 월요일 기자회견에서 회담이 계속될 것이라고 밝혔다. 양측은 안보 문제를 논의하고 "
    "3월에 다시 만나기로 합의했다."
)
NONSENSE = (
    b"\xe6\xf84\xa5\xa6\x99\xf0\xbc\x95\xd8\xcb\x90\xa3g\xb1gP\xdd\xa1\xb1"
    b"\xd5k\xbfRE\xff\xca\x92\xbfS\xd6\xff\xc2\xd9\xe8\x89\xbb\x95\x83\xab"
)


class TestUnicode:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
    @pytest.mark.parametrize("text", [ENGLISH, FRENCH, CHINESE, JAPANESE, "One 😀 and\ttwo."])
    def test_utf_8_and_marked_utf_16_and_32_are_read(self, text: str, encoding: str) -> None:
        assert decode(text.encode(encoding), "a.txt") == text

    def test_the_byte_order_mark_is_no_part_of_the_text(self) -> None:
        for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
            assert decode(mark + GERMAN.encode(encoding), "a.txt") == GERMAN

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("text", [ENGLISH, GERMAN, RUSSIAN, CHINESE, JAPANESE, KOREAN])
    def test_utf_16_without_a_mark_is_recognised(self, text: str, encoding: str) -> None:
        assert decode(text.encode(encoding), "a.txt") == text

    @given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
    def test_any_utf_8_is_read_as_it_is(self, text: str) -> None:
        assume(not text.startswith(("{\\rtf", "GIF8", "%PDF-")))
        assert decode(text.encode(), "a.txt") == text.removeprefix("\ufeff")

    def test_marked_utf_16_with_a_character_cut_off_is_refused(self) -> None:
        with pytest.raises(UndecodableDocumentError, match="UTF-16 but is damaged at byte"):
            decode(("\ufeff" + ENGLISH).encode("utf-16-le")[:-1], "a.txt")

    def test_utf_8_with_a_damaged_byte_is_refused_and_the_place_named(self) -> None:
        data = (ENGLISH * 20).encode()
        at = 1_000
        damaged = data[:at] + b"\xff" + data[at + 1 :]
        with pytest.raises(UndecodableDocumentError, match=r"a\.txt is UTF-8 but damaged at byte"):
            decode(damaged, "a.txt")

    def test_utf_8_that_was_cut_inside_a_character_is_refused(self) -> None:
        with pytest.raises(UndecodableDocumentError, match="is UTF-8 but damaged"):
            decode(JAPANESE.encode()[:-1], "a.txt")


class TestOlderEncodings:
    @pytest.mark.parametrize("text", [ENGLISH, POUNDS, FRENCH, GERMAN, SPANISH, "We don’t know."])
    def test_windows_1252_is_detected(self, text: str) -> None:
        assert decode(text.encode("cp1252"), "a.txt") == text

    @pytest.mark.parametrize(
        "text", [CHINESE, TRADITIONAL, CHINESE_NAMES, "今天北京天气很好，气温二十度。"]
    )
    def test_gb18030_is_detected(self, text: str) -> None:
        assert decode(text.encode("gb18030"), "a.txt") == text

    @pytest.mark.parametrize("text", [JAPANESE, "これは短い日本語の文です。", "カタカナ。「はい」"])
    def test_shift_jis_is_detected(self, text: str) -> None:
        assert decode(text.encode("shift_jis"), "a.txt") == text

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (CHINESE, "gb18030"),
            (JAPANESE, "shift_jis"),
            (FRENCH, "cp1252"),
            (GERMAN, "cp1252"),
            (SPANISH, "cp1252"),
        ],
    )
    def test_twenty_characters_from_anywhere_are_enough(self, text: str, encoding: str) -> None:
        for start in range(len(text) - 20):
            words = text[start : start + 20]
            assert decode(words.encode(encoding), "a.txt") == words

    @pytest.mark.parametrize("letter", "éèçñöüßåøíóáàôêãæ°£€–—‘’“”•…™©®×½")
    def test_one_character_outside_ascii_in_an_english_text_is_read_right(
        self, letter: str
    ) -> None:
        for words in (f"a {letter} b", f"word{letter} and", f"In 1623{letter}25 it was", letter):
            text = "The bulk of them went to the coast. " * 10 + words
            assert decode(text.encode("cp1252"), "a.txt") == text

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (RUSSIAN, "cp1251"),
            (RUSSIAN, "koi8-r"),
            (POLISH, "cp1250"),
            (TRADITIONAL, "big5"),
            (KOREAN, "euc-kr"),
            (JAPANESE, "euc-jp"),
        ],
    )
    def test_other_encodings_are_not_taken_for_one_of_ours(self, text: str, encoding: str) -> None:
        assert decode(text.encode(encoding), "a.txt") == text

    def test_an_encoding_that_shows_only_at_the_end_of_a_long_file_is_detected(self) -> None:
        text = "Plain words in a line.\n" * 20_000 + FRENCH
        assert decode(text.encode("cp1252"), "a.txt") == text

    def test_even_if_the_file_is_one_line(self) -> None:
        text = "Plain words in a line. " * 20_000 + JAPANESE
        assert decode(text.encode("shift_jis"), "a.txt") == text

    def test_a_character_on_the_edge_of_the_sample_does_not_mislead(self) -> None:
        for padding in range(4):
            text = "x" * padding + CHINESE * 1_000
            assert decode(text.encode("gb18030"), "a.txt") == text

    def test_bytes_in_no_encoding_are_refused_with_what_to_do(self) -> None:
        with pytest.raises(UndecodableDocumentError, match=r"no encoding .* Save it as UTF-8"):
            decode(NONSENSE, "a.txt")


class TestLineEnds:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
    def test_every_line_end_becomes_one_line_feed(self, encoding: str) -> None:
        data = "é one\r\ntwo\rthree\n\r\nfour\r\r".encode(encoding)
        assert decode(data, "a.txt") == "é one\ntwo\nthree\n\nfour\n\n"


class TestBinary:
    @pytest.mark.parametrize(
        ("start", "name"),
        [
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
            (b"\xff\xd8\xff\xe0", "a JPEG image"),
            (b"\x1f\x8b\x08", "a gzip archive"),
            (b"{\\rtf1\\ansi", "a rich-text document"),
        ],
    )
    def test_a_known_format_is_refused_by_its_name(self, start: bytes, name: str) -> None:
        with pytest.raises(BinaryDocumentError, match=f"a.bin is not a document .*: it is {name}"):
            decode(start, "a.bin")

    def test_text_with_a_nul_character_is_refused(self) -> None:
        for data in (b"text with\0a NUL", "text with\0a NUL".encode("utf-16")):
            with pytest.raises(
                BinaryDocumentError, match=r"Add a PDF, Word, EPUB, HTML, Markdown or"
            ):
                decode(data, "a.txt")

    def test_random_bytes_are_refused(self) -> None:
        for seed in range(50):
            with pytest.raises(BinaryDocumentError):
                decode(random.Random(seed).randbytes(256), "a.txt")  # noqa: S311

    def test_arrays_of_numbers_are_refused(self) -> None:
        draw = random.Random(0)  # noqa: S311
        numbers = [draw.randrange(1000) for _ in range(500)]
        for width in (2, 4, 8):
            data = b"".join(number.to_bytes(width, "little") for number in numbers)
            with pytest.raises(BinaryDocumentError):
                decode(data, "a.txt")

    def test_a_form_feed_or_a_coloured_log_is_still_text(self) -> None:
        for text in ("page one\f\npage two", "\x1b[31mred\x1b[0m word\n" * 9):
            assert decode(text.encode(), "a.txt") == text


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("cp1252", "replace")))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        text = decode(data, "a.txt")
    except DocumentError:
        return
    assert not {"\0", "\r"} & set(text)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", [b"word ", b"caf\xe9 ", "中文。".encode("gb18030")])
def test_ten_megabytes_of_one_line_take_linear_time(unit: bytes) -> None:
    text = decode(unit * (10_000_000 // len(unit)), "a.txt")
    assert text.startswith(("word", "café", "中文"))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", [NONSENSE, bytes(range(256)), bytes(range(255, 3, -7))])
def test_ten_megabytes_of_nonsense_are_refused_in_linear_time(unit: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a\.txt"):
        decode(unit * (10_000_000 // len(unit)), "a.txt")
