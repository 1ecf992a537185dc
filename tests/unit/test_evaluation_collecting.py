"""What is judged on the page becomes a set that pytest runs, and never harms one that is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.documents import load_file
from rag.errors import EvaluationSetError
from rag.evaluation.collecting import FOLDER, SET_NAME, WRONG_NAME, JudgedAnswer, Judgement, collect
from rag.evaluation.corpus import load_corpus
from rag.evaluation.gold import resolve
from rag.evaluation.set_files import read_set
from rag.limits import DEFAULT_LIMITS
from rag.types import Answer, Citation, Claim, Document, Passage, Scores, Span, Status, Verdict

ROOT = Path(__file__).parents[2]
ARTICLE = load_file(ROOT / "seeds" / "japan_us_alliance.txt", limits=DEFAULT_LIMITS)
MINISTERS = "Foreign Minister Motegi Toshimitsu and Defense Minister Kishi Nobuo met with"
RIGHT, WRONG, REFUSE = Judgement.RIGHT, Judgement.WRONG, Judgement.SHOULD_HAVE_REFUSED


def cited(quote: str, document: Document = ARTICLE, number: int = 1) -> Citation:
    start = document.text.index(quote)
    return Citation(number, document.id, Span(start, start + len(quote)), quote, Verdict.EXACT)


def answer(*citations: Citation, documents: Sequence[Document] = (ARTICLE,)) -> Answer:
    return Answer(
        question="Q?",
        standalone_question="Q?",
        status=Status.ANSWERED if citations else Status.NOT_IN_SOURCES,
        claims=tuple(Claim("A claim.", (c,)) for c in citations),
        rejections=(),
        passages=tuple(
            Passage(n, d, Span(0, min(200, len(d.text))), Scores(0, 0, 0))
            for n, d in enumerate(documents, start=1)
        ),
    )


def judged(
    judgement: Judgement = RIGHT,
    question: str = "Who met with Antony Blinken?",
    *,
    history: tuple[str, ...] = (),
    quotes: Sequence[str] = (MINISTERS,),
) -> JudgedAnswer:
    citations = tuple(cited(q, number=n) for n, q in enumerate(quotes, start=1))
    return JudgedAnswer(question, history, answer(*citations), judgement, citations)


def ids(home: Path) -> list[str]:
    return [case.id for case in read_set(home / FOLDER / SET_NAME).cases]


def checked(home: Path) -> None:
    """Check the set as a run would: its documents, and every gold quote in them."""
    found = read_set(home / FOLDER / SET_NAME)
    resolve(found, load_corpus(found, limits=DEFAULT_LIMITS))


def test_a_right_answer_becomes_a_case_with_what_was_ticked_as_evidence(tmp_path: Path) -> None:
    second = "Defense Minister Kishi Nobuo"
    both = judged(quotes=(MINISTERS, second))
    path = collect(replace(both, ticked=both.ticked[:1]), tmp_path)
    (case,) = read_set(path).cases
    assert [evidence.quote for evidence in case.evidence] == [MINISTERS]
    assert case.question == "Who met with Antony Blinken?"
    checked(tmp_path)


def test_the_documents_are_written_beside_the_set_with_their_exact_text(tmp_path: Path) -> None:
    path = collect(judged(), tmp_path)
    (document,) = load_corpus(read_set(path), limits=DEFAULT_LIMITS).documents
    assert (document.id, document.text) == (ARTICLE.id, ARTICLE.text)


def test_what_should_have_been_refused_becomes_an_unanswerable_case(tmp_path: Path) -> None:
    (case,) = read_set(collect(judged(REFUSE), tmp_path)).cases
    assert (case.answerable, case.evidence) == (False, ())
    checked(tmp_path)


def test_a_refusal_that_was_right_becomes_an_unanswerable_case(tmp_path: Path) -> None:
    (case,) = read_set(collect(judged(quotes=()), tmp_path)).cases
    assert not case.answerable


def test_a_wrong_answer_is_noted_where_pytest_does_not_collect_it(tmp_path: Path) -> None:
    path = collect(judged(WRONG), tmp_path)
    (entry,) = yaml.safe_load(path.read_text("utf-8"))
    assert (path.name, entry["answered"]) == (WRONG_NAME, "A claim.")
    assert not path.name.endswith(".eval.yaml")
    assert not (tmp_path / FOLDER / SET_NAME).exists()


def test_a_change_of_mind_moves_the_case(tmp_path: Path) -> None:
    collect(judged(question="Another?"), tmp_path)
    for last in (RIGHT, WRONG, REFUSE, WRONG):
        collect(judged(last), tmp_path)
    assert ids(tmp_path) == [judged(question="Another?").id]
    collect(judged(RIGHT), tmp_path)
    assert len(ids(tmp_path)) == 2
    assert not (tmp_path / FOLDER / WRONG_NAME).exists()


def test_the_same_question_is_kept_once_and_another_history_is_another_case(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        collect(judged(), tmp_path)
        collect(judged(history=("And before?",)), tmp_path)
    assert len(ids(tmp_path)) == 2
    checked(tmp_path)


@pytest.mark.parametrize(
    "question", ["What are the three points?", "What is the second point, and what is the third?"]
)
def test_what_asks_for_several_things_needs_all_that_was_ticked(
    tmp_path: Path, question: str
) -> None:
    quotes = ("The first is that", "The second point is that", "The third point is that")
    path = collect(judged(question=question, quotes=quotes), tmp_path)
    assert read_set(path).cases[0].evidence_rule == "all"


def test_a_right_answer_with_nothing_ticked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="at least one passage"):
        collect(replace(judged(), ticked=()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_gates_and_cases_that_a_user_wrote_stay(tmp_path: Path) -> None:
    path = collect(judged(), tmp_path)
    record = yaml.safe_load(path.read_text("utf-8"))
    record |= {"gates": {"quote_exactness": 1.0}}
    record["cases"].append({"id": "mine", "question": "Mine?", "answers": ["yes"]})
    path.write_text(yaml.safe_dump(record), "utf-8")
    collect(judged(question="Another?"), tmp_path)
    found = read_set(path)
    assert found.gates == {"quote_exactness": 1.0}
    assert "mine" in ids(tmp_path)


@pytest.mark.parametrize("text", ["cases: [", "documents: [x.txt]\ncases: []", "[1, 2]", "\x00"])
def test_a_set_with_a_mistake_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / FOLDER / SET_NAME
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(EvaluationSetError, match="from_the_page"):
        collect(judged(), tmp_path)
    assert path.read_text() == text


def test_a_folder_that_cannot_be_written_is_a_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    with pytest.raises(EvaluationSetError, match="cannot be written"):
        collect(judged(), tmp_path)


def test_a_text_that_a_text_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    odd = replace(ARTICLE, id="odd", text="\ufeff" + ARTICLE.text)
    with pytest.raises(EvaluationSetError, match="character by character"):
        collect(replace(judged(REFUSE), answer=answer(documents=[odd])), tmp_path)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=3, max_size=40)
)
def test_whatever_was_quoted_is_found_again_by_a_run(
    words: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    text = f"The note says {words} and no more."
    quote = f"says {words} and"
    document = Document("n" * 32, "A note", text, "a/../note?.txt", "text/plain", ())
    case = JudgedAnswer(
        f"What does {words} say?", (), answer(cited(quote, document), documents=[document]), RIGHT,
        (cited(quote, document),),
    )  # fmt: skip
    try:
        collect(case, home)
    except EvaluationSetError as error:
        assert "character by character" in str(error)  # noqa: PT017
    else:
        checked(home)


def test_pytest_runs_what_the_page_wrote(tmp_path: Path) -> None:
    collect(judged(), tmp_path)
    path = collect(judged(REFUSE, "How many planes were bought in Osaka?"), tmp_path)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", path, "-q", "-p", "no:cacheprovider", "-rA"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PINCITE_HOME": str(tmp_path / "other")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "2 passed" in finished.stdout, finished.stdout
    assert "2 cases" in finished.stdout
