"""Answers one question in a thread of its own, so that the page can show it grow and stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from rag.events import ClaimRejected, ClaimVerified, Done, Event, PassagesFound, Searching
from rag.types import Answer, Claim, Passage, Rejection, Status


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the question to each step of its answer; none for a step that has not come."""

    passages: float | None = None
    sentence: float | None = None
    end: float | None = None

    def after(self, event: Event, seconds: float) -> Timings:
        """Return the timings once ``event`` has come after so many ``seconds``."""
        match event:
            case PassagesFound():
                return replace(self, passages=seconds)
            case ClaimVerified() if self.sentence is None:
                return replace(self, sentence=seconds)
            case Done():
                return replace(self, end=seconds)
        return self


NO_TIMINGS = Timings()


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of an answer that is still being written."""

    searched: str = ""
    passages: tuple[Passage, ...] = ()
    claims: tuple[Claim, ...] = ()
    rejections: tuple[Rejection, ...] = ()

    def after(self, event: Event) -> Progress:
        """Return what is known once ``event`` has happened."""
        match event:
            case Searching(question):
                return replace(self, searched=question)
            case PassagesFound(passages):
                return replace(self, passages=passages)
            case ClaimVerified(claim):
                return replace(self, claims=(*self.claims, claim))
            case ClaimRejected(rejections):
                return replace(self, rejections=(*self.rejections, *rejections))
        return self

    def as_answer(self, question: str, notice: str) -> Answer:
        """Return what was verified so far as an answer that is cut short."""
        return Answer(
            question=question,
            standalone_question=self.searched or question,
            status=Status.PARTIAL if self.claims else Status.NOT_IN_SOURCES,
            claims=self.claims,
            rejections=self.rejections,
            passages=self.passages,
            notice=notice,
        )


class Job:
    """Runs through the events of one answer; safe to ask from any thread.

    ``at_end`` is given a whole answer before it becomes the outcome, in the job's thread, even if
    nobody waits for it any more; after ``stop`` it is not called.
    """

    def __init__(
        self,
        events: Callable[[], Iterator[Event]],
        at_end: Callable[[Answer, Timings], None] = lambda answer, timings: None,
    ) -> None:
        self._events = events
        self._at_end = at_end
        self._changed = threading.Condition()
        self._ending = threading.Lock()
        self._stopped = threading.Event()
        self._progress = Progress()
        self._timings = NO_TIMINGS
        self._outcome: Answer | Exception | None = None
        threading.Thread(target=self._run, name="answering", daemon=True).start()

    @property
    def progress(self) -> Progress:
        """Return what is known so far."""
        with self._changed:
            return self._progress

    @property
    def timings(self) -> Timings:
        """Return how long each step took that has come so far."""
        with self._changed:
            return self._timings

    @property
    def outcome(self) -> Answer | Exception | None:
        """Return the answer, or what was raised instead; nothing while it runs."""
        with self._changed:
            return self._outcome

    def wait(self, seconds: float, *, once_begun: float | None = None) -> bool:
        """Wait for the end, at most so long; say whether it has come.

        Once a sentence is verified it is awaited for ``once_begun`` seconds more at the most: there
        is something to show then, and what writes it may go on for long.
        """
        with self._changed:
            if once_begun is not None:
                self._changed.wait_for(self._has_begun, seconds)
                seconds = min(seconds, once_begun)
            return self._changed.wait_for(self._has_ended, seconds)

    def has_more(self, known: Progress | None) -> bool:
        """Say whether anything has come since ``known``, or the end."""
        with self._changed:
            return self._has_ended() or self._progress is not known

    def stop(self) -> None:
        """Let it end at the next event; what is verified until now stands in ``progress``."""
        with self._ending:  # what is being handed over is so before this returns
            self._stopped.set()

    def _has_begun(self) -> bool:
        return bool(self._progress.claims) or self._has_ended()

    def _has_ended(self) -> bool:
        return self._outcome is not None

    def _run(self) -> None:
        outcome: Answer | Exception
        try:
            outcome = self._answer()
        except Exception as error:  # noqa: BLE001  # whoever waits decides what to make of it
            outcome = error
        with self._changed:
            self._outcome = outcome
            self._changed.notify_all()

    def _answer(self) -> Answer:
        began = time.monotonic()
        events = self._events()
        with ExitStack() as at_end:
            if isinstance(events, Generator):
                at_end.callback(events.close)  # and with it the connection to a model's server
            for event in events:
                if self._stopped.is_set():
                    break
                with self._changed:
                    self._timings = self._timings.after(event, time.monotonic() - began)
                    self._progress = self._progress.after(event)
                    self._changed.notify_all()
                if isinstance(event, Done):
                    self._hand_over(event.answer)
                    return event.answer
        return self._progress.as_answer(self._progress.searched, "")

    def _hand_over(self, answer: Answer) -> None:
        with self._ending:
            if not self._stopped.is_set():
                self._at_end(answer, self.timings)
