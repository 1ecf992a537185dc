"""Keeps a training run on disk, so that one that is interrupted goes on from there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch


class Part(Protocol):
    """What a checkpoint keeps: the model, the optimiser, the schedule."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state."""

    def load_state_dict(self, state: Any, /) -> Any:  # noqa: ANN401
        """Go back to a state."""


def resume(run: Path, parts: Mapping[str, Part]) -> int:
    """Load the last checkpoint, if there is one, and return how many steps it had run."""
    path = run / "checkpoint.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"])


def save(run: Path, parts: Mapping[str, Part], step: int) -> None:
    """Write a checkpoint whole, or leave the last one as it was."""
    run.mkdir(parents=True, exist_ok=True)
    state = {name: part.state_dict() for name, part in parts.items()} | {"step": step}
    torch.save(state, run / "checkpoint.tmp")
    (run / "checkpoint.tmp").replace(run / "checkpoint.pt")
