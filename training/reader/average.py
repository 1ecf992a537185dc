"""Average the weights of trained readers: ``python -m training.reader.average``.

A reader that was trained further and the one that it was trained from keep, averaged, nearly all of
what each has learned (Wortsman and others, "Robust fine-tuning of zero-shot models", 2022).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

FILE = "checkpoint.pt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of training")
    parser.add_argument("--run", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    models = [
        torch.load(run / FILE, weights_only=True, map_location="cpu")["model"]
        for run in options.runs
    ]
    options.run.mkdir(parents=True, exist_ok=True)
    torch.save({"model": average(models)}, options.run / FILE)


def average(models: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of each weight; all models must have the same ones."""
    return {
        name: torch.stack([model[name].float() for model in models]).mean(0) for name in models[0]
    }


if __name__ == "__main__":
    main()
