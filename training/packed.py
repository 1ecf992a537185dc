"""Keeps encoded examples as flat arrays: small on disk, and cut into batches on any device."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

ROUNDING = 32
"""Lengths are padded to multiples of this: fewer shapes, so that caches of kernels stay small."""
IDS = "ids"
GROUPS = "groups"
"""The array with the number of each example's group, for examples that belong together."""
PADDING = -1
"""What fills up every array of tokens but the ids, which 0 fills up."""

Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Packed:
    """Encoded examples, one after the other.

    ``tokens`` has arrays with one entry a token, ``IDS`` among them, ``examples`` arrays with one
    entry an example. ``places`` says where each example's tokens begin, the end of the last added.
    """

    places: npt.NDArray[np.int64]
    tokens: Arrays
    examples: Arrays

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.places) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Return how many tokens each example has."""
        return np.diff(self.places)


def join(parts: Sequence[Packed]) -> Packed:
    """Put packs of the same arrays one after the other."""
    shifts = np.cumsum([0, *(part.places[-1] for part in parts)])
    places = [part.places[:-1] + shift for part, shift in zip(parts, shifts, strict=False)]
    return Packed(
        np.concatenate([*places, shifts[-1:]]),
        {key: np.concatenate([part.tokens[key] for part in parts]) for key in parts[0].tokens},
        {key: np.concatenate([part.examples[key] for part in parts]) for key in parts[0].examples},
    )


def save_packed(packed: Packed, path: Path) -> None:
    """Write a pack to ``path``."""
    arrays = {
        "places": packed.places,
        **{f"tokens.{key}": array for key, array in packed.tokens.items()},
        **{f"examples.{key}": array for key, array in packed.examples.items()},
    }
    np.savez(path, **arrays)  # type: ignore[arg-type]


def load_packed(path: Path) -> Packed:
    """Read a pack that ``save_packed`` wrote."""

    def named(stored: Arrays, kind: str) -> Arrays:
        return {
            key.removeprefix(kind): stored[key] for key in sorted(stored) if key.startswith(kind)
        }

    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    return Packed(arrays["places"], named(arrays, "tokens."), named(arrays, "examples."))


class Shelf:
    """A pack on a device, ready to be cut into batches there."""

    def __init__(self, packed: Packed, device: torch.device) -> None:
        self._device = device
        self._lengths = packed.lengths
        self._places = torch.from_numpy(packed.places).to(device)
        self._tokens = {key: _tensor(array).to(device) for key, array in packed.tokens.items()}
        self._examples = {key: _tensor(array).to(device) for key, array in packed.examples.items()}

    def batch(self, rows: Sequence[int]) -> dict[str, torch.Tensor]:
        """Cut out the examples numbered ``rows``, padded to one length; ``mask`` is 1 inside."""
        longest = int(self._lengths[list(rows)].max())
        width = -(-longest // ROUNDING) * ROUNDING
        chosen = torch.tensor(list(rows), device=self._device)
        first, last = self._places[chosen, None], self._places[chosen + 1, None]
        places = first + torch.arange(width, device=self._device)
        mask = places < last
        places = torch.where(mask, places, first)
        batch = {
            key: torch.where(mask, array[places], 0 if key == IDS else PADDING)
            for key, array in self._tokens.items()
        }
        batch |= {key: array[chosen] for key, array in self._examples.items()}
        return batch | {"mask": mask.long()}


def _tensor(array: npt.NDArray[np.generic]) -> torch.Tensor:
    """Widen to what torch computes with; bytes and bits stay small."""
    if array.dtype.kind == "u" and array.dtype.itemsize > 1:
        array = array.astype(np.int32)
    return torch.from_numpy(array)


def batches(packed: Packed, size: int, *, seed: int) -> Iterator[list[int]]:
    """Yield the numbers of about ``size`` examples at a time, groups whole, each of them once."""
    if GROUPS not in packed.examples:
        yield from _alike(packed.lengths, size, seed=seed)
        return
    _, starts = np.unique(packed.examples[GROUPS], return_index=True)
    ends = [*starts[1:], len(packed)]
    longest = np.maximum.reduceat(packed.lengths, starts)
    per_group = len(packed) / len(starts)
    for numbers in _alike(longest, max(1, round(size / per_group)), seed=seed):
        yield [row for number in numbers for row in range(starts[number], ends[number])]


def _alike(lengths: npt.NDArray[np.int64], size: int, *, seed: int) -> Iterator[list[int]]:
    """Yield the numbers of examples of like lengths, in random order, each of them once."""
    draw = random.Random(seed)  # noqa: S311
    order = list(range(len(lengths)))
    draw.shuffle(order)
    pool = size * 50
    chosen: list[list[int]] = []
    for at in range(0, len(order), pool):
        part = sorted(order[at : at + pool], key=lambda place: int(lengths[place]))
        chosen += [part[i : i + size] for i in range(0, len(part), size)]
    draw.shuffle(chosen)
    yield from chosen
