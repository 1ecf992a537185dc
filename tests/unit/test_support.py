from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.checker import Checker
from rag.grounds import Grounds
from rag.support import THRESHOLD, Support, features_of, probability_of

TEXT = (
    "Japan was able to draw a commitment from the Biden administration in March 2021. "
    "The two countries did not discuss trade. Talks were held in Tokyo with four ministers."
)
GROUNDS = Grounds((TEXT,), TEXT, "What did Japan get?")


class Saying:
    """A checker that says the same of every sentence, and notes what it was asked."""

    def __init__(self, logit: float) -> None:
        self.logit = logit
        self.asked: list[str] = []

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        self.asked += sentences
        return [self.logit for _ in sentences]


class Doubting(Saying):
    """A checker that believes nothing where a text holds a word."""

    def __init__(self, word: str) -> None:
        super().__init__(30.0)
        self.word = word

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        logits = super().read(sentences, text)
        return [-logit if self.word in text else logit for logit in logits]


class Waiting(Saying):
    """A checker that answers only when it is let go on."""

    def __init__(self, logit: float) -> None:
        super().__init__(logit)
        self.go_on = threading.Event()

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        assert self.go_on.wait(30)
        return super().read(sentences, text)


PARAPHRASE = "Four ministers met there and promised each other a good deal more."


def test_a_claim_is_supported_where_facts_and_checker_agree() -> None:
    assert Support(Saying(6.0)).supports(PARAPHRASE, GROUNDS)
    assert not Support(Saying(-30.0)).supports(PARAPHRASE, GROUNDS)


def test_a_claim_that_was_expected_is_read_once_and_meanwhile() -> None:
    reader = Waiting(6.0)
    support = Support(reader)
    support.expect(PARAPHRASE, GROUNDS)  # returns although the reader does not
    reader.go_on.set()
    assert support.supports(PARAPHRASE, GROUNDS)
    assert len(reader.asked) == 1


def test_what_the_checker_would_not_be_asked_is_not_expected_of_it() -> None:
    reader = Saying(6.0)
    support = Support(reader)
    for claim in ("The two countries did not discuss trade.", "Japan drew it in 1987."):
        support.expect(claim, GROUNDS)
    assert support.supports(PARAPHRASE, GROUNDS)
    assert reader.asked == [PARAPHRASE]


def test_an_expectation_that_was_wrong_changes_no_verdict() -> None:
    reader = Doubting("Whales")
    support = Support(reader)
    elsewhere = replace(GROUNDS, text=f"{TEXT} Whales sing.")
    support.expect(PARAPHRASE, elsewhere)
    assert support.supports(PARAPHRASE, GROUNDS)
    assert not support.supports(PARAPHRASE, elsewhere)
    assert reader.asked == [PARAPHRASE] * 2


def test_the_checker_is_not_asked_what_it_could_not_change() -> None:
    reader = Saying(-30.0)
    restated = "The two countries did not discuss trade."
    assert Support(reader).supports(restated, GROUNDS)
    assert reader.asked == []


def test_a_claim_that_leaves_out_a_word_repeats_nothing() -> None:
    reader = Saying(-30.0)
    turned = "The two countries did discuss trade."
    assert not Support(reader).supports(turned, GROUNDS)


def test_a_claim_with_an_invented_fact_is_not_supported_whatever_the_checker_says() -> None:
    reader = Saying(30.0)
    support = Support(reader)
    assert not support.supports("Japan drew a commitment from it in 1987.", GROUNDS)
    assert reader.asked == []


def test_a_claim_is_as_weak_as_its_weakest_sentence() -> None:
    class Doubting(Saying):
        def read(self, sentences: Sequence[str], text: str) -> list[float]:
            return [float(at) for at in range(len(sentences))]

    features = features_of("Japan got it. Trade was discussed.", TEXT, Doubting(0))
    assert features.supported == 0


def test_the_better_the_checker_holds_a_claim_borne_out_the_likelier_it_is() -> None:
    claim = "Japan drew a commitment from the Biden administration."
    likely = [probability_of(features_of(claim, TEXT, Saying(at))) for at in (-4, 0, 4)]
    assert likely == sorted(likely)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.floats(-100, 100))
def test_any_claim_has_a_probability(claim: str, text: str, logit: float) -> None:
    features = features_of(claim, text, Saying(logit))
    assert all(value == value for value in astuple(features))
    assert 0 <= probability_of(features) <= 1


@pytest.fixture(scope="module")
def support() -> Support:
    return Support(Checker())


@pytest.mark.parametrize(
    "claim",
    [
        PARAPHRASE,
        "Whales sing.",
        "Japan drew a commitment from the Biden administration in March 2021.",
        "Talks were held in Tokyo without four ministers.",
        "Neither of the two countries discussed trade.",
    ],
)
@pytest.mark.parametrize("logit", [-5.0, -2.0, 0.0, 8.0])
def test_to_ask_the_checker_less_often_changes_no_verdict(claim: str, logit: float) -> None:
    """The lowest logit takes 2.13 from the log-odds, nearly the most that is allowed for."""
    asked = probability_of(features_of(claim, TEXT, Saying(logit))) >= THRESHOLD
    assert Support(Saying(logit)).supports(claim, GROUNDS) == asked


@pytest.mark.parametrize(
    "claim",
    [
        "Japan drew a commitment from the Biden administration.",
        "The Biden administration gave Japan a commitment.",
        "The Biden administration made a commitment to Japan.",
        "Four ministers took part in the talks in Tokyo.",
        "Trade was not discussed.",
        "Japan obtained a commitment in March 2021.",
    ],
)
def test_a_true_paraphrase_is_supported(support: Support, claim: str) -> None:
    assert support.supports(claim, GROUNDS)


@pytest.mark.parametrize(
    "claim",
    [
        "Japan drew a commitment from the Trump administration.",
        "Five ministers took part in the talks.",
        "The talks were held in Seoul.",
        "The two countries discussed trade.",
    ],
)
def test_an_invention_is_not_supported(support: Support, claim: str) -> None:
    assert not support.supports(claim, GROUNDS)
