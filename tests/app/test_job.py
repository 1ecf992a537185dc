"""An answer that is written in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from page_fakes import article, rejection, verdicts

from rag.errors import ModelError
from rag.events import ClaimRejected, ClaimVerified, Done, Event, PassagesFound, Searching
from rag.types import Answer, Status
from rag.ui.job import NO_TIMINGS, Job, Progress, Timings

ANSWER = verdicts(article())
SECONDS = 20


def events() -> Iterator[Event]:
    yield Searching("Q?")
    yield PassagesFound(ANSWER.passages)
    yield from map(ClaimVerified, ANSWER.claims)
    yield Done(ANSWER)


def test_a_job_ends_with_the_answer() -> None:
    job = Job(events)
    assert job.wait(SECONDS)
    assert job.outcome == ANSWER
    assert job.progress == Progress("Q?", ANSWER.passages, ANSWER.claims)


def test_what_is_verified_can_be_seen_while_more_is_written() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[Event]:
        yield Searching("Q?")
        yield ClaimVerified(ANSWER.claims[0])
        reached.set()
        go_on.wait(SECONDS)
        yield Done(ANSWER)

    job = Job(slow)
    assert reached.wait(SECONDS)
    assert (job.progress.claims, job.outcome) == (ANSWER.claims[:1], None)
    assert not job.wait(0)
    go_on.set()
    assert job.wait(SECONDS)
    assert job.outcome == ANSWER


def test_the_end_is_not_awaited_for_long_once_a_sentence_can_be_shown() -> None:
    go_on = threading.Event()

    def slow() -> Iterator[Event]:
        yield ClaimVerified(ANSWER.claims[0])
        go_on.wait(SECONDS)
        yield Done(ANSWER)

    job = Job(slow)
    began = time.monotonic()
    assert not job.wait(SECONDS, once_begun=0.1)
    assert time.monotonic() - began < SECONDS / 2
    go_on.set()
    assert job.wait(SECONDS)
    assert job.wait(0, once_begun=0.1)


def until(known: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not known():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_there_is_more_once_something_has_come_and_at_the_end() -> None:
    go_on, end = threading.Event(), threading.Event()

    def slow() -> Iterator[Event]:
        yield Searching("Q?")
        go_on.wait(SECONDS)
        yield ClaimVerified(ANSWER.claims[0])
        end.wait(SECONDS)
        yield Done(ANSWER)

    job = Job(slow)
    assert job.has_more(None)
    until(lambda: bool(job.progress.searched))
    known = job.progress
    assert not job.has_more(known)
    go_on.set()
    until(lambda: job.has_more(known))
    assert job.progress.claims == ANSWER.claims[:1]
    known = job.progress
    assert not job.has_more(known)
    end.set()
    until(lambda: job.has_more(known))
    assert job.outcome == ANSWER


def test_the_steps_of_a_job_are_timed_in_order() -> None:
    job = Job(events)
    assert job.wait(SECONDS)
    timings = job.timings
    assert timings.passages is not None
    assert timings.sentence is not None
    assert timings.end is not None
    assert 0 <= timings.passages <= timings.sentence <= timings.end < SECONDS


def test_a_step_is_timed_when_it_comes_first_and_one_that_has_not_come_is_not() -> None:
    first = ClaimVerified(ANSWER.claims[0])
    timings = NO_TIMINGS.after(first, 1.0).after(first, 2.0)
    assert timings == Timings(sentence=1.0)


def test_what_is_raised_is_the_outcome() -> None:
    def broken() -> Iterator[Event]:
        yield Searching("Q?")
        raise ModelError("The server is down.")

    job = Job(broken)
    assert job.wait(SECONDS)
    assert isinstance(job.outcome, ModelError)


def test_a_stopped_job_reads_no_further_event() -> None:
    reached, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def slow() -> Iterator[Event]:
        try:
            yield ClaimVerified(ANSWER.claims[0])
            reached.set()
            go_on.wait(SECONDS)
            yield ClaimVerified(ANSWER.claims[1])
            pytest.fail("read on after the stop")
        finally:
            closed.set()

    job = Job(slow)
    assert reached.wait(SECONDS)
    job.stop()
    go_on.set()
    assert job.wait(SECONDS)
    assert job.progress.claims == ANSWER.claims[:1]
    assert closed.wait(SECONDS)


def test_an_answer_is_handed_over_before_it_is_the_outcome() -> None:
    handed, go_on = threading.Event(), threading.Event()
    seen: list[object] = []

    def take(answer: Answer, timings: Timings) -> None:
        seen.extend((answer, timings.end is not None))
        handed.set()
        go_on.wait(SECONDS)

    job = Job(events, take)
    assert handed.wait(SECONDS)
    assert (seen, job.outcome) == ([ANSWER, True], None)
    go_on.set()
    assert job.wait(SECONDS)
    assert job.outcome == ANSWER


def test_a_stop_waits_for_what_is_being_handed_over() -> None:
    handed, go_on = threading.Event(), threading.Event()

    def take(answer: Answer, timings: Timings) -> None:
        handed.set()
        go_on.wait(SECONDS)

    job = Job(events, take)
    assert handed.wait(SECONDS)
    stopping = threading.Thread(target=job.stop)
    stopping.start()
    stopping.join(0.1)
    assert stopping.is_alive()
    go_on.set()
    stopping.join(SECONDS)
    assert not stopping.is_alive()


def test_what_is_stopped_or_fails_is_not_handed_over() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[Event]:
        yield ClaimVerified(ANSWER.claims[0])
        reached.set()
        go_on.wait(SECONDS)
        yield Done(ANSWER)

    def broken() -> Iterator[Event]:
        yield Searching("Q?")
        raise ModelError("The server is down.")

    handed: list[object] = []
    stopped = Job(slow, lambda answer, timings: handed.append(answer))
    assert reached.wait(SECONDS)
    stopped.stop()
    go_on.set()
    failed = Job(broken, lambda answer, timings: handed.append(answer))
    assert stopped.wait(SECONDS)
    assert failed.wait(SECONDS)
    assert handed == []


def test_progress_becomes_an_answer_that_is_cut_short() -> None:
    told = ClaimRejected((rejection("false words"),))
    progress = Progress().after(Searching("Who, Japan?")).after(told)
    nothing = progress.as_answer("And Japan?", "Stopped.")
    assert (nothing.status, nothing.notice) == (Status.NOT_IN_SOURCES, "Stopped.")
    assert nothing.rejections == told.rejections
    assert (nothing.question, nothing.standalone_question) == ("And Japan?", "Who, Japan?")
    some = progress.after(ClaimVerified(ANSWER.claims[0])).as_answer("And Japan?", "Stopped.")
    assert some == replace(nothing, status=Status.PARTIAL, claims=ANSWER.claims[:1])
