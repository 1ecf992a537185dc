from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.facts import Fact, unmatched_fact

SOURCE = (
    "Secretary of State Antony Blinken and Secretary of Defense Lloyd J. Austin III met Japan’s "
    "Foreign Minister in Tokyo on March 16, 2021. They did not sign a treaty. The alliance costs "
    "$2,970,000 a year, 12.4 percent more than in 1993, and has 84 bases. The World Health "
    "Organization was not invited."
)
SENTENCES = [
    "They did not sign a treaty.",
    "The World Health Organization was not invited.",
]


def unmatched(claim: str) -> Fact | None:
    return unmatched_fact(claim, SOURCE, SENTENCES)


@pytest.mark.parametrize(
    "claim",
    [
        "Blinken and Austin met the Japanese minister.",
        "Two secretaries met one minister.",
        "The treaty was left unsigned.",
        "They met on 16 March.",
        "The meeting was on 2021-03-16 in Tokyo.",
        "The meeting was in March 2021.",
        "The alliance costs about three million dollars.",
        "It costs nearly $3 million.",
        "It costs 12 percent more.",
        "There are more than 80 bases.",
        "It was cheaper in the 1990s.",
        "It was cheaper in the 20th century.",
        "The WHO was left out.",
        "They failed to sign a treaty.",
        "They did not sign any treaty.",
        "Treaties were discussed, but none was signed.",
        "Officials met in Tokyo.",
        "Sie trafen den Minister in der Hauptstadt am 16. des Monats.",
    ],
)
def test_a_true_paraphrase_has_no_unmatched_fact(claim: str) -> None:
    assert unmatched(claim) is None


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        ("The alliance has 85 bases.", Fact.NUMBER),
        ("It costs four million dollars a year.", Fact.NUMBER),
        ("It costs 15 percent more.", Fact.NUMBER),
        ("They met in 2020.", Fact.NUMBER),
        ("They met on March 17.", Fact.NUMBER),
        ("They met in April 2021.", Fact.DATE),
        ("They met on 12 March 2021.", Fact.DATE),
        ("They met in Osaka.", Fact.NAME),
        ("They met John Kerry.", Fact.NAME),
        ("France was not invited.", Fact.NAME),
        ("The British minister was there.", Fact.NAME),
        ("The WTO was left out.", Fact.NAME),
        ("They signed a treaty.", Fact.NEGATION),
        ("The World Health Organization was invited.", Fact.NEGATION),
        ("Am Treffen nahmen 85 Minister und der Botschafter teil.", Fact.NUMBER),
    ],
)
def test_a_fact_that_the_source_does_not_have_is_named(claim: str, fact: Fact) -> None:
    assert unmatched(claim) is fact


def test_a_claim_may_not_deny_what_its_sentence_says() -> None:
    sentence = "The talks were held in Tokyo last week."
    assert (
        unmatched_fact("The talks were not held in Tokyo.", sentence, [sentence]) is Fact.NEGATION
    )


def test_the_number_of_a_house_or_a_song_denies_nothing() -> None:
    sentence = "No. 10 Downing Street said the prime minister would resign."
    claim = "Downing Street said the prime minister would resign."
    assert unmatched_fact(claim, sentence, [sentence]) is None


def test_one_side_of_a_contrast_is_no_denial() -> None:
    sentence = "The talks were not held in Tokyo but in Osaka."
    assert unmatched_fact("The talks were held in Osaka.", sentence, [sentence]) is None


def test_another_count_of_the_same_things_is_a_number_without_match() -> None:
    source = "Japan and America signed three agreements."
    assert unmatched_fact("The two countries signed three agreements.", source, []) is None
    assert unmatched_fact("The two countries signed four agreements.", source, []) is Fact.NUMBER


def test_a_word_that_begins_a_sentence_is_a_name_where_it_is_used_as_one() -> None:
    source = "The minister signed the treaty."
    assert unmatched_fact("Researchers signed the treaty.", source, [], "the Germans") is None
    shown = "The minister met Blinken."
    assert unmatched_fact("Blinken signed the treaty.", source, [], shown) is Fact.NAME


@given(st.text(max_size=300))
def test_a_text_never_contradicts_itself(text: str) -> None:
    assert unmatched_fact(text, text, [text]) is None
