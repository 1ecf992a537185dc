from __future__ import annotations

import pytest
from file_makers import Print, hebrew_pdf, lines, locked_pdf, make_pdf
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import load_bytes
from rag.documents.hyphens import line_end_hyphens
from rag.errors import DocumentError, DocumentTooLargeError, EmptyDocumentError, ProtectedError
from rag.limits import Limits
from rag.quotes import Location, locate
from rag.types import BlockKind, Document, Passage, ProposedQuote, Scores, Span

WRAPPED = (
    "The ferry between the two towns has carried people since the year",
    "of the flood, and it still does. In spring the opera-",
    "tional costs rose, which the town did not like at all.",
)


def load(pages: list[list[Print]], **information: str) -> Document:
    data = make_pdf(pages, information=information)
    return load_bytes(data, source="report.pdf", limits=Limits())


def words_of(document: Document, kind: BlockKind) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


def passage(document: Document) -> Passage:
    return Passage(1, document, Span(0, len(document.text)), Scores(0, 0, 0))


def found(document: Document, quote: str) -> str:
    location = locate(ProposedQuote(1, quote), [passage(document)])
    assert isinstance(location, Location), location
    return location.spans[0].of(document.text)


class TestPages:
    def test_each_page_has_a_span_and_together_they_cover_the_text(self) -> None:
        document = load([lines("One fish swam here."), [], lines("Two fish swam there.")])
        assert [page.of(document.text).strip() for page in document.pages] == [
            "One fish swam here.",
            "",
            "Two fish swam there.",
        ]
        assert "".join(page.of(document.text) for page in document.pages) == document.text

    def test_a_place_is_on_the_page_that_prints_it(self) -> None:
        document = load([lines("One fish swam here."), [], lines("Two fish swam there.")])
        for words, number in (("One", 1), ("here.", 1), ("Two", 3), ("there.", 3)):
            at = document.text.index(words)
            assert document.page_at(Span(at, at + 1)) == number

    def test_more_pages_than_the_limit_are_refused(self) -> None:
        data = make_pdf([lines("A page of text.")] * 4)
        with pytest.raises(DocumentTooLargeError, match="4 pages, but at most 3"):
            load_bytes(data, source="a.pdf", limits=Limits(max_pages=3))

    def test_more_characters_than_the_limit_are_refused(self) -> None:
        data = make_pdf([lines("A page of text.")] * 4)
        with pytest.raises(DocumentTooLargeError, match="PINCITE_MAX_CHARACTERS"):
            load_bytes(data, source="a.pdf", limits=Limits(max_characters=30))


class TestParagraphs:
    def test_the_lines_of_a_paragraph_are_one_block(self) -> None:
        document = load([[*lines(*WRAPPED), *lines("Another paragraph stands apart.", y=600)]])
        assert words_of(document, BlockKind.BODY) == [
            "\n".join(WRAPPED),
            "Another paragraph stands apart.",
        ]

    def test_columns_are_read_one_after_the_other(self) -> None:
        left = lines("The left column is read", "first and goes on until", "it meets the", x=72)
        right = lines("right one, where it ends.", x=320)
        document = load([[*left, *right]])
        assert document.text.endswith("it meets the\nright one, where it ends.")
        assert len(document.blocks) == 1

    def test_larger_type_is_the_title_and_then_headings(self) -> None:
        document = load(
            [
                [
                    Print("The Ferry Report", y=760, size=24),
                    *lines(*WRAPPED),
                    Print("Costs", y=620, size=16),
                    *lines(*WRAPPED, y=590),
                ]
            ]
        )
        assert words_of(document, BlockKind.TITLE) == ["The Ferry Report"]
        assert words_of(document, BlockKind.HEADING) == ["Costs"]
        assert document.title == "The Ferry Report"

    def test_bold_type_is_a_heading(self) -> None:
        document = load(
            [[Print("Costs", y=720, bold=True), *lines(*WRAPPED), *lines(*WRAPPED, y=620)]]
        )
        assert words_of(document, BlockKind.HEADING) == ["Costs"]

    @pytest.mark.parametrize(
        ("before", "raised", "after", "text"),
        [
            (
                Print("An area of 10 km", x=72),
                Print("2", x=165, y=704, size=7),
                Print("is small.", x=174),
                "An area of 10 km2 is small.",
            ),
            (
                Print("Costs rose to 500", x=72),
                Print("3", x=165.4, y=705, size=7),
                Print(" million in 2019.", x=169.3),
                "Costs rose to 500 3 million in 2019.",
            ),
        ],
        ids=["of a unit", "of a note"],
    )
    def test_a_raised_number_cuts_no_line_and_becomes_part_of_no_figure(
        self, before: Print, raised: Print, after: Print, text: str
    ) -> None:
        assert load([[before, raised, after]]).text == text

    def test_a_large_initial_makes_no_heading_of_its_line(self) -> None:
        first, *beside = WRAPPED
        document = load(
            [
                [
                    Print(first[0], y=662, size=44),
                    *lines(first[1:], *beside, x=102, y=690),
                    *lines(*WRAPPED, y=648),
                ]
            ]
        )
        assert words_of(document, BlockKind.BODY) == ["\n".join(WRAPPED)] * 2
        assert document.title == "report"


def test_writing_from_right_to_left_is_in_reading_order() -> None:
    document = load_bytes(hebrew_pdf("שלום"), source="a.pdf", limits=Limits())
    assert document.text == "שלום"


class TestRunningLines:
    def test_heads_and_page_numbers_that_repeat_are_chrome(self) -> None:
        pages = [
            [
                Print("The Daily Bay", y=810, size=9),
                *lines(f"Here begins page {word}.", *WRAPPED),
                Print(f"Page {number} of 3", y=30, size=9),
            ]
            for number, word in enumerate(("one", "two", "three"), start=1)
        ]
        document = load(pages)
        assert words_of(document, BlockKind.CHROME) == [
            line for number in (1, 2, 3) for line in ("The Daily Bay", f"Page {number} of 3")
        ]

    def test_a_line_that_stands_apart_on_one_page_only_is_body(self) -> None:
        document = load(
            [
                [Print("A note at the top", y=810), *lines(*WRAPPED)],
                lines(*WRAPPED),
                lines(*WRAPPED, y=650),
            ]
        )
        assert words_of(document, BlockKind.CHROME) == []

    def test_pages_that_all_say_the_same_are_not_chrome(self) -> None:
        document = load([lines("The same words."), lines("The same words.")])
        assert words_of(document, BlockKind.CHROME) == []


class TestHyphens:
    def test_a_quote_without_the_hyphen_of_the_line_end_is_found(self) -> None:
        document = load([lines(*WRAPPED)])
        assert found(document, "In spring the operational costs rose") == (
            "In spring the opera-\ntional costs rose"
        )
        (hyphen,) = document.hyphens
        assert document.text[hyphen - 1 : hyphen + 3] == "a-\nt"

    def test_a_quote_with_another_word_is_not_found(self) -> None:
        location = locate(
            ProposedQuote(1, "In spring the operative costs rose"),
            [passage(load([lines(*WRAPPED)]))],
        )
        assert not isinstance(location, Location)

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("the opera-\ntional costs", 1),
            ("the opera\u00ad\ntional costs", 1),
            ("a well-\nknown and a well-known man", 0),
            ("a Franco-\nGerman treaty", 0),
            ("from 1990-\n1995", 0),
            ("INTER-\nNATIONAL", 1),
            ("one - \ntwo", 0),
        ],
    )
    def test_only_hyphens_of_the_line_are_labelled(self, text: str, count: int) -> None:
        assert len(line_end_hyphens(text)) == count

    @given(st.data())
    def test_every_quote_across_line_ends_is_found_where_it_stands(
        self, data: st.DataObject
    ) -> None:
        words = data.draw(
            st.lists(st.text("abcdefgh", min_size=4, max_size=9), min_size=6, max_size=14)
        )
        cuts = data.draw(st.sets(st.integers(0, len(words) - 1), max_size=4))
        printed = [f"{w[:2]}-\n{w[2:]}" if at in cuts else w for at, w in enumerate(words)]
        document = document_of(" ".join(printed))
        assert set(document.hyphens) <= {
            at for at in range(len(document.text)) if document.text[at : at + 2] == "-\n"
        }
        start = data.draw(st.integers(0, len(words) - 4))
        end = data.draw(st.integers(start + 4, len(words)))
        quote = " ".join(words[start:end])
        assert found(document, quote).replace("-\n", "") == quote


def document_of(text: str) -> Document:
    return Document("a", "A", text, "a.pdf", "application/pdf", (), hyphens=line_end_hyphens(text))


class TestMetadata:
    def test_title_and_author_are_what_the_file_says_and_its_making_is_no_publication(self) -> None:
        document = load(
            [lines(*WRAPPED)],
            Title="The Ferry",
            Author="Ada Moreau",
            CreationDate="D:20240517080000Z",
        )
        assert (document.title, document.author) == ("The Ferry", "Ada Moreau")
        assert document.published == ""
        assert document.media_type == "application/pdf"

    @pytest.mark.parametrize("title", ["", "Microsoft Word - draft7.doc", "draft7.doc", "Untitled"])
    def test_a_title_that_a_program_made_up_is_not_taken(self, title: str) -> None:
        document = load(
            [[Print("The Ferry Report", y=760, size=24), *lines(*WRAPPED)]], Title=title
        )
        assert document.title == "The Ferry Report"

    def test_without_any_the_name_of_the_file_is_the_title_and_nothing_is_invented(self) -> None:
        document = load([lines(*WRAPPED)], CreationDate="D:99")
        assert (document.title, document.author, document.published) == ("report", "", "")


class TestRefusals:
    def test_a_locked_file_is_refused(self) -> None:
        with pytest.raises(ProtectedError, match="asks for a password"):
            load_bytes(locked_pdf("sesame"), source="a.pdf", limits=Limits())

    def test_a_scan_without_text_is_refused(self) -> None:
        with pytest.raises(EmptyDocumentError, match="OCR"):
            load_bytes(make_pdf([[], []]), source="scan.pdf", limits=Limits())

    def test_a_damaged_file_is_refused(self) -> None:
        with pytest.raises(DocumentError, match="damaged PDF"):
            load_bytes(b"%PDF-1.4 and nothing else", source="a.pdf", limits=Limits())

    def test_the_name_does_not_decide(self) -> None:
        data = make_pdf([lines(*WRAPPED)])
        assert load_bytes(data, source="a.txt", limits=Limits()).media_type == "application/pdf"
        text = b"A text that mentions %PDF-1.4 in a line is a text."
        assert load_bytes(text, source="a.pdf", limits=Limits()).media_type == "text/plain"
