"""Check a set before it is relied on: all that is wrong with it, at once, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.evaluation import squad
from rag.evaluation.cases import Case, EvaluationSet
from rag.evaluation.corpus import Corpus, read_documents
from rag.evaluation.gold import occurrences, pin
from rag.evaluation.measures import is_retrieval_recall
from rag.evaluation.runner import OpenAsker, SetRunner, temporary_assistant
from rag.evaluation.set_files import Contradiction, parse_set
from rag.limits import Limits
from rag.questions import kind_of, terms
from rag.settings import Settings
from rag.types import Answer, Span

_DENYING = frozenset("no not never nor without isnt wasnt doesnt didnt cannot".split())
_CONTEXT = 40  # code points shown on each side of words found in a text
_OF_EVIDENCE = frozenset({"mrr", "evidence_recall", "citation_precision"})
_OF_ANSWERS = frozenset({"answer_match", "answer_f1"})
_OF_REFUSALS = frozenset({"abstention_recall", "abstention_f1"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one set file: how much it holds, and a sentence for each problem."""

    path: Path
    documents: int
    cases: int
    problems: tuple[str, ...]


def check_set(path: Path, *, limits: Limits) -> Checked:
    """Find everything that is wrong with a set without running it.

    Raises:
        EvaluationSetError: if the file cannot be read, or is not YAML.
    """
    parsed = parse_set(path)
    corpus, unread = read_documents(parsed.set, limits=limits)
    _, unpinned = pin(parsed.set, corpus) if corpus.files else ((), ())
    problems = (
        *parsed.mistakes,
        *unread,
        *unpinned,
        *_contradictions(parsed.contradictions, corpus),
        *_duplicates(parsed.set.cases, parsed.labels),
        *_idle_gates(parsed.set),
    )
    return Checked(path, len(corpus.documents), len(parsed.set.cases), problems)


def doubtful_cases(
    path: Path, settings: Settings, *, open_asker: OpenAsker = temporary_assistant
) -> Iterator[str]:
    """Ask the unanswerable cases of a set without mistakes; yield what is answered all the same.

    Whether that is a mistake of the set or of the answerer is for a person to say.

    Raises:
        EvaluationSetError: if the set has a mistake.
    """
    with SetRunner(path, settings, open_asker=open_asker) as runner:
        for case in runner.set.cases:
            if case.answerable:
                continue
            row, *_ = runner.run(case.id)
            outcome = runner.result(row).outcome
            if isinstance(outcome, Answer) and outcome.citations:
                citation = outcome.citations[0]
                name = runner.corpus.names[citation.document_id]
                yield (
                    f"{path}: case {case.id!r}: answerable: the answerer finds an answer at "
                    f"{name}:{citation.span.start}-{citation.span.end} “{citation.quote}”. "
                    "If that answers it, give it as `evidence`."
                )


def _contradictions(contradictions: Sequence[Contradiction], corpus: Corpus) -> Iterator[str]:
    """Say where the answers stand of cases that are said to have none."""
    for contradiction in contradictions:
        for words in contradiction.words:
            if place := _place(words, corpus):
                yield (
                    f"{contradiction.label}: answerable: the case is said to have no answer, but "
                    f"{words!r} stands at {place}."
                )


def _place(words: str, corpus: Corpus) -> str:
    """Return where words stand first, with a little around them; empty if nowhere."""
    if not squad.normalize(words):
        return ""
    for document in corpus.documents:
        for span in occurrences(words, document.text):
            around = Span(max(0, span.start - _CONTEXT), span.end + _CONTEXT)
            context = " ".join(around.of(document.text).split())
            return f"{corpus.names[document.id]}:{span.start}-{span.end} “…{context}…”"
    return ""


def _duplicates(cases: Sequence[Case], labels: Mapping[str, str]) -> Iterator[str]:
    """Name each case that asks again what an earlier one asks, in its words or nearly so."""
    same: dict[object, Case] = {}
    alike: dict[object, Case] = {}
    for case in cases:
        scope = (tuple(map(squad.normalize, case.history)), case.document)
        words = (squad.normalize(case.question), scope)
        stems = (_stems(case.question), kind_of(case.question), case.answerable, scope)
        if words in same:
            yield f"{labels[case.id]}: question: {_repeats('the same question', same[words], case)}"
        elif stems in alike:
            other = alike[stems]
            yield f"{labels[case.id]}: question: {_repeats('nearly the same', other, case)}"
        same.setdefault(words, case)
        alike.setdefault(stems, case)


def _stems(question: str) -> tuple[str, ...]:
    """Return what a question is about, whatever the order of its words; what is denied counts."""
    denied = [word for word in squad.normalize(question).split() if word in _DENYING]
    return tuple(sorted(terms(question) + denied)) or (question,)


def _repeats(how: str, earlier: Case, case: Case) -> str:
    sentence = f"{how} as case {earlier.id!r}, {earlier.question!r}"
    if earlier.answerable != case.answerable:
        return f"{sentence}, and only one of the two is said to have an answer."
    return f"{sentence}. Take one of them out, or ask for something else."


def _idle_gates(evaluation_set: EvaluationSet) -> Iterator[str]:
    """Name the gates that would fail whatever is answered, since no case is measured by them."""
    cases = evaluation_set.cases
    for name in evaluation_set.gates if cases else ():
        if name in _OF_EVIDENCE or is_retrieval_recall(name):
            wanted, there = "has `evidence`", any(case.evidence for case in cases)
        elif name in _OF_ANSWERS:
            wanted, there = "has `answers`", any(case.answers for case in cases)
        elif name in _OF_REFUSALS:
            wanted = "is `answerable: false`"
            there = not all(case.answerable for case in cases)
        elif name == "answer_rate":
            wanted, there = "is answerable", any(case.answerable for case in cases)
        else:
            continue
        if not there:
            yield f"{evaluation_set.path}: gates.{name}: no case {wanted}, so nothing is measured."
