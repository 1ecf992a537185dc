"""Train the reader, which is the claim checker too: ``python -m training.reader.train``.

Reads the examples that ``training.reader.prepare`` wrote. The same command runs on a CPU and on a
GPU. A run that is interrupted goes on from its last checkpoint. What was shipped can be trained on
without forgetting: started from its file, with the same file as the teacher of all but what is new.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from training.bert import layers_of
from training.checkpoints import Part, resume, save
from training.mpnet import SHAPE, thinned
from training.packed import IDS, Packed, Shelf, batches, load_packed
from training.reader.growing import grown, share
from training.reader.model import Reader, load, read_checkpoint
from training.reader.tasks import LEARNED, Checking, Finding, Reading, Task
from training.scaling import Float32
from training.shipped import read_layers

RUNS = Path(__file__).resolve().parents[1] / "runs"
"""Where encoded examples, weights and checkpoints go."""
TASKS: Mapping[str, Task] = {
    "reading": Reading(),
    "written": Reading(),
    "found": Finding(),
    "known": Checking(),
    "made": Checking(),
    "claims": Checking(),
}
"""The sets that ``prepare`` writes, and what each is trained for."""
CLIPPED = 1.0
WARM = 0.06
"""Share of the steps in which the rate rises."""


@dataclass(frozen=True, slots=True)
class Set:
    """Examples of one task, how often each is read, and whether a teacher is followed in it."""

    task: Task
    packed: Packed
    passes: float
    taught: bool


def main() -> None:
    options = _options()
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    sets = [
        Set(task, load_packed(options.examples / f"{name}.npz"), own, name not in options.untaught)
        for name, task in TASKS.items()
        if (own := getattr(options, name))
    ]
    with np.load(options.encoder) as stored:
        encoder = dict(stored)
    layers = tuple(options.layers)
    weights = thinned(encoder, layers)
    teacher = None
    if options.teacher:
        taught = weights_of(options.teacher, encoder)
        teacher = reader_of(taught, 0.0).to(device).eval()
        weights = thinned(taught, layers)
    if options.start:
        weights = weights_of(options.start, encoder)
    added: list[int] = []
    if options.add:
        weights, added = grown(weights, encoder, layers, options.add)
    train(reader_of(weights, options.dropout).to(device), sets, options, device, teacher, added)


def weights_of(file: Path, encoder: Mapping[str, Float32]) -> dict[str, Float32]:
    """Read a checkpoint, or a shipped graph, whose tables are those of ``encoder``."""
    if file.suffix == ".pt":
        return read_checkpoint(file)
    tables = {name: array for name, array in encoder.items() if ".layer." not in name}
    return {**tables, **read_layers(file)}


def reader_of(weights: Mapping[str, Float32], dropout: float) -> Reader:
    """Return a reader of as many layers as the weights have."""
    model = Reader(replace(SHAPE, layers=layers_of(weights)), dropout)
    load(model, weights)
    return model


def steps(sets: list[Set], options: argparse.Namespace) -> list[tuple[int, list[int]]]:
    """Return the set and the examples of each step, in the order in which they are trained on."""
    planned = []
    for place, own in enumerate(sets):
        whole, rest = divmod(own.passes, 1)
        for number in range(int(whole) + (rest > 0)):
            seed = options.seed + number
            once = list(batches(own.packed, options.batch, seed=seed))
            kept = once if number < whole else once[: int(rest * len(once))]
            planned += [(place, rows) for rows in kept]
    random.Random(options.seed).shuffle(planned)  # noqa: S311
    return planned[: options.steps] if options.steps else planned


def train(
    model: Reader,
    sets: list[Set],
    options: argparse.Namespace,
    device: torch.device,
    teacher: Reader | None,
    added: Sequence[int],
) -> None:
    """Run all steps with a linear warm-up and decay, from the last checkpoint on.

    The layers at the places ``added`` learn twice as fast, and the share of them that counts rises.
    """
    planned = steps(sets, options)
    shelves = [Shelf(own.packed, device) for own in sets]
    total = len(planned)
    for layer in model.layers[: options.frozen]:
        layer.requires_grad_(requires_grad=False)
    learned = [p for p in model.parameters() if p.requires_grad]
    new = {p for place in added for p in model.layers[place].parameters()}
    rates = [
        {"params": [p for p in learned if p not in new], "lr": options.rate},
        {"params": [p for p in learned if p in new], "lr": 2 * options.rate},
    ]
    optimiser = torch.optim.AdamW(rates, weight_decay=0.01, fused=True)
    warm = max(1, int(total * WARM))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (total - step) / (total - warm)))
    )
    parts: dict[str, Part] = {"model": model, "optimiser": optimiser, "schedule": schedule}
    done = resume(options.run, parts)
    started, seen, sums = time.time(), 0, torch.zeros(len(sets), 2, device=device)
    model.train()
    for step, (place, rows) in enumerate(planned[done:], done + 1):
        model.share(added, share(step, total))
        tensors = shelves[place].batch(rows)
        own = sets[place]
        value = _value(model, teacher if own.taught else None, own.task, tensors, device)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, CLIPPED)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        seen += len(rows)
        sums[place] += torch.stack([value.detach(), torch.ones((), device=device)])
        if step % options.report == 0 or step == total:
            means = " ".join(f"{float(s / max(1, n)):.3f}" for s, n in sums.tolist())
            rate = seen / (time.time() - started)
            print(f"{step}/{total} losses {means} {rate:.0f}/s", flush=True)
            sums.zero_()
        if step % options.keep == 0 or step == total:
            save(options.run, parts, step)


def _value(
    model: Reader,
    teacher: Reader | None,
    task: Task,
    tensors: dict[str, torch.Tensor],
    device: torch.device,
) -> torch.Tensor:
    """Return the loss of one batch: of its labels, and of a teacher's scores and last layer."""
    ids, mask = tensors[IDS].long(), tensors["mask"]
    with torch.autocast(device.type, dtype=torch.bfloat16):
        hidden = model.encode(ids, mask)
        scores = model.scores(hidden)
    scores = scores.float()
    value = task.loss(scores, tensors)
    if teacher is None:
        return value
    with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16):
        taught_hidden = teacher.encode(ids, mask)
        taught = teacher.scores(taught_hidden)
    inside = mask.bool()
    near = functional.mse_loss(hidden[inside].float(), taught_hidden[inside].float())
    return LEARNED * value + task.distance(scores, taught.float(), tensors) + near


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, default=RUNS / "examples")
    parser.add_argument("--encoder", type=Path, default=RUNS / "examples" / "mpnet.npz")
    parser.add_argument("--run", type=Path, default=RUNS / "reader", help="where checkpoints go")
    parser.add_argument("--teacher", type=Path, help="checkpoint or graph of a reader to follow")
    parser.add_argument("--start", type=Path, help="checkpoint or graph to go on from")
    parser.add_argument("--layers", type=int, nargs="+", default=list(range(SHAPE.layers)))
    parser.add_argument("--add", type=int, nargs="*", default=[], help="layers to put between")
    parser.add_argument("--frozen", type=int, default=0, help="how many layers stay, from below")
    parser.add_argument("--reading", type=float, default=1.0, help="passes over the questions")
    parser.add_argument("--written", type=float, default=6.0, help="passes over those of our own")
    parser.add_argument("--found", type=float, default=0.0, help="passes over groups of passages")
    parser.add_argument("--untaught", nargs="*", default=[], help="sets whose labels alone count")
    parser.add_argument("--known", type=float, default=3.0, help="passes over the public claims")
    parser.add_argument("--made", type=float, default=0.5, help="passes over the claims made")
    parser.add_argument("--claims", type=float, default=3.0, help="passes over claims of our own")
    parser.add_argument("--steps", type=int, help="fewer steps, for an early check")
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--report", type=int, default=100, help="steps between two reports")
    parser.add_argument("--keep", type=int, default=1000, help="steps between two checkpoints")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    main()
