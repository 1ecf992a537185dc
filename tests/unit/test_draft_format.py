"""Reading what chat models write: whatever they do, and however the stream is cut."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.draft_format import MAX_HELD, MAX_STRETCH, DraftParser
from rag.answering.draft_quotes import MAX_QUOTES
from rag.types import DraftClaim, ProposedQuote

Parsed = list[tuple[str, list[tuple[int, str]]]]


def seen(claims: Sequence[DraftClaim]) -> Parsed:
    return [(c.text, [(q.passage_number, q.text) for q in c.quotes]) for c in claims]


def parse(text: str) -> Parsed:
    parser = DraftParser()
    return seen([*parser.feed(text), *parser.finish()])


def refuses(text: str) -> bool:
    parser = DraftParser()
    parser.feed(text)
    parser.finish()
    return parser.refused


class TestBrackets:
    @pytest.mark.parametrize(
        ("bracket", "quotes"),
        [
            ('[[3 "a b c"]]', [(3, "a b c")]),
            ('[[ 3  "a  b c" ]]', [(3, "a b c")]),
            ("[[3 “a b c”]]", [(3, "a b c")]),
            ("[[3 „a b c“]]", [(3, "a b c")]),
            ("[[3 'it's a dog']]", [(3, "it's a dog")]),
            ("[[3 ‘it’s a dog’]]", [(3, "it’s a dog")]),
            ("[[3 «a b c»]]", [(3, "a b c")]),
            ("[[3 »a b c«]]", [(3, "a b c")]),
            ("[[3 「東京は」]]", [(3, "東京は")]),
            ("[[3 a b c]]", [(3, "a b c")]),
            ("[[3 the dog's life]]", [(3, "the dog's life")]),
            (r"[[3 \"a b c\"]]", [(3, "a b c")]),
            (r'[[3 "he said \"no\" to it"]]', [(3, 'he said "no" to it')]),
            ('[3 "a b c"]', [(3, "a b c")]),
            ("[3 “a b c”]", [(3, "a b c")]),
            ('[Passage 3: "a b c"]', [(3, "a b c")]),
            ('[[3 "a b c"]', [(3, "a b c")]),
            ('[3 "a b c"]]', [(3, "a b c")]),
            ('[[[3 "a b c"]]]', [(3, "a b c")]),
            ('[[3 "a b c', [(3, "a b c")]),
            ('[[3 "a b c"', [(3, "a b c")]),
            ('[[3 "a b c]]', [(3, "a b c")]),
            ('[[3 "a b c" (emphasis mine)]]', [(3, "a b c")]),
        ],
    )
    def test_one_quote_is_found_in_any_marks(
        self, bracket: str, quotes: list[tuple[int, str]]
    ) -> None:
        assert parse(f"It is so. {bracket}\n") == [("It is so.", quotes)]

    @pytest.mark.parametrize(
        ("bracket", "quotes"),
        [
            ('[[3 "a b" "c d"]]', [(3, "a b"), (3, "c d")]),
            ('[[3 "a b", 4 "c d"]]', [(3, "a b"), (4, "c d")]),
            ('[[3 "a b"; "c d"]]', [(3, "a b"), (3, "c d")]),
            ("[[3 “a b”, “c d”; Passage 5: “e f”]]", [(3, "a b"), (3, "c d"), (5, "e f")]),
            ('[[3 "a b" and "c d"]]', [(3, "a b"), (3, "c d")]),
            ('[[1 "a b"]] [[2 "c d"]]', [(1, "a b"), (2, "c d")]),
            ('[[1 "a b"]][[2 "c d"]]', [(1, "a b"), (2, "c d")]),
            ('[[1 "a b"]], [[2 "c d"]]', [(1, "a b"), (2, "c d")]),
            ('[[1 "a b"]]\n[[2 "c d"]]', [(1, "a b"), (2, "c d")]),
        ],
    )
    def test_several_quotes_are_told_apart(
        self, bracket: str, quotes: list[tuple[int, str]]
    ) -> None:
        assert parse(f"It is so. {bracket}") == [("It is so.", quotes)]

    @pytest.mark.parametrize(
        "words",
        [
            'he said "no" to it',
            'he said "no"',
            "he said “no”, “yes” and “perhaps”",
            "he [the king] left",
            "he left [sic]",
            "a ] b",
            "a [ b",
            "a [[b]] c",
            "so … and so ... on",
            "“No,” he said",
        ],
    )
    def test_brackets_and_quotations_inside_a_quote_belong_to_it(self, words: str) -> None:
        assert parse(f'It is. [[3 "{words}"]] It goes on.') == [
            ("It is.", [(3, words)]),
            ("It goes on.", []),
        ]

    @pytest.mark.parametrize(
        ("written", "number"),
        [
            ("0", 0),
            ("-3", -3),
            ("−3", -3),
            ("999999999", 999_999_999),
            ("1234567890", 0),
            ("9" * 3000, 0),
            ("٣", 3),
            ("３", 3),
            ("Passage 3:", 3),
            ("passage-3:", 3),
            ("p. 3", 3),
            ("Source 3,", 3),
            ("#3", 3),
            ("[3]", 3),
            ("3 –", 3),
            ("3, line 7:", 3),
            ("", 0),
        ],
    )
    def test_a_number_is_kept_if_it_is_sane(self, written: str, number: int) -> None:
        assert parse(f'It is so. [[{written} "a b c"]]') == [("It is so.", [(number, "a b c")])]

    @pytest.mark.parametrize(
        "marker", ["[3]", "[[3]]", "[3, 4]", "[3][4]", "[Passage 3]", "[[Passage 3]]", '[[3 ""]]']
    )
    def test_a_number_alone_is_no_quote_and_leaves_the_text(self, marker: str) -> None:
        assert parse(f"It is so {marker}.\nIt was so. {marker}") == [
            ("It is so.", []),
            ("It was so.", []),
        ]

    def test_a_bracket_that_is_no_citation_stays_in_the_text(self) -> None:
        text = "The [old] king [sic] of [1990] ruled [in 3 lands]."
        assert parse(f'{text} [[1 "a b"]]') == [(text, [(1, "a b")])]

    def test_a_missing_bracket_ends_at_the_end_of_the_line(self) -> None:
        assert parse('One is. [[1 "a b"\nTwo is. [[2 "c d"]]') == [
            ("One is.", [(1, "a b")]),
            ("Two is.", [(2, "c d")]),
        ]

    def test_no_claim_has_more_quotes_than_can_be_checked(self) -> None:
        [(text, quotes)] = parse("It is so. " + '[[1 "a b"]] ' * 1000)
        assert (text, len(quotes)) == ("It is so.", MAX_QUOTES)
        [(text, quotes)] = parse("It is so. [[1" + ' "a"' * 500 + "]]")
        assert (text, len(quotes)) == ("It is so.", MAX_QUOTES)


class TestSentences:
    def test_each_sentence_of_a_line_has_the_brackets_after_it(self) -> None:
        assert parse('One is. [[1 "a"]] Two is. [[2 "b"]] [[3 "c"]] Three is.') == [
            ("One is.", [(1, "a")]),
            ("Two is.", [(2, "b"), (3, "c")]),
            ("Three is.", []),
        ]

    def test_of_several_sentences_the_last_has_the_bracket(self) -> None:
        assert parse('Dr. Lee came. He saw. He won. [[1 "a b"]]') == [
            ("Dr. Lee came.", []),
            ("He saw.", []),
            ("He won.", [(1, "a b")]),
        ]

    def test_a_full_stop_after_the_bracket_is_the_sentence_s(self) -> None:
        assert parse('One is [[1 "a"]]. Two is [[2 "b"]] [[3 "c"]]! Three is. [[4 "d"]].') == [
            ("One is.", [(1, "a")]),
            ("Two is!", [(2, "b"), (3, "c")]),
            ("Three is.", [(4, "d")]),
        ]

    def test_a_sentence_that_goes_on_after_its_bracket_is_one(self) -> None:
        assert parse('Japan is [[1 "a"]], and Korea was [[2 "b"]], an ally. No.') == [
            ("Japan is, and Korea was, an ally.", [(1, "a"), (2, "b")]),
            ("No.", []),
        ]

    def test_a_bracket_on_the_next_line_belongs_to_the_sentence(self) -> None:
        assert parse('One is.\n  [[1 "a"]]\nTwo is.\r\n[2 "b"]\r\n') == [
            ("One is.", [(1, "a")]),
            ("Two is.", [(2, "b")]),
        ]

    def test_after_a_blank_line_a_bracket_claims_its_own_words(self) -> None:
        assert parse('One is.\n \n[[1 "a b c"]]') == [
            ("One is.", []),
            ("a b c", [(1, "a b c")]),
        ]

    def test_a_bracket_before_its_sentence_belongs_to_it(self) -> None:
        assert parse('[[1 "a b"]] One is.') == [("One is.", [(1, "a b")])]

    def test_languages_without_spaces_are_cut_too(self) -> None:
        assert parse('日本は[[1 "a b"]]同盟国です。次です。[[2 「語」]]') == [
            ("日本は同盟国です。", [(1, "a b")]),
            ("次です。", [(2, "語")]),
        ]


class TestMarkup:
    @pytest.mark.parametrize(
        "line",
        [
            '- It is so. [[1 "a b"]]',
            '* It is so. [[1 "a b"]]',
            '• It is so. [[1 "a b"]]',
            '1. It is so. [[1 "a b"]]',
            '2) It is so. [[1 "a b"]]',
            '  (a) It is so. [[1 "a b"]]',
            '> It is so. [[1 "a b"]]',
            '## It is so. [[1 "a b"]]',
            '**It is so.** [[1 "a b"]]',
            '**It is so. [[1 "a b"]]**',
            '- **It** is *so*. [[1 "a b"]]',
            '1. **It** __is so__. [[1 "a b"]]',
            '_It is so._ [[1 "a b"]]',
            '`It is so.` [[1 "a b"]]',
            '~~It is~~ so. `[[1 "a b"]]`',
            '| It is so. | [[1 "a b"]] |',
            '| 1 | It is so. | [[1 "a b"]] |',
            '<p>It <b>is</b> so.</p> [[1 "a b"]]',
            'It is so.<br> [[1 "a b"]]',
            '[It is](https://example.com/a_(b) "title") so. [[1 "a b"]]',
            '![It](data:image/png;base64,AA==) is so. [[1 "a b"]]',
            '[![It](x.png)](https://example.com) is so. [[1 "a b"]]',
            'It is so. [1](https://example.com) [[1 "a b"]]',
            '\u200bIt\u00a0is\u2060 so\u00ad. [\ufeff[1 "a\u200b b"]\x00]',
            'It is\tso. \ud800[[1 "a\udfff b"]]',
            '```\nIt is so. [[1 "a b"]]\n```',
            '```text\r\nIt is so. [[1 "a b"]]\r\n```\r\n',
            '~~~\nIt is so. [[1 "a b"]]',
            '| Sentence | Quote |\n|---|:--|\n| It is so. | [[1 "a b"]] |',
            '# Answer\n\nIt is so. [[1 "a b"]]\n\n---\n',
        ],
    )
    def test_markup_leaves_the_sentence_alone(self, line: str) -> None:
        assert parse(line) == [("It is so.", [(1, "a b")])]

    @pytest.mark.parametrize(
        "text",
        [
            "5 * 3 is 15, and a*b*c is a product.",
            "The snake_case name of __init__ stays.",
            "If a < b and c > d, then so.",
            "It fell by 3.5 % in 1990.",
            "The “best” of ‘all’ (so far).",
        ],
    )
    def test_what_only_resembles_markup_stays(self, text: str) -> None:
        assert parse(f'{text} [[1 "a b"]]') == [(text, [(1, "a b")])]

    def test_a_tag_does_not_arise_from_the_removal_of_another(self) -> None:
        for text in [
            "<<b>script>x",
            "<s<b>cript>x",
            "<`b>x",
            '<[[1 "a b"]]b>x',
            "<**i**mg src=y>x",
        ]:
            assert all("<" not in claim for claim, _ in parse(text))

    def test_letters_keep_the_joiners_that_shape_them(self) -> None:
        assert parse("او می\u200cرود. 👩\u200d🔬 is one.")[0][0].startswith("او می\u200cرود")


class TestWhatIsNoAnswer:
    @pytest.mark.parametrize(
        "reasoning",
        [
            '<think>Is it? It is. [[9 "x y"]]</think>',
            "<thinking>\nIs it?\n\nNOT IN SOURCES\n</thinking>\n\n",
            "<REASONING>Is it?</REASONING>\n",
            "Is it? It is.\n\nNOT IN SOURCES\n</think>\n",
            "<think>Is it <b>?</think>",
            "</think>",
            "<think></think>\n\n",
        ],
    )
    def test_reasoning_is_left_out(self, reasoning: str) -> None:
        text = f'{reasoning}It is so. [[1 "a b"]]'
        assert parse(text) == [("It is so.", [(1, "a b")])]

    def test_unclosed_reasoning_goes_on_to_the_end(self) -> None:
        assert parse('One is. [[1 "a b"]]\n<think>Two is. [[2 "c d"]]\n') == [
            ("One is.", [(1, "a b")])
        ]

    def test_what_only_resembles_a_tag_of_reasoning_stays(self) -> None:
        assert parse("<thin") == [("<thin", [])]
        assert parse("a <<thi b") == [("a <<thi b", [])]

    def test_a_claim_that_was_returned_stays_whatever_follows(self) -> None:
        parser = DraftParser()
        returned = parser.feed('One is. [[1 "a b"]]\nTwo')
        assert seen(returned) == [("One is.", [(1, "a b")])]
        assert parser.feed(" is.</think>") + parser.finish() == []

    @pytest.mark.parametrize(
        "preamble",
        [
            "Sure! Here is the answer:\n",
            "**Answer:**\n\n",
            "```\nHere it is:\n",
            "## Result\n回答：\n",
        ],
    )
    def test_a_preamble_is_left_out(self, preamble: str) -> None:
        assert parse(f'{preamble}It is so. [[1 "a b"]]') == [("It is so.", [(1, "a b")])]

    def test_a_line_with_a_colon_stays_if_it_quotes_or_does_not_come_first(self) -> None:
        assert parse('So it is: [[1 "a b"]]\nReasons:\nIt is.') == [
            ("So it is:", [(1, "a b")]),
            ("Reasons:", []),
            ("It is.", []),
        ]

    def test_what_has_no_word_is_no_claim(self) -> None:
        assert parse("```\n---\n***\n1.\n-\n…\n[3]\n]]\n") == []

    def test_a_number_can_answer_if_it_is_quoted(self) -> None:
        assert parse('42. [[1 "it is 42"]]\n1.\n') == [("42.", [(1, "it is 42")])]


class TestRefusal:
    @pytest.mark.parametrize(
        "text",
        [
            "NOT IN SOURCES",
            "not in sources.\n",
            "**NOT IN SOURCES**",
            "“Not in sources.”",
            "`NOT IN SOURCES`\n",
            "- NOT IN SOURCES",
            "# NOT IN SOURCES",
            "Answer: NOT IN SOURCES",
            "NOT\u00a0IN  SOURCES!",
            "[[NOT IN SOURCES]]",
            '<think>It is. [[1 "a b"]]</think>NOT IN SOURCES',
            "Here is the answer:\nNOT IN SOURCES",
            "```\nNOT IN SOURCES\n```",
        ],
    )
    def test_a_refusal_is_understood_and_no_claim(self, text: str) -> None:
        assert parse(text) == []
        assert refuses(text)

    def test_claims_stay_when_the_last_line_refuses(self) -> None:
        text = 'It is so. [[1 "a b"]]\n\nNOT IN SOURCES'
        assert parse(text) == [("It is so.", [(1, "a b")])]
        assert not refuses(text)

    @pytest.mark.parametrize(
        "text",
        ["", " \n", "It is not in sources that I know.", "Maybe NOT IN SOURCES\n</think>\n", "1."],
    )
    def test_nothing_else_is_a_refusal(self, text: str) -> None:
        assert not refuses(text)

    def test_a_refusal_is_known_as_soon_as_its_line_is_over(self) -> None:
        parser = DraftParser()
        parser.feed("NOT IN SOURCES\n\n")
        assert parser.refused
        parser.feed('But it is so. [[1 "a b"]]\n\n')
        assert not parser.refused


class TestStreaming:
    @pytest.mark.parametrize(
        ("waits", "completes"),
        [
            ('One is. [[1 "a b"]]', " T"),
            ('One is. [[1 "a b"]] ', "T"),
            ('One is [[1 "a b"]].', " T"),
            ('One is. [[1 "a b"]]\n', "T"),
            ('One is. [[1 "a b"]]\n', "\n"),
            ('One is. [[1 "a b"]]\n', "-"),
            ('One is.\n[[1 "a b"]]\n', "T"),
            ('One is. [[1 "a b"]]\n[', "T]"),
            ('One is. [[1 "a b"\n', "T"),
        ],
    )
    def test_a_claim_comes_with_the_character_that_completes_it(
        self, waits: str, completes: str
    ) -> None:
        parser = DraftParser()
        assert parser.feed(waits) == []
        assert seen(parser.feed(completes)) == [("One is.", [(1, "a b")])]

    def test_the_end_completes_the_last_claim_once(self) -> None:
        parser = DraftParser()
        assert parser.feed('One is. [[1 "a b') == []
        assert seen(parser.finish()) == [("One is.", [(1, "a b")])]
        assert parser.finish() == []

    def test_claims_without_a_quote_wait_only_for_the_first_with_one(self) -> None:
        parser = DraftParser()
        assert parser.feed("Zero is.\n\n") == []
        assert [text for text, _ in seen(parser.feed('One is. [[1 "a b"]]\n\n'))] == [
            "Zero is.",
            "One is.",
        ]
        assert seen(parser.feed("Two is.\n\n")) == [("Two is.", [])]

    def test_no_more_than_a_fixed_number_of_claims_wait(self) -> None:
        parser = DraftParser()
        assert parser.feed("Word.\n\n" * (MAX_HELD - 1)) == []
        assert len(parser.feed("Word.\n\n")) == MAX_HELD

    @pytest.mark.parametrize("unit", ["word ", "x", "Words are here. ", "界"])
    def test_a_line_without_end_is_cut_as_it_grows(self, unit: str) -> None:
        parser = DraftParser()
        parser.feed('One is. [[1 "a b"]]\n\n')
        pending, texts = 0, []
        for _ in range(100_000 // len(unit)):
            claims = parser.feed(unit)
            texts += [claim.text for claim in claims]
            pending = 0 if claims else pending + len(unit)
            assert pending <= MAX_STRETCH + 10
        texts += [claim.text for claim in parser.finish()]
        assert max(map(len, texts)) <= 2_000
        assert "".join(texts).replace(" ", "") == unit.replace(" ", "") * (100_000 // len(unit))

    def test_the_bracket_after_a_long_line_belongs_to_its_last_sentence(self) -> None:
        claims = parse("Words are here. " * 1_000 + 'It is so. [[1 "a b"]]')
        assert claims[-1] == ("It is so.", [(1, "a b")])
        assert all(quotes == [] for _, quotes in claims[:-1])
        assert len(claims) == 1_001


def expected_of(text: str, size: int) -> Parsed:
    """Feed a text in pieces of a size, and return what was expected after each."""
    parser = DraftParser()
    found = []
    for at in range(0, len(text), size):
        parser.feed(text[at : at + size])
        if claim := parser.expected():
            found.append(claim)
    return seen(found)


class TestExpecting:
    WORDS = "one two three four five six seven eight nine ten"

    def test_a_claim_is_expected_from_the_first_words_of_its_quote(self) -> None:
        found = expected_of(f'It is so. [[3 "{self.WORDS}"]] ', 1)
        assert found == [
            ("It is so.", [(3, "one two three four")]),
            ("It is so.", [(3, "one two three four five six seven eight")]),
            ("It is so.", [(3, self.WORDS)]),
        ]

    @pytest.mark.parametrize("size", [3, 7, 200])
    def test_what_is_expected_last_is_the_claim(self, size: int) -> None:
        text = f'It was. [[1 "a b"]]\nIt is so [[3 "{self.WORDS}"]] [[2 "c {self.WORDS}"]].\n'
        assert expected_of(text, size)[-1] == parse(text)[-1]

    def test_a_sentence_without_its_end_is_taken_to_end(self) -> None:
        text = f'It is so [[3 "{self.WORDS}"]]'
        assert {claim for claim, _ in expected_of(text, 1)} == {"It is so."}
        assert parse(text + ".")[0][0] == "It is so."

    @pytest.mark.parametrize(
        "text",
        [
            "It is so. It was so.\n",
            "It is so. [[3",
            'It is so. [[3 "one two',
            '<think>It is so. [[3 "one two three four five"]]',
            "It is so (see [3] and [4]). It was so. It will be so.",
        ],
    )
    def test_without_a_few_words_of_a_quote_nothing_is_expected(self, text: str) -> None:
        assert expected_of(text, 1) == []

    def test_the_sentence_before_a_bracket_is_expected_and_no_earlier_one(self) -> None:
        found = expected_of(f'It was. It is so. [[3 "{self.WORDS}"]]', 1)
        assert {claim for claim, _ in found} == {"It is so."}


HOSTILE = [
    *["[3 " + "1" * 35 + 'x"', "[[3 " + "1" * 60 + 'x"]]', '[[3 "a" ' + "(#" * 50],
    *["[", "[[", "]", "[[]] ", "[[[]] ", "[a", "[a](", "[3 ", '[[3 "a" ', "[[1 1 ", "[[1 “a”"],
    *[
        "*a ",
        "_a b ",
        "**",
        "`",
        "<a ",
        "<thin",
        "</think>",
        "<b><",
        "(a. ",
        "A. ",
        ". ",
        " ",
        "\n",
    ],
    *[
        '[[1 "x"]]',
        '[[1 "x"]])',
        'S [[1 "x"]] ',
        'and [[1 "x"]] ',
        "[[' a",
        '[[1 "a""b"',
        "| ",
        "\\",
    ],
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_the_length_and_not_with_its_square(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        started = time.process_time()
        expected_of(text, 7)
        return time.process_time() - started

    short, long = (min(seconds(size) for _ in range(2)) for size in (20_000, 80_000))
    assert long < 10 * short + 0.05


PIECES = st.sampled_from(
    [
        *[
            "It is so",
            "Japan was. ",
            ".",
            ". ",
            " ",
            "\n",
            "\n\n",
            "\r\n",
            "\r",
            ":",
            ",",
            "a",
            "B",
        ],
        *[
            "[",
            "[[",
            "]",
            "]]",
            '"',
            "“",
            "”",
            "'",
            "«",
            "»",
            '\\"',
            "3",
            "3 ",
            "-1 ",
            "Passage 3: ",
        ],
        *[
            '[[1 "a b"]]',
            '[2 "c d"]',
            "[[3 e f]]",
            "[[4]]",
            "[5]",
            '[[1 "a", 2 "b"]]',
            "**",
            "_",
            "`",
        ],
        *[
            "- ",
            "1. ",
            "# ",
            "| ",
            "> ",
            "```",
            "<think>",
            "</think>",
            "<thinking>",
            "</",
            "<b>",
            ">",
        ],
        *[
            "NOT IN SOURCES",
            "not in",
            "Here:",
            "[x](y)",
            "![x](y)",
            "(",
            ")",
            "…",
            "\x00",
            "\u200b",
        ],
        *["\ud83d", "\ude00", "\u200d", "日本。", "x" * 300, "Words are here. " * 30, "9" * 20],
    ]
)
DRAFTS = st.lists(PIECES, max_size=40).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=200)


@st.composite
def cut_texts(draw: st.DrawFn) -> list[str]:
    text = draw(st.one_of(DRAFTS, DRAFTS, ANY_TEXT))
    places = draw(st.lists(st.integers(0, len(text)), max_size=12))
    bounds = [0, *sorted(places), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


@settings(max_examples=400, deadline=None)
@given(cut_texts())
def test_it_makes_no_difference_how_the_stream_is_cut(pieces: list[str]) -> None:
    whole, cut, single, asked = DraftParser(), DraftParser(), DraftParser(), DraftParser()
    text = "".join(pieces)
    claims = [*whole.feed(text), *whole.finish()]
    assert [*(c for piece in pieces for c in cut.feed(piece)), *cut.finish()] == claims
    assert [*(c for piece in text for c in single.feed(piece)), *single.finish()] == claims
    fed = [(asked.feed(piece), asked.expected()) for piece in text]
    assert [*(claim for claims, _ in fed for claim in claims), *asked.finish()] == claims
    assert all(expected.quotes for _, expected in fed if expected)
    assert whole.refused == cut.refused == single.refused == asked.refused


@settings(max_examples=300, deadline=None)
@given(st.one_of(DRAFTS, ANY_TEXT))
def test_every_claim_is_plain_text(text: str) -> None:
    parser = DraftParser()
    for claim in [*parser.feed(text), *parser.finish()]:
        assert claim.text == " ".join(claim.text.split()) != ""
        assert len(claim.text) <= 2_000
        assert not re.search(r"[\x00-\x1f\x7f\u200b\ud800-\udfff]|</?[A-Za-z][^<>]*>", claim.text)
        assert all(quote.text == quote.text.strip() != "" for quote in claim.quotes)
        assert all(abs(quote.passage_number) < 10**9 for quote in claim.quotes)
        assert len(claim.quotes) <= MAX_QUOTES
        claim.text.encode()


@dataclass(frozen=True, slots=True)
class Written:
    """A claim and a way to write it."""

    claim: DraftClaim
    text: str


SENTENCES = st.sampled_from(
    ["Japan committed itself", "Mr. Lee paid $1.50 in 2001", "The “old” treaty (of 1951) holds"]
)
WORDS = st.sampled_from(
    ["draw a commitment", 'he said "no" to it', "he left [sic]", "it’s so … and so", "a ] b", "1 2"]
)
MARKS = st.sampled_from([('"', '"'), ("“", "”"), ("«", "»"), ('\\"', '\\"')])
NUMBERS = st.sampled_from(["{}", "{}:", "Passage {}:", "p. {}", "#{}", "[{}]"])


@st.composite
def brackets(draw: st.DrawFn, quotes: Sequence[ProposedQuote]) -> str:
    parts = []
    opening, closing = draw(MARKS)
    for quote in quotes:
        words = quote.text.replace('"', '\\"') if opening == '\\"' else quote.text
        number = draw(NUMBERS).format(quote.passage_number)
        parts.append(f"{number} {opening}{words}{closing}")
    if draw(st.booleans()):
        return f"[[{draw(st.sampled_from([' ', ', ', '; '])).join(parts)}]]"
    return draw(st.sampled_from(["", " ", ", "])).join(f"[[{part}]]" for part in parts)


@st.composite
def written_claims(draw: st.DrawFn) -> Written:
    sentence = draw(SENTENCES)
    number = st.integers(-2, 12)
    quotes = draw(st.lists(st.builds(ProposedQuote, number, WORDS), min_size=1, max_size=3))
    bracket = draw(brackets(quotes))
    form = draw(st.sampled_from(["{s}. {b}", "{s} {b}.", "{s}.{b}", "{s}. {b}.", "{s}.\n  {b}"]))
    around = draw(st.sampled_from(["{}", "- {}", "1. {}", "**{}**", "> {}", "## {}", "| {} |"]))
    text = around.format(form.format(s=sentence, b=bracket))
    return Written(DraftClaim(f"{sentence}.", tuple(quotes)), text)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(written_claims(), min_size=1, max_size=4),
    st.sampled_from(["\n", "\n\n", "\r\n", " \n \n"]),
    st.sampled_from(
        ["{}", "```\n{}\n```", "<think>No.</think>\n{}", "Sure:\n{}", "{}\nNOT IN SOURCES"]
    ),
    st.integers(1, 9),
)
def test_a_draft_is_read_as_it_was_meant(
    written: list[Written], between: str, around: str, size: int
) -> None:
    text = around.replace("{}", between.join(each.text for each in written))
    parser = DraftParser()
    claims = [c for at in range(0, len(text), size) for c in parser.feed(text[at : at + size])]
    assert [*claims, *parser.finish()] == [each.claim for each in written]
