from __future__ import annotations

import pytest

from rag.folding import fold
from rag.types import Span
from rag.words import cuts_word, has_word, is_long_enough


def cuts(marked: str) -> bool:
    """Say whether the stretch between the two bars cuts a word."""
    before, inside, after = marked.split("|")
    text, folded = before + inside + after, fold(before + inside + after)
    origins = [folded.source(Span(at, at + 1)) for at in range(len(folded.text))]
    first, last = len(before), len(before + inside)
    start = next(at for at, origin in enumerate(origins) if origin.start >= first)
    end = max(at for at, origin in enumerate(origins, 1) if origin.end <= last)
    return cuts_word(text, folded, Span(start, end))


@pytest.mark.parametrize(
    "marked",
    [
        "|the two nations|",
        "of |the two nations|’ criticism",
        "the |Japan|-U.S. alliance",
        "the Japan-|U.S.| alliance",
        "the Japan-\n|USA| alliance",
        "the alliance—|which| is",
        "“|free|, open",
        "l’|alliance| du Pacifique",
        "a_|word|_here",
        "in 2021 — |35 officials|",
        "in 2021—|35 officials|",
        "- |5 apples|\n- 3 pears",
        "|in 1990| to 1995",
        "the |alliance|² moves",
        "日本と|アメリカ|は",
        "the |米国|government",
        "ภาษา|ไทย|และ",
        "met.|Then| he left",
        "paid (|5 dollars|)",
        "the end …|5 years| later",
    ],
)
def test_a_whole_word_is_not_cut(marked: str) -> None:
    assert not cuts(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "the two |nation|s",
        "the two n|ations|",
        "the caf|e|\u0301",
        "|resum|é of",
        "h|éros| of",
        "the |China|’s actions",
        "they |can|'t go",
        "they can'|t go|",
        "the comic |opera|-\ntional",
        "the opera-\n|tional|",
        "of the |U|.S. alliance",
        "of the |U.|S. alliance",
        "of the U.|S| alliance",
        "grew by |3|.5 percent",
        "grew by 3.|5 percent|",
        "all |1|,000 of them",
        "at |10|:30",
        "grew by |3|–5 percent",
        "grew by 3–|5 percent|",
        "fell by −|5 percent|",
        "fell by -|5 percent|",
        "fell by .|5 percent|",
        "grew |5|½ percent",
        "grew 5|½ percent|",
        "about |10|² km",
        "the area5|1 plan|",
        "か|し|\u3099",
        "대|통령|은",
        "ที|่|นี่",
    ],
)
def test_a_cut_word_or_number_is_noticed(marked: str) -> None:
    assert cuts(marked)


@pytest.mark.parametrize(
    "text",
    [
        "two nations met",
        "a b c",
        "Indo-Pacific region",
        "Security Council",
        "日本とアメリカ",
        "12 мая 2021",
    ],
)
def test_three_words_or_fifteen_characters_or_six_ideographs_are_a_quotation(text: str) -> None:
    assert is_long_enough(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Japan",
        "two nations",
        "日本と米国",
        "ＡＢ",
        ". . . . . . . . . . . . .",
        "e" + "\u0301" * 20,
        "ab" + "\u200b" * 20,
    ],
)
def test_less_is_not_a_quotation(text: str) -> None:
    assert not is_long_enough(text)


def test_a_part_has_a_word_of_three_characters_or_two_ideographs() -> None:
    assert has_word("a few of")
    assert has_word("日本")
    assert not has_word("so it is no")
    assert not has_word("日")
    assert not has_word("—…!")
