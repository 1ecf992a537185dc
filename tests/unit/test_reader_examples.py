"""The examples that the reader is trained on, made of those that people wrote."""

import json
import random
from pathlib import Path

import pytest

from rag.types import Span
from training.reader.augment import (
    neighbours,
    renamed,
    reversed_meaning,
    untidy,
    without_evidence,
)
from training.reader.examples import Article, Example, read_squad, sentences_with
from training.reader.written import FOLDER, read_written

WALL = "The wall was raised in 1934. Ada Brook paid for it. Carl Dunn drew the first plan."
PORT = "The wall of the port leaks. Ada Brook wrote to the mayor about it."


def example(question: str, passage: str, answer: str) -> Example:
    at = passage.index(answer)
    answers = (Span(at, at + len(answer)),)
    return Example(question, passage, answers, sentences_with(passage, answers))


PAID = example("Who paid for the wall in 1934?", WALL, "Ada Brook")


def test_squad_files_are_read_with_the_answer_that_most_people_marked_first(tmp_path: Path) -> None:
    marks = [("a", 0), ("b c", 2), ("b c", 2)]
    question = {"question": "Q?", "answers": [{"text": t, "answer_start": s} for t, s in marks]}
    none = {"question": "R?", "is_impossible": True, "answers": []}
    data = {
        "data": [{"title": "T", "paragraphs": [{"context": "a b c.", "qas": [question, none]}]}]
    }
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    (article,) = read_squad(path)
    assert article.paragraphs == ("a b c.",)
    first, second = article.examples
    assert first.answers == (Span(2, 5), Span(0, 1))
    assert first.evidence == (Span(0, 6),)
    assert (second.answers, second.answerable) == ((), False)


def test_a_passage_that_lost_its_evidence_does_not_answer() -> None:
    (lost,) = without_evidence([PAID])
    assert lost.passage == "The wall was raised in 1934. Carl Dunn drew the first plan."
    assert (lost.question, lost.answers, lost.answerable) == (PAID.question, (), False)


def test_a_passage_that_says_the_answer_twice_is_left_alone() -> None:
    assert list(without_evidence([example("Who paid?", f"{WALL} Ada Brook left.", "Ada")])) == []


def test_another_name_makes_a_question_unanswerable() -> None:
    other = example("When did Zoe Hill leave in 1871?", WALL, "1934")
    for seed in range(20):
        for made in renamed([PAID, other], seed=seed):
            assert not made.answerable
            assert made.question not in (PAID.question, other.question)
            assert made.passage == WALL


def test_the_opposite_makes_a_question_unanswerable_unless_the_passage_says_it_too() -> None:
    asked = example("Who drew the first plan?", WALL, "Carl Dunn")
    (made,) = reversed_meaning([asked])
    assert made.question == "Who drew the last plan?"
    assert not made.answerable
    both = example("Who drew the first plan?", f"{WALL} The last plan is lost.", "Carl Dunn")
    assert list(reversed_meaning([both])) == []


def test_a_neighbour_is_the_likest_paragraph_without_the_answer() -> None:
    others = [f"Sentence {n} is about something else." for n in range(10)]
    article = Article("T", (WALL, "The wall leaks.", PORT, *others), (PAID,))
    (found,) = neighbours([article], seed=1)
    assert found.passage == "The wall leaks."  # the other has the answer's words
    assert (found.question, found.answerable) == (PAID.question, False)


@pytest.mark.parametrize("seed", range(60))
def test_untidiness_keeps_answer_and_evidence_in_their_place(seed: int) -> None:
    made = untidy(PAID, [PORT.replace("Ada Brook", "Someone")], random.Random(seed))  # noqa: S311
    assert [s.of(made.passage) for s in made.answers] == ["Ada Brook"]
    assert [s.of(made.passage) for s in made.evidence] == ["Ada Brook paid for it."]


def test_untidiness_comes_in_all_its_kinds() -> None:
    made = [untidy(PAID, [PORT], random.Random(seed)) for seed in range(300)]  # noqa: S311
    assert any(m.passage != WALL for m in made)
    assert any(m.question != PAID.question for m in made)
    assert sum(m == PAID for m in made) > 150


@pytest.mark.slow
def test_the_written_questions_are_read_with_chunks_that_answer_and_that_do_not() -> None:
    examples = list(read_written())
    assert len(examples) > 2 * len(list(FOLDER.glob("*.eval.yaml")))
    right = [e for e in examples if e.answerable]
    assert 0.3 < len(right) / len(examples) < 0.7
    for each in right:
        assert all(each.evidence)
        assert all(any(e.contains(a) for e in each.evidence) for a in each.answers)
    facts = [e for e in right if e.answers]
    assert len(facts) > len(right) / 2


def test_no_written_text_is_one_of_the_sets_that_are_measured() -> None:
    root = FOLDER.parents[2]
    measured = [
        *(root / "seeds").glob("*.txt"),
        *(root / "benchmarks").glob("*/documents/*.txt"),
    ]
    assert measured
    sentences = {
        line.strip()
        for path in measured
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 40
    }
    for path in FOLDER.glob("documents/*.txt"):
        assert not sentences & set(path.read_text(encoding="utf-8").splitlines())
