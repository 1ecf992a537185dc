"""Turns are handed out in order, only so many at once, and never lost."""

from __future__ import annotations

import threading
import time

import pytest

from rag.turns import Turns


def test_no_more_work_at_once_than_there_are_turns() -> None:
    turns, working, most = Turns(2), [], []

    def work() -> None:
        with turns.turn():
            working.append(1)
            most.append(len(working))
            time.sleep(0.01)
            working.pop()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
    assert len(most) == 12


def test_who_comes_first_is_served_first() -> None:
    turns, order = Turns(1), []

    def work(number: int) -> None:
        with turns.turn():
            order.append(number)

    with turns.turn():
        threads = []
        for number in range(8):
            thread = threading.Thread(target=work, args=(number,))
            thread.start()
            threads.append(thread)
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_turn_that_ends_in_an_error_is_passed_on() -> None:
    turns = Turns(1)
    with pytest.raises(KeyError), turns.turn():
        raise KeyError
    with turns.turn():
        pass
