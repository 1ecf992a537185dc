"""Run the same sets with every combination of some settings, and lay the measures side by side."""

from __future__ import annotations

import difflib
import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rag.closing import Closing
from rag.errors import SettingsError
from rag.evaluation.report import Report
from rag.evaluation.rows import measures_of
from rag.evaluation.runner import Asker, OpenAsker
from rag.limits import Limits
from rag.settings import Settings
from rag.types import Document

SHORT_NAMES = {"k": "top_k"}
"""What a setting may also be called in a sweep."""

UNSWEPT = frozenset(
    {"home", "base_url", "allow_urls", "fetch_seconds", *(field.name for field in fields(Limits))}
)
"""Settings of the machine or of what is read: they change nothing that is measured."""

_OF_THE_INDEX = ("chunk_tokens", "chunk_overlap", "embedding")
_LEAST_IS_BEST = ("latency_p50_ms", "latency_p95_ms", "cost_tokens")

Axis = tuple[str, tuple[object, ...]]
"""The name of a setting and the values to try."""

RunSets = Callable[[Settings, OpenAsker], Sequence[Report]]
"""Runs the sets with settings, over libraries that the sweep keeps."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One choice of the swept settings, and the measures that it reached over all sets."""

    settings: Mapping[str, object]
    measures: Mapping[str, float | None]


def parse_axis(text: str, settings: Settings) -> Axis:
    """Read ``name=value,value,…``, each value as the environment would give it.

    Raises:
        SettingsError: if there is no such setting to sweep, or a value is impossible.
    """
    name, equals, listed = (part.strip() for part in text.partition("="))
    values = [value.strip() for value in listed.split(",") if value.strip()]
    if not equals or not values:
        raise SettingsError(
            f"--sweep {text!r} gives no values. Write it as --sweep chunk_tokens=128,256."
        )
    setting = _setting(name)
    checked = tuple(_checked(setting, value, settings) for value in values)
    return setting, tuple(dict.fromkeys(checked))


def sweep(axes: Sequence[Axis], settings: Settings, run_sets: RunSets) -> Iterator[Combination]:
    """Yield what each combination reaches, the last axis changing fastest.

    Documents are embedded anew only where chunks or the embedding model change.

    Raises:
        SettingsError: if a setting is swept twice.
        EvaluationSetError: if a set has a mistake; nothing has run by then.
    """
    names = [name for name, _ in axes]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise SettingsError(f"--sweep {repeated} is given twice. Give its values in one list.")
    with KeptLibraries() as libraries:
        for values in itertools.product(*(values for _, values in axes)):
            chosen = dict(zip(names, values, strict=True))
            reports = run_sets(settings.model_copy(update=chosen), libraries.open)
            rows = [row for report in reports for row in report.rows]
            yield Combination(chosen, measures_of(rows))


class KeptLibraries(Closing):
    """Opens assistants on libraries that stay until the end, one for each index and documents."""

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._homes: dict[tuple[object, ...], Path] = {}

    @contextmanager
    def open(self, settings: Settings, documents: Sequence[Document]) -> Iterator[Asker]:
        """Open the assistant of ``settings``; what is embedded already is not embedded again."""
        from rag.assistant import open_assistant  # slow to import, so not before it is needed

        index = (*(getattr(settings, name) for name in _OF_THE_INDEX), *(d.id for d in documents))
        if index not in self._homes:
            kept = tempfile.TemporaryDirectory(prefix="pincite-sweep-", ignore_cleanup_errors=True)
            self._homes[index] = Path(self._resources.enter_context(kept))
        own = settings.model_copy(update={"home": self._homes[index]})
        with open_assistant(own, seeds=False) as assistant:
            for document in documents:
                assistant.library.add(document)
            yield assistant

    def close(self) -> None:
        """Delete the libraries."""
        self._resources.close()


def sweep_table(combinations: Sequence[Combination]) -> str:
    """Lay combinations out as rows and measures as columns; a star marks the best of each."""
    swept = list(combinations[0].settings)
    measured = _measured(combinations)
    lines = [[*swept, *measured]] + [
        [str(c.settings[name]) for name in swept]
        + [_cell(name, c.measures.get(name), combinations) for name in measured]
        for c in combinations
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def sweep_record(combinations: Sequence[Combination]) -> dict[str, Any]:
    """Return the sweep as plain data."""
    return {
        "sweep": [
            {"settings": dict(c.settings), "measures": dict(c.measures)} for c in combinations
        ]
    }


def _measured(combinations: Sequence[Combination]) -> list[str]:
    """Return the measures that some combination has, in the report's order, each k in its place."""
    kinds = list(dict.fromkeys(n.partition("@")[0] for c in combinations for n in c.measures))
    names = {n for c in combinations for n, value in c.measures.items() if value is not None}

    def place(name: str) -> tuple[int, int]:
        kind, _, k = name.partition("@")
        return kinds.index(kind), int(k or 0)

    return sorted(names, key=place)


def _cell(name: str, number: float | None, combinations: Sequence[Combination]) -> str:
    if number is None:
        return "– "
    digits = 1 if name in _LEAST_IS_BEST else 3
    shown = f"{number:.{digits}f}"
    all_shown = {
        f"{other:.{digits}f}": other
        for c in combinations
        if (other := c.measures.get(name)) is not None
    }
    best = (min if name in _LEAST_IS_BEST else max)(all_shown, key=lambda text: all_shown[text])
    return shown + ("*" if shown == best and len(all_shown) > 1 else " ")


def _setting(name: str) -> str:
    known = [field for field in Settings.model_fields if field not in UNSWEPT]
    setting = SHORT_NAMES.get(name, name)
    if setting in known:
        return setting
    nearest = difflib.get_close_matches(name, [*known, *SHORT_NAMES], n=1, cutoff=0.0)[0]
    raise SettingsError(f"There is no setting {name!r} to sweep. Did you mean {nearest}?")


def _checked(name: str, value: str, settings: Settings) -> object:
    """Return a value as the setting has it."""
    try:
        given = Settings(_env_file=None, **{**settings.model_dump(), name: value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise SettingsError(f"--sweep {name}={value} is impossible. {reason}.") from error
    return getattr(given, name)
