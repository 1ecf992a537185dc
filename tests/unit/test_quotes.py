from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from verification_fakes import ARTICLE, document, passage, passages

from rag.folding import fold
from rag.quotes import MAX_PARTS, Location, locate
from rag.types import BlockKind, Document, Passage, ProposedQuote, RejectionReason, Span

# fmt: off
PLAIN = st.sampled_from([
    "the", "alliance", "nations", "Japan", "agreed", "deter", "région",
    "é東京", "Ünion", "σύμμαχος", "союз", "efficient", "first",
])
AWKWARD = st.sampled_from([
    "“free,", "open”", "U.S.-Japan", "(2+2)", "nations’", "3,000", "long-term",
    "—", "non‑aligned", "ﬁnal", "cafe\u0301", "12–14", "so\u00adcial",
    "5½", "[sic]", "and…", "«oui»", "O’Brien", "大阪", "ok.",
])
# fmt: on
SPACE = st.sampled_from([" ", "  ", "\n", "\u00a0", "\r\n", " \u200b", "\u2003", "\n\n", "\u3000"])
ALIKE = [
    [" ", "\n", "\u00a0 ", "\t\u200b", "\u2009", "  \r\n"],
    ["'", "’", "‘", "′", "`", "“", "„", "«", "»", '"', "”"],
    ["-", "–", "—", "‐", "−", "\u2011"],
    ["é", "e\u0301"],
    ["al", "a\u00adl", "a\u200dl"],
    ["fi", "ﬁ"],
    ["…", "...", ". . ."],
]
VARIANTS = {form: forms for forms in ALIKE for form in forms}


def find(text: str, words: str) -> str | RejectionReason:
    """Return the words found in a document of ``text``, part by part, or why they are not."""
    found = locate(ProposedQuote(1, words), [passage(document(text))])
    if isinstance(found, RejectionReason):
        return found
    return " | ".join(span.of(text) for span in found.spans)


def places(found: Location | RejectionReason) -> tuple[Span, ...]:
    assert isinstance(found, Location), found
    return found.spans


@st.composite
def spaced(draw: st.DrawFn, words: st.SearchStrategy[str], size: int) -> str:
    """Draw words with various white space behind each."""
    return "".join(draw(words) + draw(SPACE) for _ in range(draw(st.integers(0, size))))


@st.composite
def restyled(draw: st.DrawFn, text: str) -> str:
    """Change the typography and white space of ``text``, never its words."""
    pieces = re.split(r"(\s+|al|fi|e\u0301|.)", text, flags=re.DOTALL)
    return "".join(
        draw(st.sampled_from(VARIANTS.get(" " if piece.isspace() else piece, [piece])))
        for piece in pieces
        if piece
    )


def count(words: str, text: str) -> int:
    """Count the places of ``text`` that read like ``words``, overlapping ones included."""
    return len(re.findall(f"(?={re.escape(fold(words).text)})", fold(text).text))


class TestFinding:
    @settings(max_examples=250, deadline=None)
    @given(st.data())
    def test_a_quote_cut_anywhere_and_set_otherwise_is_found_at_its_own_place(
        self, data: st.DataObject
    ) -> None:
        words = st.one_of(PLAIN, AWKWARD)
        before, inside, after = (data.draw(spaced(words, size)) for size in (6, 5, 6))
        first, last = data.draw(PLAIN), data.draw(PLAIN)
        quoted = f"{first} {inside}near {last}"
        text = f"{before}{quoted} {after}"
        proposed = ProposedQuote(1, data.draw(restyled(quoted)))
        found = places(locate(proposed, [passage(document(text))]))
        assert len(found) == 1
        assert fold(found[0].of(text)).text == fold(quoted).text
        if count(quoted, text) == 1:
            assert found[0] == Span(len(before), len(before) + len(quoted))

    @settings(max_examples=250, deadline=None)
    @given(
        st.lists(PLAIN, min_size=4, max_size=12),
        st.integers(0, 11),
        st.sampled_from(["changed", "added", "dropped"]),
        PLAIN,
    )
    def test_a_quote_with_one_word_changed_added_or_dropped_is_rejected(
        self, words: list[str], at: int, change: str, other: str
    ) -> None:
        at %= len(words)
        replacement = {"changed": [other], "added": [words[at], other], "dropped": []}[change]
        altered = [*words[:at], *replacement, *words[at + 1 :]]
        width = len(altered)
        stands = any(words[i : i + width] == altered for i in range(len(words) - width + 1))
        assume(not stands and len(altered) > 2)
        assert isinstance(find(" ".join(words), " ".join(altered)), RejectionReason)

    @settings(max_examples=250, deadline=None)
    @given(st.text(max_size=60), st.text(max_size=30), st.integers(), st.data())
    def test_whatever_is_found_reads_like_what_was_proposed(
        self, text: str, proposed: str, number: int, data: st.DataObject
    ) -> None:
        start = data.draw(st.integers(0, len(text)))
        proposed = data.draw(st.sampled_from([proposed, text[start:], text[start : start + 20]]))
        found = locate(ProposedQuote(number, proposed), [passage(document(text))])
        if isinstance(found, Location):
            for part, span in zip(found.parts, found.spans, strict=True):
                folded, asked = fold(span.of(text)).text, fold(part).text
                assert folded
                assert folded[1:] in asked
                assert span.of(text) == span.of(text).strip()

    def test_every_sentence_of_the_article_is_found_where_it_stands(self) -> None:
        text = ARTICLE.read_text(encoding="utf-8")
        for start in range(0, len(text) - 200, 97):
            first, last = text.index(" ", start) + 1, text.index(" ", start + 90)
            assert find(text, text[first:last].replace("’", "'").replace("\n\n", " ")) in text


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        (
            "It is opera-\ntional in Japan now.",
            "is operational in Japan",
            "is opera-\ntional in Japan",
        ),
        ("The Japan-\nUSA alliance holds.", "the Japan-USA alliance", "The Japan-\nUSA alliance"),
        ("so, the Big Three agreed.", "The Big Three agreed", "the Big Three agreed"),
        ("across the region, they met", "across the region.”", "across the region"),
        ("of the U.S. and of others", "others “of the U.S.,”", RejectionReason.NOT_FOUND),
        ("part of the U.S. and others", "part of the U.S.,", "part of the U.S."),
        ("the “Big Three” of Asia", "the 'Big Three' of Asia", "the “Big Three” of Asia"),
        ("« la paix et la guerre »", "la paix et la guerre", "la paix et la guerre"),
        ("日本とアメリカは同盟国", "日本とアメリカ", "日本とアメリカ"),
        ("it met—and this is all—again", "and this is all", "and this is all"),
        ("- the first item\n- the second", "- the first item", "- the first item"),
        ("the end\n- the first item", "• the first item", "the first item"),
        ("the end \n- the first item", "- the first item", "the first item"),
        (
            "two na\u00adtions\u200b met here",
            "two nations met here",
            "two na\u00adtions\u200b met here",
        ),
        ("an eﬃcient ﬂow of it", "an efficient flow", "an eﬃcient ﬂow"),
        ("there it stopped… Then", "there it stopped.", "there it stopped"),
        ("Well... no, it is so", "well … no, it is so", "Well... no, it is so"),
    ],
)
def test_words_are_found_in_the_typography_of_their_source(
    text: str, words: str, found: str | RejectionReason
) -> None:
    assert find(text, words) == found


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("the two nations met", "the two nation met", RejectionReason.NOT_FOUND),
        ("the two nations met", "the two nation", RejectionReason.PARTIAL_WORD),
        ("the two nations met", "he two nations", RejectionReason.PARTIAL_WORD),
        ("say that they can’t go", "say that they can", RejectionReason.PARTIAL_WORD),
        ("rose by about 3.5 percent", "rose by about 3", RejectionReason.PARTIAL_WORD),
        ("fell −5 percent in May", "5 percent in May", RejectionReason.PARTIAL_WORD),
        ("fell 5 percent in May", "-5 percent in May", RejectionReason.NOT_FOUND),
        ("about 10² km away", "about 102 km away", RejectionReason.NOT_FOUND),
        ("Two polish men met", "Two Polish men met", RejectionReason.NOT_FOUND),
        ("the two nations met", "two nations", RejectionReason.TOO_SHORT),
        ("they will re-sign it", "they will resign it", RejectionReason.NOT_FOUND),
        ("they will resign it", "they will re-sign it", RejectionReason.NOT_FOUND),
        ("the two nations met", "", RejectionReason.TOO_SHORT),
        ("the two nations met", '"""""""""""met"""""""""""', RejectionReason.TOO_SHORT),
        ("the two nations met", ". . . . . . . . . . . .", RejectionReason.TOO_SHORT),
        ("", "the two nations", RejectionReason.NOT_FOUND),
    ],
)
def test_close_is_not_found(text: str, words: str, reason: RejectionReason) -> None:
    assert find(text, words) is reason


TABLE = "Acme in figures\n\nFounded\t1912\nSeat\tOslo\n\n---\n\nHe resigned. She did not."


@pytest.mark.parametrize("words", ["Founded\t1912", "Seat\tOslo", "He resigned.", "She did not."])
def test_a_short_quote_may_be_a_whole_sentence_or_line_of_the_passage_named(words: str) -> None:
    assert find(TABLE, words) == words


@pytest.mark.parametrize("words", ["Founded", "Oslo", "resigned.", "---", "He resigned"])
def test_less_than_a_whole_sentence_or_line_stays_too_short(words: str) -> None:
    assert find(TABLE, words) is RejectionReason.TOO_SHORT


def test_a_short_sentence_of_another_passage_is_too_short() -> None:
    shown = passages(document("It was long ago that he came.\n\nHe resigned."))
    assert locate(ProposedQuote(1, "He resigned."), shown) is RejectionReason.TOO_SHORT
    assert isinstance(locate(ProposedQuote(2, "He resigned."), shown), Location)


class TestEllipses:
    TEXT = "Alpha beta gamma delta. Epsilon zeta eta theta. Alpha beta gamma iota. Kappa lambda mu."

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("beta gamma delta … zeta eta theta", "beta gamma delta | zeta eta theta"),
            ("Alpha beta gamma ... Kappa lambda mu", "Alpha beta gamma | Kappa lambda mu"),
            ("... zeta eta theta ...", "zeta eta theta"),
            ("[...] zeta eta theta", "zeta eta theta"),
            ("Epsilon, [...] Kappa lambda mu.", "Epsilon | Kappa lambda mu."),
            ("alpha … epsilon zeta eta", "Alpha | Epsilon zeta eta"),
        ],
    )
    def test_the_parts_are_found_in_order(self, words: str, found: str | RejectionReason) -> None:
        assert find(self.TEXT, words) == found

    def test_the_parts_that_stand_closest_are_taken(self) -> None:
        source = document(self.TEXT)
        found = locate(ProposedQuote(1, "Alpha beta ... Kappa lambda mu"), [passage(source)])
        assert places(found)[0].start == self.TEXT.rindex("Alpha")

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            ("zeta eta theta … beta gamma delta", RejectionReason.OUT_OF_ORDER),
            ("zeta eta theta ... zeta eta theta", RejectionReason.OUT_OF_ORDER),
            ("eta theta ... Alpha beta gamma ... gamma delta", RejectionReason.OUT_OF_ORDER),
            ("zeta eta theta … beta gamma omega", RejectionReason.NOT_FOUND),
            ("zeta eta theta … beta gamma iot", RejectionReason.PARTIAL_WORD),
            ("Alpha ... zeta … iota", RejectionReason.TOO_SHORT),
            ("Alpha beta gamma … mu", RejectionReason.TOO_SHORT),
        ],
    )
    def test_parts_that_do_not_follow_each_other_are_no_quotation(
        self, words: str, reason: RejectionReason
    ) -> None:
        assert find(self.TEXT, words) is reason

    def test_the_parts_must_stand_in_one_document(self) -> None:
        one, other = document("alpha beta gamma", name="one"), document("delta eta mu", name="two")
        found = locate(ProposedQuote(1, "alpha beta gamma … delta eta mu"), passages(one, other))
        assert found is RejectionReason.OUT_OF_ORDER

    def test_an_ellipsis_of_the_source_is_taken_literally_first(self) -> None:
        text = "we waited... and then it came. And so we waited there. And then it came"
        assert find(text, "we waited … and then it came") == "we waited... and then it came"

    def test_a_collage_is_not_a_quotation(self) -> None:
        words = " … ".join(["alpha beta gamma"] * (MAX_PARTS + 1))
        assert find("alpha beta gamma " * 100, words) is RejectionReason.NOT_FOUND


class TestWhichCopy:
    WORDS = "the two nations met"

    def body(self, *paragraphs: str) -> tuple[Document, tuple[Passage, ...]]:
        source = document("\n\n".join(paragraphs))
        return source, passages(source)

    def test_the_passage_named_comes_first(self) -> None:
        source, shown = self.body(self.WORDS, "other", f"and {self.WORDS}")
        found = locate(ProposedQuote(3, self.WORDS), shown)
        assert places(found) == (Span(source.text.rindex("the"), len(source.text)),)
        assert isinstance(found, Location)
        assert found.in_named_passage

    def test_then_come_the_other_passages_then_their_documents(self) -> None:
        source, shown = self.body(self.WORDS, "other", f"and {self.WORDS}", "last")
        other = locate(ProposedQuote(2, self.WORDS), [shown[1], shown[2]])
        assert places(other)[0].start == source.text.rindex("the")
        elsewhere = locate(ProposedQuote(2, self.WORDS), [shown[1]])
        assert places(elsewhere)[0].start == 0
        for found in (other, elsewhere):
            assert isinstance(found, Location)
            assert not found.in_named_passage

    def test_elsewhere_the_copy_nearest_the_named_passage_is_taken(self) -> None:
        source, shown = self.body(self.WORDS, "x" * 90, "other", f"and {self.WORDS}", self.WORDS)
        found = locate(ProposedQuote(3, self.WORDS), [shown[2]])
        assert places(found)[0].start == source.text.index("and the") + 4

    def test_words_across_the_end_of_a_passage_are_not_in_it(self) -> None:
        source = document("Today the two nations met again")
        found = locate(ProposedQuote(1, self.WORDS), [passage(source, 0, 20)])
        assert isinstance(found, Location)
        assert not found.in_named_passage

    def test_a_word_that_goes_on_beyond_its_passage_is_cut(self) -> None:
        source = document("Today the two nations met")
        found = locate(ProposedQuote(1, "today the two nation"), [passage(source, 0, 20)])
        assert found is RejectionReason.PARTIAL_WORD
        found = locate(ProposedQuote(1, "ay the two nations"), [passage(source, 3, 21)])
        assert found is RejectionReason.PARTIAL_WORD

    def test_a_copy_in_body_text_is_preferred_and_counts_as_in_the_passage(self) -> None:
        text = f"{self.WORDS}\n\n{self.WORDS} today\n\nagain {self.WORDS}"
        source = document(text, BlockKind.STANDFIRST)
        found = locate(ProposedQuote(1, self.WORDS), passages(source))
        assert places(found)[0].start == len(self.WORDS) + 2
        assert isinstance(found, Location)
        assert found.in_named_passage

    def test_words_that_stand_only_in_the_title_are_found_there(self) -> None:
        source = document(f"{self.WORDS}\n\nother words", BlockKind.TITLE)
        assert places(locate(ProposedQuote(1, self.WORDS), passages(source)))[0].start == 0

    def test_a_copy_in_another_document_does_not_move_the_citation(self) -> None:
        one = document(self.WORDS, BlockKind.STANDFIRST, name="one")
        two = document(self.WORDS, name="two")
        found = locate(ProposedQuote(1, self.WORDS), passages(one, two))
        assert isinstance(found, Location)
        assert found.document is one

    @pytest.mark.parametrize("number", [0, -1, 2, 10**9])
    def test_a_number_of_no_passage_searches_them_all(self, number: int) -> None:
        _, shown = self.body(self.WORDS)
        found = locate(ProposedQuote(number, self.WORDS), shown)
        assert isinstance(found, Location)
        assert not found.in_named_passage

    def test_without_passages_nothing_is_found(self) -> None:
        assert locate(ProposedQuote(1, self.WORDS), ()) is RejectionReason.NOT_FOUND


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 50_000, "a" * 25_000 + " b c"),
        ("a-" * 30_000, "a-" * 10_000 + "aa-a"),
        ("ha " * 50_000, "ha " * 20_000 + "x"),
        ("abc abd " * 20_000, "abd abc abc ... " * 15 + "zzz"),
        ("in order to\n\n" * 20_000, "in order to x"),
        ("a" + "\u0301\u0323" * 30_000, "e" + "\u0301\u0323" * 30_000 + " b c"),
        ("[. " * 30_000, "[. " * 30_000 + "a b c"),
    ],
    ids=["letters", "hyphens", "words", "ellipses", "copies", "accents", "brackets"],
)
def test_no_quote_takes_long_in_any_document(text: str, words: str) -> None:
    start = time.perf_counter()
    find(text, words)
    assert time.perf_counter() - start < 5
