from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verification_fakes import BODY, STANDFIRST, article, document, passages

from rag.citations import Verifier
from rag.grounds import Grounds
from rag.types import (
    Answer,
    Citation,
    DraftClaim,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Span,
    Status,
    Verdict,
)

SOURCE = article()
SHOWN = passages(SOURCE)
NASTY = [
    "\x00",
    "\ud800",
    "\u202e\u0634",
    "👩\u200d👩\u200d👧",
    "…",
    "...",
    "[",
    '"',
    "\u0301",
    "a b c",
]


def claim(text: str, *quotes: tuple[int, str]) -> DraftClaim:
    return DraftClaim(text, tuple(ProposedQuote(number, words) for number, words in quotes))


def check(*claims: DraftClaim, shown: tuple[Passage, ...] = SHOWN, short: str = "") -> Answer:
    verifier = Verifier(shown)
    for each in claims:
        verifier.check(each)
    return verifier.answer("Who?", standalone_question="Who met?", short_answer=short)


def cite(number: int, words: str) -> Citation:
    (citation,) = check(claim("A claim.", (number, words))).citations
    return citation


class TestVerdicts:
    @pytest.mark.parametrize(
        "words",
        [
            "“free, open and inclusive Indo-Pacific”",
            "free, open and inclusive Indo-Pacific",
            " 'free, open and inclusive Indo-Pacific' ",
            "Leaders’ Video Conference held on March 12, in which",
        ],
    )
    def test_the_very_words_of_the_passage_named_are_exact(self, words: str) -> None:
        citation = cite(BODY, words)
        assert citation.verdict is Verdict.EXACT
        assert citation.quote == words.strip(" '“”")

    @pytest.mark.parametrize(
        "words",
        [
            "Leaders' Video Conference held on March 12",
            "a shared vision of a 'free, open and inclusive Indo‑Pacific'",
            "foreign Minister Motegi Toshimitsu",
            "Secretary of Defense Lloyd J. Austin III,”",
            "met with\n  Secretary of\u00a0State",
        ],
    )
    def test_other_typography_is_folded(self, words: str) -> None:
        assert cite(BODY, words).verdict is Verdict.FOLDED

    @pytest.mark.parametrize("number", [1, BODY + 1, 0, -3, 10**9])
    def test_words_of_another_passage_have_moved(self, number: int) -> None:
        assert cite(number, "Foreign Minister Motegi Toshimitsu").verdict is Verdict.MOVED

    def test_words_outside_all_passages_have_moved(self) -> None:
        answer = check(
            claim("A claim.", (STANDFIRST, "the two nations agreed to call")),
            shown=(SHOWN[STANDFIRST - 1],),
        )
        assert answer.citations[0].verdict is Verdict.MOVED

    def test_the_standfirst_is_cited_at_the_paragraph_that_it_repeats(self) -> None:
        words = "What becomes of these items going forward is now the critical question."
        citation = cite(STANDFIRST, words)
        assert citation.span.start == SOURCE.text.rindex(words)
        assert citation.verdict is Verdict.EXACT

    def test_each_part_around_an_ellipsis_is_a_citation_with_its_own_verdict(self) -> None:
        words = (
            "Foreign Minister Motegi Toshimitsu … immediately on the heels of the Japan–Australia"
        )
        answer = check(claim("A claim.", (BODY, words)))
        assert [(c.number, c.quote, c.verdict) for c in answer.citations] == [
            (1, "Foreign Minister Motegi Toshimitsu", Verdict.EXACT),
            (2, "immediately on the heels of the Japan-Australia", Verdict.FOLDED),
        ]


class TestClaims:
    def test_what_is_verified_is_answered(self) -> None:
        answer = check(
            claim("They met.", (BODY, "Last month, the top diplomatic")), short="Last month"
        )
        assert answer.status is Status.ANSWERED
        assert answer.text == "They met."
        assert answer.short_answer == "Last month"
        assert (answer.question, answer.standalone_question) == ("Who?", "Who met?")
        assert answer.passages == SHOWN
        assert answer.rejections == ()

    def test_a_short_answer_that_stands_in_no_citation_is_dropped(self) -> None:
        answer = check(claim("They met.", (BODY, "Last month, the top diplomatic")), short="May")
        assert answer.status is Status.ANSWERED
        assert answer.short_answer == ""

    def test_a_claim_keeps_how_likely_it_answers(self) -> None:
        quotes = (ProposedQuote(BODY, "met with Secretary of State"),)
        answer = check(DraftClaim("They met.", quotes, probability=0.75))
        assert answer.claims[0].probability == 0.75

    def test_a_claim_keeps_its_verified_quotes_and_reports_the_others(self) -> None:
        good, bad = (BODY, "met with Secretary of State"), (BODY, "met with the President")
        answer = check(claim("They met.", good, bad))
        assert answer.status is Status.PARTIAL
        assert [c.quote for c in answer.claims[0].citations] == [good[1]]
        assert answer.rejections == (
            Rejection("They met.", ProposedQuote(*bad), RejectionReason.NOT_FOUND, kept=True),
        )

    def test_a_claim_without_a_verified_quote_is_left_out(self) -> None:
        good = claim("They met.", (BODY, "met with Secretary of State"))
        answer = check(claim("They fought.", (BODY, "fought with the Secretary")), good)
        assert answer.status is Status.PARTIAL
        assert answer.text == "They met."

    def test_a_claim_without_quotes_is_left_out_with_its_reason(self) -> None:
        good = claim("They met.", (BODY, "met with Secretary of State"))
        answer = check(claim("They fought."), good)
        assert answer.status is Status.PARTIAL
        assert answer.rejections == (
            Rejection("They fought.", ProposedQuote(0, ""), RejectionReason.NO_QUOTE),
        )

    def test_where_no_claim_is_left_the_sources_do_not_say(self) -> None:
        answer = check(claim("They fought.", (BODY, "fought with them")), short="a fight")
        assert answer.status is Status.NOT_IN_SOURCES
        assert (answer.claims, answer.citations, answer.short_answer) == ((), (), "")
        assert answer.nearest == SHOWN[:3]

    def test_an_empty_draft_is_a_refusal(self) -> None:
        assert check().status is Status.NOT_IN_SOURCES
        assert check().rejections == ()


class TestNumbers:
    FIRST, SECOND = "Foreign Minister Motegi Toshimitsu", "Secretary of State Antony Blinken"

    def test_citations_are_numbered_in_order_of_appearance(self) -> None:
        answer = check(claim("One.", (BODY, self.SECOND)), claim("Two.", (BODY, self.FIRST)))
        assert [(c.number, c.quote) for c in answer.citations] == [
            (1, self.SECOND),
            (2, self.FIRST),
        ]

    def test_the_same_place_keeps_its_number(self) -> None:
        answer = check(
            claim("One.", (BODY, self.FIRST), (BODY, self.SECOND)),
            claim("Two.", (BODY, self.FIRST)),
        )
        assert [c.number for c in answer.claims[0].citations] == [1, 2]
        assert [c.number for c in answer.claims[1].citations] == [1]
        assert len(answer.citations) == 2

    def test_a_claim_cites_a_place_once(self) -> None:
        answer = check(claim("One.", (BODY, self.FIRST), (BODY, f"“{self.FIRST},”")))
        assert [c.number for c in answer.claims[0].citations] == [1]

    def test_a_rejected_quote_uses_no_number(self) -> None:
        answer = check(
            claim("One.", (BODY, "not in the article")), claim("Two.", (BODY, self.FIRST))
        )
        assert [c.number for c in answer.citations] == [1]

    def test_the_same_span_of_two_documents_has_two_numbers(self) -> None:
        one, two = (
            document("the two nations met", name="1"),
            document("the two nations met", name="2"),
        )
        words = "the two nations met"
        answer = check(claim("One.", (1, words), (2, words)), shown=passages(one, two))
        assert [(c.number, c.document_id) for c in answer.citations] == [(1, one.id), (2, two.id)]


TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from([*NASTY, " ", "\n", "the", "nations"]), max_size=12).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(TEXTS, max_size=3),
    st.lists(st.lists(st.tuples(st.integers(), TEXTS), max_size=3), max_size=3),
    st.data(),
)
def test_no_draft_raises_and_no_citation_differs_from_its_slice(
    texts: list[str], quotes: list[list[tuple[int, str]]], data: st.DataObject
) -> None:
    documents = [document(text, name=str(at)) for at, text in enumerate(texts)]
    shown = passages(*documents)
    for source in filter(lambda source: source.text, documents):
        start = data.draw(st.integers(0, len(source.text) - 1))
        end = data.draw(st.integers(start, len(source.text)))
        quotes = [*quotes, [(1, Span(start, end).of(source.text))]]
    answer = check(*(claim("A claim.", *proposed) for proposed in quotes), shown=shown)
    by_id = {source.id: source for source in documents}
    for citation in answer.citations:
        assert citation.quote
        assert citation.span.of(by_id[citation.document_id].text) == citation.quote
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert all(kept.citations for kept in answer.claims)
    assert (answer.status is Status.NOT_IN_SOURCES) == (not answer.claims)


@pytest.mark.parametrize("nasty", NASTY)
def test_a_hundred_kilobytes_that_are_not_in_the_source_are_refused(nasty: str) -> None:
    words = nasty * (100_000 // len(nasty))
    answer = check(claim(words, (1, words)), shown=passages(document(words[:50_000])))
    assert answer.status is Status.NOT_IN_SOURCES


class Judge:
    """Supports the claims named, and notes what it was asked."""

    def __init__(self, *supported: str) -> None:
        self.supported = supported
        self.asked: list[tuple[str, Grounds]] = []
        self.expected: list[tuple[str, Grounds]] = []

    def supports(self, claim: str, grounds: Grounds) -> bool:
        self.asked.append((claim, grounds))
        return claim in self.supported

    def expect(self, claim: str, grounds: Grounds) -> None:
        self.expected.append((claim, grounds))


class TestSupport:
    WORDS = "Leaders’ Video Conference held on March 12"

    def judged(self, judge: Judge, *claims: DraftClaim) -> Answer:
        verifier = Verifier(SHOWN, question="When did they meet?", judge=judge)
        for each in claims:
            verifier.check(each)
        return verifier.answer("When?", standalone_question="When did they meet?")

    def test_a_claim_that_its_quotation_does_not_support_is_left_out_with_the_reason(self) -> None:
        answer = self.judged(Judge(), claim("They fought.", (BODY, self.WORDS)))
        assert answer.status is Status.NOT_IN_SOURCES
        assert answer.rejections == (
            Rejection("They fought.", ProposedQuote(BODY, self.WORDS), RejectionReason.UNSUPPORTED),
        )

    def test_a_claim_that_is_supported_is_kept(self) -> None:
        answer = self.judged(Judge("They met."), claim("They met.", (BODY, self.WORDS)))
        assert answer.status is Status.ANSWERED
        assert answer.text == "They met."

    def test_a_claim_that_is_left_out_takes_no_number(self) -> None:
        answer = self.judged(
            Judge("They met."),
            claim("They fought.", (BODY, "free, open and inclusive Indo-Pacific")),
            claim("They met.", (BODY, self.WORDS)),
        )
        assert [citation.number for citation in answer.citations] == [1]

    def test_a_claim_that_is_its_own_quotation_is_never_judged(self) -> None:
        judge = Judge()
        sentence = next(p.text for p in SHOWN if p.number == BODY)
        answer = self.judged(judge, claim(" ".join(sentence.split()), (BODY, sentence)))
        assert len(answer.claims) == 1
        assert judge.asked == []

    def test_a_claim_without_a_quotation_that_was_found_is_never_judged(self) -> None:
        judge = Judge()
        self.judged(judge, claim("They met.", (BODY, "words that stand nowhere")))
        assert judge.asked == []

    def test_the_first_words_of_a_quotation_tell_the_judge_what_to_expect(self) -> None:
        judge = Judge()
        verifier = Verifier(SHOWN, question="When did they meet?", judge=judge)
        first = " ".join(self.WORDS.split()[:4])
        verifier.expect(claim("They met.", (BODY, first)))
        assert not verifier.has_verified
        verifier.check(claim("They met.", (BODY, self.WORDS)))
        assert judge.expected == judge.asked
        verifier.expect(claim("They met.", (BODY, "words that stand nowhere")))
        verifier.expect(claim("They met."))
        assert len(judge.expected) == 1
        Verifier(SHOWN).expect(claim("They met.", (BODY, first)))

    def test_the_judge_sees_the_sentence_of_the_quotation_and_the_question(self) -> None:
        judge = Judge()
        self.judged(judge, claim("They met.", (BODY, self.WORDS)))
        ((asked, grounds),) = judge.asked
        assert asked == "They met."
        assert any(self.WORDS in sentence for sentence in grounds.sentences)
        assert "When did they meet?" in grounds.about
