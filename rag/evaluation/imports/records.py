"""Read the files of public sets, and say in a sentence when one is not what it should be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import EvaluationSetError


@contextmanager
def reading(place: str, format_name: str) -> Iterator[None]:
    """Turn whatever a record lacks into a sentence that names its place.

    Raises:
        EvaluationSetError: if the block fails on what it read.
    """
    try:
        yield
    except OSError as error:
        raise EvaluationSetError(f"{place} cannot be read: {error.strerror}.") from error
    except KeyError as error:
        raise EvaluationSetError(
            f"{place} is not in the format of {format_name}: it has no key {error}."
        ) from error
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise EvaluationSetError(
            f"{place} is not in the format of {format_name}: {error}."
        ) from error


def json_lines(paths: Sequence[Path], format_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each record of the files with the words that name its place.

    Raises:
        EvaluationSetError: if a file cannot be read, or a line is not a JSON object.
    """
    for path in paths:
        with reading(str(path), format_name):
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        for number, line in enumerate(lines, start=1):
            if line.strip():
                place = f"{path}, line {number}"
                with reading(place, format_name):
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise ValueError("the line is not a JSON object")
                yield place, record
