"""A progress bar for long work, drawn on a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress_bar(name: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Draw progress, rate and remaining time on a terminal only.

    The block calls what it is given with done and total.
    """
    bar = tqdm(desc=name, unit=unit, unit_scale=unit == "B", leave=False, disable=None)
    with bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress
