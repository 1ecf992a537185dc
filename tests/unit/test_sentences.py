from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import MAX_CHARACTERS, split_sentences
from rag.types import Span

PROSE = st.lists(
    st.sampled_from(
        [
            "The U.S.-Japan talks ended. ",
            "Mr. Smith paid $1.50. ",
            "No. 5 (it was 2001. Or not) won… ",
            "“Why?” ",
            "word ",
            "\n",
            "\n\n",
            "- item\n",
            "3. ",
            "roads.1 The ",
            "so.[^1] ",
            "*no.* ",
            "Fig. S1 ",
            "今天。",
            "「はい。」と",
            "e.g. ",
            ". . . ",
            "😀! ",
            "x" * 1100,
            "\u00a0",
            "\u2003",
            ")",
            "(",
        ]
    ),
    max_size=30,
).map("".join)


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text, Span(0, len(text)))]


class TestFullStops:
    @pytest.mark.parametrize(
        "sentence",
        [
            "The U.S.-Japan talks ended.",
            "They met in a U.S.-Japan Security Consultative Committee (2+2) meeting.",
            "Secretary of Defense Lloyd J. Austin III spoke.",
            "Former President Donald J. Trump and J. K. Rowling met George H. W. Bush.",
            "Mr. and Mrs. Smith met Dr. Jones, Prof. Lee, Gen. Park, Sen. Paul and Gov. Cox.",
            "The new U.S. administration had yet to act.",
            "Relations between Japan, the U.S., and South Korea matter.",
            "He worked for the U.S. Department of Defense in Washington, D.C. and left.",
            "See e.g. Figs. 3 and 4, i.e. No. 5, or Vol. II of it, pp. 12 ff.",
            "The case of Smith vs. Jones was heard on Jan. 3, approx. two years ago.",
            "Acme Inc. and Widget Corp. merged.",
            "Prices rose 3.5 percent to $1.50 in version 2.0.1 of the list.",
            "Lee et al. found it.",
            "St. Petersburg and Mt. Fuji are far apart.",
            "Visit https://example.com/a.b?c=d or write to a.b@example.com today.",
            "It was 5 p.m. on the dot.",
            "The president (in office since 2001. He was re-elected) resigned.",
            "One habit . . . was that of waiting.",
            "He waited ... and waited.",
            "The Mr.\nSmith of the story is not he.",
            "Sens. Joe Manchin and Mark Warner met Reps. Adams and Lee and Govs. Cox and Hall.",
            "He met Det. Sgt. Smith, Cpl. Jones, Pvt. Lee, Atty. Gen. Barr and Brig. Gen. Park.",
            "As Fig. S1 shows, Tab. 3, Ref. 5, Refs. 6 and 7, Eqs. 8, Secs. 9, Ex. 2 and App. B2.",
            "*Dr. Smith* met __Mr. Lee__ there.",
            "As version 2.1 The Fox and plan A.2 The Hare show, see vol.2 The Owl too.",
            "It was done on release.2 of three.",
            "Das ist z.B. die Liste von Dr. Müller.",
        ],
    )
    def test_a_point_that_ends_no_sentence_does_not_cut(self, sentence: str) -> None:
        assert sentences(sentence) == [sentence]
        assert sentences(f"It began. {sentence} It ended.") == ["It began.", sentence, "It ended."]

    @pytest.mark.parametrize(
        "parts",
        [
            ["It met the U.S.", "The U.S. agreed."],
            ["He lives in the U.K.", "She does not."],
            ["It was bought by Acme Inc.", "The deal closed."],
            ["It was 5 p.m.", "They left."],
            ["It was plan B.", "Then came C."],
            ["He was born in 1867.", "1868 was a year."],
            ["He paid $1.50.", "Version 2.0.1 is out..."],
            ["Then nothing...", "Nothing at all.", "Wait…", "What?"],
            ["Really?!", "Yes!", "Hello!!", "Long ago."],
            ["She said no.", "He agreed."],
            ["iPhone sales fell.", "eBay rose."],
            ["The meeting of Lloyd J. Austin III.", "He left."],
            ["Use file.txt.", "Done."],
            ["It isn’t.", "Why?"],
            ["It was weakened. . . .", "The practice went on."],
            ["It was so.[2]", "Another one.[3][4]", "More."],
            ["Text with a footnote.[^1]", "Another one.[^note-2][^3]", "More."],
            ["He said *no.*", "She left **at once!**", "_They_ stayed."],
            ["**Tower.** There are 143 steps.", "__Hall.__ It is large."],
            ["They repair the roads.1", "The mayor was pleased.2", "Costs rose.12"],
            ["He said “We won.”1", "She said “We did”.2", "“Why?”3", "Then they left."],
            ["He did ten reps.", "Then he closed the app.", "I did too."],
            ["He left .", "The game ( see below ) ended ."],
            ["The egg.", "Broken in two."],
        ],
    )
    def test_a_point_that_ends_a_sentence_cuts(self, parts: list[str]) -> None:
        assert sentences(" ".join(parts)) == parts

    def test_text_without_capitals_is_cut_at_its_points(self) -> None:
        text = "the rate fell to 3.5 % in 2017. a reserve was set up. it holds e.g. cash."
        assert len(sentences(text)) == 3

    def test_a_capital_elsewhere_means_that_small_letters_go_on(self) -> None:
        assert sentences("It cost approximately. two Euros.") == [
            "It cost approximately. two Euros."
        ]


class TestQuotes:
    @pytest.mark.parametrize(
        "parts",
        [
            ["He said “We will go.”", "Then he left."],
            ["“Is it so?” she asked.", "“No,” he said.", "“It isn’t.”", "“Why?”", "“Because.”"],
            ['"Hello world."', "He left.", "'Quote.'", "He left."],
            ['"Stop!" she cried.', '"I will not go," he said, "unless you come."'],
            ["« Bonjour. »", "Il partit."],
            ["(This is a note.)", "The rest follows."],
        ],
    )
    def test_closing_quotes_and_brackets_stay_with_their_sentence(self, parts: list[str]) -> None:
        assert sentences(" ".join(parts)) == parts


class TestOtherScripts:
    def test_chinese_and_japanese_need_no_spaces(self) -> None:
        assert sentences("今天天气很好。我们去公园吧！你来吗？") == [
            "今天天气很好。",
            "我们去公园吧！",
            "你来吗？",
        ]
        assert sentences("これはペンです。本当！？はい。") == [
            "これはペンです。",
            "本当！？",
            "はい。",
        ]

    def test_a_quoted_sentence_that_goes_on_is_one_sentence(self) -> None:
        assert sentences("「そうですか。」と彼は言った。") == ["「そうですか。」と彼は言った。"]
        assert sentences("“好的。”他说。") == ["“好的。”他说。"]

    def test_arabic_hindi_and_russian_are_cut(self) -> None:
        assert len(sentences("هل هذا صحيح؟ نعم.")) == 2
        assert len(sentences("यह सच है। वह नहीं।")) == 2
        assert len(sentences("А. С. Пушкин родился в Москве. Он писал.")) == 2

    def test_emoji_do_no_harm(self) -> None:
        assert sentences("I love it 😀! Do you? 😀 Yes.") == ["I love it 😀!", "Do you?", "😀 Yes."]


class TestLines:
    def test_wrapped_lines_are_joined(self) -> None:
        text = (
            "The committee said on Monday that the plan would be ready by\n"
            "June. The next meeting, which all the ministers will attend, is in\n"
            "Tokyo in October. There is no\nother plan."
        )
        assert len(sentences(text)) == 3

    def test_wrapped_text_without_full_stops_is_one_sentence(self) -> None:
        text = "no full stops here just words that go on\nand a second line that is wrapped"
        assert sentences(text) == [text]

    @pytest.mark.parametrize(
        "lines",
        [
            ["- milk", "- eggs", "- bread and butter"],
            ["1. First of all", "2. Second of all", "3. Third of all"],
            ["(a) one thing", "(b) another thing"],
            ["• one thing", "• another thing"],
            ["| a | b |", "| 1 | 2 |"],
            ["name,age,city", "alice,30,paris", "bob,25,london"],
            ["name\tage", "alice\t30"],
            ["12:03 <bob> hello there", "12:04 <eve> hello you"],
            ["alice: hello there", "bob: hello you"],
            ["Shall I compare thee", "Thou art more lovely", "Rough winds do shake"],
            ["Introduction", "The committee said on Monday that the plan would be ready."],
        ],
    )
    def test_lines_that_do_not_go_on_are_apart(self, lines: list[str]) -> None:
        assert sentences("\n".join(lines)) == lines

    def test_an_ordinal_stays_with_its_item(self) -> None:
        assert sentences("1. First item. 2. Second item.\nc. Third item.") == [
            "1. First item.",
            "2. Second item.",
            "c. Third item.",
        ]

    def test_a_blank_line_always_cuts(self) -> None:
        assert sentences("one thing and\n\n  another") == ["one thing and", "another"]


class TestLongText:
    def test_text_without_stops_is_cut_at_a_clause_in_the_second_half(self) -> None:
        text = "word " * 150 + "end, " + "word " * 150
        first, second = sentences(text)
        assert first.endswith("end,")
        assert len(second) < MAX_CHARACTERS

    def test_else_at_a_space_else_anywhere(self) -> None:
        assert all(part.endswith("word") for part in sentences("word " * 1000))
        assert [len(part) for part in sentences("x" * 2500)] == [1000, 1000, 500]

    def test_a_sentence_as_long_as_allowed_is_not_cut(self) -> None:
        text = "x" * (MAX_CHARACTERS - 1) + "."
        assert sentences(f" \n {text} ") == [text]

    @pytest.mark.timeout(60)
    @pytest.mark.parametrize(
        "unit",
        [
            "a",
            ".",
            ". ",
            "x\n",
            "(a. B ",
            "A. ",
            "e.g. ",
            ". x",
            '."',
            "中",
            "。",
            " ",
            "\n",
            "[1].",
            ".[^1",
            ".* ",
            "x.1 ",
            "Fig. S1 ",
        ],
    )
    def test_a_long_run_of_anything_takes_linear_time(self, unit: str) -> None:
        text = "x" + unit * (300_000 // len(unit)) + "x"
        parts = split_sentences(text, Span(0, len(text)))
        assert max(map(len, parts)) <= MAX_CHARACTERS


@given(PROSE | st.text(max_size=300), st.data())
def test_sentences_cover_all_that_is_visible_in_order_and_nothing_else(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    within = Span(start, data.draw(st.integers(start, len(text))))
    parts = split_sentences(text, within)
    covered = [place for part in parts for place in range(part.start, part.end)]
    assert covered == sorted(set(covered))
    visible = {place for place in range(within.start, within.end) if not text[place].isspace()}
    assert visible <= set(covered) <= set(range(within.start, within.end))
    for part in parts:
        assert 0 < len(part) <= MAX_CHARACTERS
        assert part.of(text) == part.of(text).strip()


@given(PROSE, PROSE, PROSE)
def test_what_stands_outside_the_span_does_not_matter(before: str, text: str, after: str) -> None:
    within = Span(len(before), len(before) + len(text))
    shifted = [
        Span(part.start + len(before), part.end + len(before))
        for part in split_sentences(text, Span(0, len(text)))
    ]
    assert split_sentences(before + text + after, within) == shifted
