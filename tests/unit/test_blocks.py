from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents.blocks import label_paragraphs
from rag.types import BlockKind

TITLE, CHROME, STANDFIRST, HEADING, BODY = (
    BlockKind.TITLE,
    BlockKind.CHROME,
    BlockKind.STANDFIRST,
    BlockKind.HEADING,
    BlockKind.BODY,
)
LEAD = (
    "The city council voted on Tuesday to rebuild the old harbour bridge, which has been closed to "
    "traffic since a storm in 2019. The work will begin in spring."
)
MORE = (
    "Residents of the eastern quarter had asked for a tunnel instead. A tunnel, engineers said, "
    " cost three times as much and take until 2035 to build."
)
LAST = (
    "The bridge carried forty thousand cars a day. The work will begin in spring. No date was "
    "given for its end, and the mayor declined to name one."
)


def kinds(*paragraphs: str) -> list[BlockKind]:
    return label_paragraphs(paragraphs)


class TestFrontOfAPage:
    def test_one_occurrence_of_a_repeated_line_is_the_title_the_others_are_chrome(self) -> None:
        page = ["City News", "Harbour Bridge to Be Rebuilt", "Newest Stories", "City News"]
        page += ["Harbour Bridge to Be Rebuilt", LEAD, MORE, LAST]
        assert kinds(*page) == [CHROME, TITLE, CHROME, CHROME, CHROME, BODY, BODY, BODY]

    def test_a_title_that_is_repeated_in_the_body_is_chrome_there(self) -> None:
        title = "Harbour Bridge to Be Rebuilt"
        assert kinds(title, LEAD, title, MORE) == [TITLE, BODY, CHROME, BODY]

    def test_among_links_the_title_is_the_line_that_shares_words_with_the_body(self) -> None:
        page = ["Mayor of the Year Award Announced", "Council Votes to Rebuild Harbour Bridge"]
        assert kinds(*page, "Jane Doe", LEAD, MORE) == [CHROME, TITLE, CHROME, BODY, BODY]

    def test_a_single_short_line_above_prose_is_the_title_whatever_its_words(self) -> None:
        assert kinds("Crossing Over", LEAD, MORE) == [TITLE, BODY, BODY]
        assert kinds("Is It Worth It?", LEAD, MORE) == [TITLE, BODY, BODY]

    def test_the_author_and_the_date_stay_body_for_they_can_be_asked_for(self) -> None:
        page = ["Harbour Bridge to Be Rebuilt", "By Jane Doe", "March 3, 2021", LEAD, MORE]
        assert kinds(*page) == [TITLE, BODY, BODY, BODY, BODY]

    def test_a_subtitle_below_the_title_stays_body(self) -> None:
        page = ["Harbour Bridge to Be Rebuilt", "Tunnel Was Found to Cost Three Times as Much"]
        assert kinds(*page, LEAD, MORE) == [TITLE, BODY, BODY, BODY]

    def test_section_names_without_a_title_stay_body(self) -> None:
        assert kinds("Opinion", "Reports", LEAD, MORE) == [BODY, BODY, BODY, BODY]

    def test_where_most_of_the_text_stands_before_prose_nothing_is_a_front(self) -> None:
        items = ["Alpha Item", "Beta Item", "Gamma Item", "Delta Item"] * 10
        labels = kinds(*items, "This list was written by hand, all of it, in one long evening.")
        assert set(labels) <= {BODY, HEADING}


class TestStandfirst:
    def test_a_paragraph_whose_sentences_recur_in_the_body_is_the_standfirst(self) -> None:
        standfirst = "The work will begin in spring. The bridge carried forty thousand cars a day."
        page = ["Harbour Bridge to Be Rebuilt", standfirst, LEAD, MORE, LAST]
        assert kinds(*page) == [TITLE, STANDFIRST, BODY, BODY, BODY]

    def test_it_may_be_wrapped_otherwise_than_the_body(self) -> None:
        standfirst = "The bridge carried forty\nthousand cars a day."
        assert kinds(standfirst, LEAD, MORE, LAST)[0] is STANDFIRST

    def test_a_first_paragraph_that_is_quoted_alone_later_is_body(self) -> None:
        lead = "The bridge carried forty thousand cars on each day."
        assert kinds(lead, MORE, lead, LEAD)[0] is BODY

    def test_a_first_paragraph_with_a_sentence_of_its_own_is_body(self) -> None:
        lead = "The work will begin in spring. Nobody else has ever said this sentence so."
        assert kinds(lead, LEAD, MORE, LAST)[0] is BODY

    def test_a_text_that_stands_twice_has_no_standfirst(self) -> None:
        longer = [f"{text} And so on." for text in (LEAD, MORE, LAST)]
        assert kinds(LEAD, MORE, LAST, *longer) == [BODY] * 6


class TestChrome:
    @pytest.mark.parametrize(
        "line",
        [
            "Credit: (Jane Doe/Pool Photo via AP)",
            "Photo: Jane Doe",
            "Image credit: Some Agency.",
            "(Jane Doe/Pool Photo via AP)",
            "Photos: Jane Doe and John Roe for The Times, courtesy of the iBridge Trust",
            "(Courtesy of Jane Doe/nps.gov)",
            "© 2021 The Harbour Herald. All rights reserved.",
            "Copyright 2021 The Harbour Herald",
            "Advertisement",
            "Share on Facebook",
            "Share this article",
            "Subscribe to our newsletter",
            "Sign up for our daily letter",
            "Read more: What a tunnel would cost",
            "Recent Features",
            "Related Stories",
            "12 Comments",
            "Skip to content",
            "* * *",
            "———",
        ],
    )
    def test_what_every_page_has_around_its_text_is_chrome(self, line: str) -> None:
        assert kinds(LEAD, line, MORE) == [BODY, CHROME, BODY]

    @pytest.mark.parametrize(
        "prose",
        [
            "Share prices fell on Monday, and nobody at the exchange could say why they did.",
            "Photo: the word itself comes from Greek, and it means light, as every teacher of the "
            "subject will tell you on the first day of the course, before any camera is shown.",
            "Subscribe or die was the motto of the paper in its first years, and people did.",
            "Advertisements pay for most of it.",
            "Copyright law is a maze.",
            "Video: the lecture of Monday was recorded and can be found on the server.",
            "Graphic: The bridge before the storm.",
            "(The photo was taken on Monday and shows the mayor.)",
            "Printers jammed.",
            "“Yes,” he said.",
            "42",
        ],
    )
    def test_prose_is_never_chrome(self, prose: str) -> None:
        assert kinds(LEAD, prose, MORE) == [BODY, BODY, BODY]

    def test_a_caption_of_title_and_credit_is_chrome(self) -> None:
        title = "Harbour Bridge to Be Rebuilt"
        caption = f"{title}\nCredit: (Jane Doe/Pool Photo via AP)"
        assert kinds(title, caption, LEAD, MORE) == [TITLE, CHROME, BODY, BODY]

    def test_a_caption_with_words_of_its_own_stays_body(self) -> None:
        caption = "Workers at the bridge on Monday\nCredit: Jane Doe"
        assert kinds(LEAD, caption, MORE) == [BODY, BODY, BODY]


class TestHeadings:
    def test_a_short_line_without_an_end_above_prose_is_a_heading(self) -> None:
        assert kinds(LEAD, "What It Costs", MORE) == [BODY, HEADING, BODY]

    def test_at_most_two_lines_in_a_row_are_headings(self) -> None:
        assert kinds(LEAD, "One", "Two", "Three", MORE) == [BODY, BODY, HEADING, HEADING, BODY]

    @pytest.mark.parametrize(
        "line",
        ["a small letter begins it", "It ends here.", "- An item", "Costs,", "A | B", "a,b,c,d"],
    )
    def test_other_short_lines_are_body(self, line: str) -> None:
        assert kinds(LEAD, line, MORE) == [BODY, BODY, BODY]

    def test_a_short_line_at_the_end_is_body(self) -> None:
        assert kinds(LEAD, MORE, "Jane Doe") == [BODY, BODY, BODY]


class TestTextsThatAreNoPages:
    @pytest.mark.parametrize(
        "paragraphs",
        [
            ["Rose is a rose", "Is a rose", "Rose is a rose"],
            ["Milk", "Eggs", "Bread and Butter"],
            ["Shall I compare thee\nTo a summer day", "Thou art more lovely"],
            ["Only a title"],
            ["A short one. It is.", "So is this. It was."],
            [],
        ],
    )
    def test_without_prose_all_is_body(self, paragraphs: list[str]) -> None:
        assert kinds(*paragraphs) == [BODY] * len(paragraphs)

    def test_the_speakers_of_a_chat_are_no_titles(self) -> None:
        chat = ["Ann: Hello there Ben", "Ben: Hi", "Ann: How about tea", f"Ben: {LEAD}"]
        assert kinds(*chat) == [BODY] * 4

    def test_a_few_lines_with_a_colon_make_no_chat(self) -> None:
        page = ["Breaking: Harbour Bridge to Be Rebuilt", LEAD, MORE, LAST, "Tags: bridge"]
        assert kinds(*page, "Related: Tunnels") == [TITLE, BODY, BODY, BODY, BODY, BODY]

    def test_a_page_in_japanese_is_labelled_too(self) -> None:
        lead = "市議会は火曜日、閉鎖されていた古い港の橋を再建することを決めた。工事は春に始まる。"
        more = "住民はトンネルを求めていた。技術者によると、トンネルの費用は三倍になるという。"
        title = "古い港の橋を再建へ"
        page = ["地域", title, "地域", title, lead, more]
        assert kinds(*page) == [CHROME, TITLE, CHROME, CHROME, BODY, BODY]


@given(st.lists(st.text(min_size=1).filter(str.strip)))
def test_every_paragraph_of_any_text_gets_a_kind(paragraphs: list[str]) -> None:
    assert len(label_paragraphs(paragraphs)) == len(paragraphs)
    assert label_paragraphs(paragraphs).count(TITLE) <= 1


@given(st.lists(st.sampled_from([LEAD, MORE, LAST]), min_size=1, max_size=3, unique=True))
def test_prose_alone_is_all_body(paragraphs: list[str]) -> None:
    assert label_paragraphs(paragraphs) == [BODY] * len(paragraphs)
