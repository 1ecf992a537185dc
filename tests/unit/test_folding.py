from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.folding import fold, fold_character, is_letter, is_mark
from rag.types import Span

AWKWARD = st.sampled_from(
    "aábcé\u0301\u0323\u0327\u0344 -—–'\"’“…ﬁ.,\n\u00ad\u200b\u00a015½²日本가각กำｶﾞ"
)
TEXTS = st.text(st.one_of(st.characters(), AWKWARD), max_size=50)


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("China’s “actions”, ‚so‘ „to‟ «speak»", "China's 'actions', 'so' 'to' 'speak'"),
        ("the `code` and ´accents´", "the 'code' and 'accents'"),
        ("``quoted'' in TeX", "'quoted' in TeX"),
        ("2020–21 and 2020−21", "2020-21 and 2020-21"),
        ("on March 12 — in which", "on March 12-in which"),
        ("a\u00a0b\u2009c\u3000d\u2028e\u2029f \t\r\n g", "a b c d e f g"),
        ("\ufefftwo na\u00adtions\u200b met \u200b here", "two nations met here"),
        ("the ﬁnal ﬂow of eﬀorts, eﬃcient", "the final flow of efforts, efficient"),
        ("ＡＢＣ１２３！", "ABC123!"),
        ("and so on… maybe", "and so on... maybe"),
        ("𝐉𝐚𝐩𝐚𝐧 ℃ № Ⅳ ﷲ", "Japan °C No IV الله"),
    ],
)
def test_typography_folds_to_one_form(source: str, plain: str) -> None:
    assert fold(source).text == fold(plain).text
    assert all(fold_character(character) == character for character in plain if character != '"')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10² km", "102 km"),
        ("5½ percent", "51/2 percent"),
        ("H₂O", "H2O"),
        ("①2 points", "12 points"),
        ("⒈5 points", "1.5 points"),
        ("6′ tall", "6″ tall"),
        ("Polish", "polish"),
        ("resume", "résumé"),
        ("it’s", "its"),
        ("re-sign", "re sign"),
    ],
)
def test_what_could_change_the_meaning_is_not_folded(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text or not fold(one).agrees(fold(other), 0)


def test_nested_quotation_marks_are_alike_whether_single_or_double() -> None:
    assert fold("the “Big Three” agreed").text == fold("the ‘Big Three’ agreed").text


@pytest.mark.parametrize("composed", ["é", "ệ", "각", "Å", "ガ", "ǟ"])
def test_canonically_equal_texts_fold_alike_and_keep_the_map(composed: str) -> None:
    for form in ("NFC", "NFD"):
        text = f"un {unicodedata.normalize(form, composed)} ici"
        folded = fold(text)
        assert folded.text == fold(f"un {composed} ici").text
        at = folded.text.index(" ici")
        assert folded.source(Span(3, at)).of(text) == text[3:-4]


def test_marks_typed_in_another_order_fold_alike() -> None:
    assert fold("e\u0302\u0323").text == fold("\u1ec7").text == fold("e\u0323\u0302").text


def test_a_run_of_white_space_maps_to_all_of_it() -> None:
    text = "one \n\t two"
    folded = fold(text)
    assert folded.source(Span(3, 4)) == Span(3, 7)
    assert folded.source(Span(4, 7)).of(text) == "two"


def test_invisible_characters_at_the_edge_of_a_word_stay_outside_it() -> None:
    text = "one\u200btwo\u00adthree"
    folded = fold(text)
    assert folded.text == "onetwothree"
    assert folded.source(Span(3, 6)).of(text) == "two"
    assert folded.source(Span(0, 11)).of(text) == text


def test_a_ligature_is_split_only_inside() -> None:
    folded = fold("a ﬃx")
    assert [at for at in range(7) if folded.splits_character(at)] == [3, 4]


@pytest.mark.parametrize(
    ("source", "accepted"),
    [
        ("opera-\ntional", ["operational", "opera-tional", "opera-\ntional", "opera\u00adtional"]),
        ("opera- \r\n  tional", ["operational"]),
        ("opera\u00ad\ntional", ["operational"]),
        ("long-\nterm", ["longterm", "long-term", "long–term"]),
        ("Japan-\nUSA", ["Japan-USA", "Japan - USA"]),
        ("Japan-USA", ["Japan—USA", "Japan-\nUSA"]),
        ("alliance—which", ["alliance - which", "alliance – which", "alliance--which"]),
        ("anti-opera-\ntional", ["anti-operational", "anti-opera-tional"]),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_may_belong_to_the_word_or_to_the_line(
    source: str, accepted: list[str]
) -> None:
    folded = fold(source)
    for words in accepted:
        assert fold(words).text == folded.text
        assert folded.agrees(fold(words), 0)


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("Japan-USA", "JapanUSA"),
        ("Japan-\nUSA", "JapanUSA"),
        ("alliance—\nwhich", "alliancewhich"),
        ("operational", "opera-tional"),
        ("anti-opera-\ntional", "antioperational"),
    ],
)
def test_a_hyphen_elsewhere_must_be_in_both(source: str, refused: str) -> None:
    assert not fold(source).agrees(fold(refused), 0)


def test_dashes_are_compared_only_where_the_words_stand() -> None:
    folded = fold("well-known long-term goals")
    at = folded.text.index("longterm")
    assert folded.agrees(fold("long-term"), at)
    assert not folded.agrees(fold("longterm"), at)
    assert folded.has_hyphen(at + 4)
    assert not folded.has_hyphen(at)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("\ud800\u0301\x00 -\u200b-")
def test_the_map_is_in_order_and_stays_inside_the_source(text: str) -> None:
    folded = fold(text)
    spans = [folded.source(Span(at, at + 1)) for at in range(len(folded.text))]
    assert all(len(span) > 0 and span.end <= len(text) for span in spans)
    assert all(one.start <= two.start and one.end <= two.end for one, two in pairwise(spans))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_character_that_needs_no_folding_maps_to_itself(text: str) -> None:
    folded = fold(text)
    for at, character in enumerate(folded.text):
        origin = folded.source(Span(at, at + 1)).of(text)
        if character.isascii() and character.isalnum() and len(origin) == 1:
            assert character in unicodedata.normalize("NFKD", origin)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_text_folds_like_its_canonical_equivalents(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)).text == fold(text).text


def test_letters_and_marks_are_told_apart() -> None:
    assert is_letter("é")
    assert is_letter("\u0301")
    assert is_mark("\u0301")
    assert not is_mark("e")
    assert not is_letter("")
    assert not is_mark("")
    assert not is_letter("5")


@pytest.mark.parametrize(
    "text",
    [
        " " * 200_000,
        "- " * 100_000,
        "'" * 200_000,
        "\u00ad\n" * 100_000,
        "a" + "\u0301\u0323" * 100_000,
        "-\u200b" * 100_000,
    ],
    ids=["spaces", "dashes", "marks of quotation", "soft hyphens", "accents", "invisible"],
)
def test_no_text_takes_long(text: str) -> None:
    start = time.perf_counter()
    fold(text)
    assert time.perf_counter() - start < 2
