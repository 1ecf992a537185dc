import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.questions import (
    QuestionKind,
    asks_whether,
    compares,
    condense,
    counted,
    follows_up,
    kind_of,
    terms,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who represented the United States?", QuestionKind.PERSON),
        ("By whom was it signed?", QuestionKind.PERSON),
        ("When did the leaders last speak?", QuestionKind.TIME),
        ("Which year was that?", QuestionKind.TIME),
        ("How many troops are there?", QuestionKind.NUMBER),
        ("How long is the wall?", QuestionKind.NUMBER),
        ("How deep is the river?", QuestionKind.NUMBER),
        ("What is the list price?", QuestionKind.OTHER),
        ("What is the main reason for the delay?", QuestionKind.REASON),
        ("What was the mayor's reason?", QuestionKind.REASON),
        ("Why does Southeast Asia matter?", QuestionKind.REASON),
        ("How will progress be checked?", QuestionKind.REASON),
        ("What are the three points?", QuestionKind.LIST),
        ("Name all the members.", QuestionKind.LIST),
        ("Which worries did Tokyo have?", QuestionKind.LIST),
        ("Which large owners are named?", QuestionKind.LIST),
        ("Which large owners are named, and how much have they?", QuestionKind.TWO),
        ("What did he ask for and what came of it?", QuestionKind.TWO),
        ("When was the wheel mended, and by whom?", QuestionKind.TWO),
        ("What drove him to leap, and was he right?", QuestionKind.TWO),
        ("Will she direct it, and if not, why?", QuestionKind.TWO),
        ("Who came and who stayed away?", QuestionKind.TWO),
        ("How much is it? When was it moved, and where to?", QuestionKind.NUMBER),
        ("And the third? What are the three points?", QuestionKind.LIST),
        ("What of the firm that Smith founded and which moved to Rome?", QuestionKind.OTHER),
        ("And who came from Japan?", QuestionKind.PERSON),
        ("Who was the man that fell and was hurt?", QuestionKind.PERSON),
        ("What do Japan, Korea, and the Americans want?", QuestionKind.OTHER),
        ("What strong points does she find?", QuestionKind.LIST),
        ("What are the goals?", QuestionKind.LIST),
        ("Everything that was decided, please", QuestionKind.LIST),
        ("Which crisis was it?", QuestionKind.OTHER),
        ("What keeps Seoul from complaining?", QuestionKind.OTHER),
        ("What is his address?", QuestionKind.OTHER),
        ("What process did they follow?", QuestionKind.OTHER),
        ("What did the reports say?", QuestionKind.OTHER),
        ("Who explained why it failed?", QuestionKind.PERSON),
    ],
)
def test_the_first_question_word_decides_what_is_asked_for(
    question: str, kind: QuestionKind
) -> None:
    assert kind_of(question) is kind


@pytest.mark.parametrize(
    "question",
    [
        "Do the two reports agree on the cost?",
        "How does the first account differ from the second?",
        "Compare what they say about trade.",
        "What do both articles say about Seoul?",
        "Which figures does each report give?",
    ],
)
def test_a_question_about_several_documents_compares(question: str) -> None:
    assert compares(question)


@pytest.mark.parametrize(
    "question", ["What did the report say?", "Which two ministers came?", "Who wrote the articles?"]
)
def test_a_question_that_one_document_can_answer_compares_nothing(question: str) -> None:
    assert not compares(question)


@pytest.mark.parametrize(
    "question",
    [
        "Did North Korea come up?",
        "And is the bridge closed now?",
        "“Has it been signed?”",
        "Isn’t Japan a member?",
        "CAN IT BE REPAIRED",
    ],
)
def test_yes_or_no_may_be_asked_for(question: str) -> None:
    assert asks_whether(question)


@pytest.mark.parametrize(
    "question",
    [
        "What did they do?",
        "Can you tell me who came?",
        "Do you know how long it took?",
        "Could you name the minister?",
        "Was it Blinken or Austin?",
        "Island ferries are paid by whom?",
        "The wall was raised by",
    ],
)
def test_what_more_than_yes_or_no_answers_is_told_apart(question: str) -> None:
    assert not asks_whether(question)


def test_terms_are_stems_of_content_words_without_case_or_possessive() -> None:
    assert terms("The ministers’ meeting met Japan’s U.S. allies") == terms(
        "minister meetings MET japan US ally"
    )


@pytest.mark.parametrize(
    "question",
    [
        "And who came from Japan?",
        "What about ASEAN?",
        "Why?",
        "Where did they meet afterwards?",
        "When was it moved to Rome, and what came of it?",
    ],
)
def test_openers_pronouns_and_bare_words_follow_up(question: str) -> None:
    assert follows_up(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who attended from the American side?",
        "Why is Southeast Asia important to Washington?",
        "Which countries form the Quad, and when did its leaders meet?",
    ],
)
def test_a_whole_question_stands_alone(question: str) -> None:
    assert not follows_up(question)
    assert condense(question, ["Something else entirely, Mr. Smith?"]) == question


def test_a_follow_up_takes_the_words_of_the_question_before_but_not_the_names_it_replaces() -> None:
    standalone = condense("And who came from Japan?", ["Who attended from the American side?"])
    assert standalone == "And who came from Japan? Who attended from the side?"


def test_a_follow_up_replaces_ordinals() -> None:
    standalone = condense("And the second?", ["What was the first point of the text?"])
    assert "second" in standalone
    assert "first" not in standalone
    assert "point" in standalone


def test_a_chain_of_follow_ups_reaches_back_to_its_start() -> None:
    standalone = condense("And why?", ["Who built the harbour wall?", "And when?"])
    assert "harbour" in standalone


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_words_make_a_standalone_question_that_begins_with_them(
    question: str, earlier: list[str]
) -> None:
    assert condense(question, earlier).startswith(question.strip())
    assert isinstance(kind_of(question), QuestionKind)


def test_what_a_list_is_asked_for_stands_after_the_number() -> None:
    assert counted("What are the three main points?") == {"main", "point"}
    assert counted("Who came?") == set()
