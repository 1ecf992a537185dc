"""Train the claim checker: ``python -m training.support.train``.

Starts from the shipped 8-bit reader, whose encoder knows already how to read two texts together. A
run that is interrupted goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional

from rag import reader
from rag.checker import BORNE_OUT, SUPPORTED, PairEncoder
from rag.inference import tokenizer_file
from training.checkpoints import Part, resume, save
from training.dequantise import read_weights
from training.export_embedding import SHAPE
from training.reader.model import Reader, load
from training.support.examples import Example, examples_of
from training.support.invented import invented_examples
from training.support.sets import DATA, read_split

RUNS = Path(__file__).resolve().parents[1] / "runs"


@dataclass(frozen=True, slots=True)
class Mixture:
    """How often each set is read in a pass, and how many paragraphs give invented claims."""

    wice: int
    frank: int
    summedits: int
    paragraphs: int


MIXTURES = {"broad": Mixture(2, 2, 1, 450), "edits": Mixture(1, 1, 1, 150)}
WRONG = 4.0
"""How much a token that is not borne out counts; there are few."""
SCORES = 2
FROZEN = 2
"""Layers from the lowest that learn nothing: what words mean by themselves is known."""
ROUNDING = 16
UNKNOWN = -1.0


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as tokens; ``borne_out`` has 1 or 0 for each of the claim's, or is empty."""

    ids: tuple[int, ...]
    supported: float
    borne_out: tuple[float, ...]


def main() -> None:
    options = _options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    tokenizer = Tokenizer.from_file(str(tokenizer_file(reader.MODEL_FILE)))
    tokenizer.no_truncation()
    examples = _drawn(options)
    pairs = PairEncoder(tokenizer)
    encoded = [_encode(example, pairs, tokenizer) for example in examples]
    print(f"{len(encoded)} examples", flush=True)
    model = start()
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True)["model"])
    train(model, encoded, options)


def start() -> Reader:
    """Return the shipped reader's encoder with fresh scores; its lowest layers stay as they are."""
    model = Reader(SCORES)
    load(model, read_weights(reader.MODEL_FILE, SHAPE))
    for layer in model.layers[:FROZEN]:
        layer.requires_grad_(False)
    return model


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--run", type=Path, default=RUNS / "checker", help="where checkpoints go")
    parser.add_argument("--mixture", choices=MIXTURES, default="broad")
    parser.add_argument("--start", type=Path, help="checkpoint of an earlier run, to go on from")
    parser.add_argument("--examples", type=int, default=4_800)
    parser.add_argument("--rate", type=float, default=1.0e-4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def _drawn(options: argparse.Namespace) -> list[Example]:
    """Return as many examples as asked for, pass by pass, each shuffled."""
    known = examples_of(read_split(options.data).training)
    mixture = MIXTURES[options.mixture]
    draw = random.Random(options.seed)  # noqa: S311
    drawn: list[Example] = []
    seed = options.seed
    while len(drawn) < options.examples:
        invented = invented_examples(options.data, paragraphs=mixture.paragraphs, seed=seed)
        once = [e for e in known for _ in range(getattr(mixture, e.source))] + invented
        draw.shuffle(once)
        drawn += once
        seed += 1
    return drawn[: options.examples]


def _encode(example: Example, pairs: PairEncoder, tokenizer: Tokenizer) -> Encoded:
    pair = pairs.encode(example.sentence, example.document)
    borne_out: tuple[float, ...] = ()
    if example.wrong is not None:
        offsets = tokenizer.encode(example.sentence, add_special_tokens=False).offsets
        borne_out = tuple(
            float(not any(first < w.end and w.start < last for w in example.wrong))
            for first, last in offsets[: pair.claim_end - 1]
        )
    return Encoded(pair.ids, example.supported, borne_out)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors: tokens, their mask, and what is known of the claims and their tokens."""

    ids: torch.Tensor
    mask: torch.Tensor
    supported: torch.Tensor
    borne_out: torch.Tensor


def batches(encoded: Sequence[Encoded], size: int, *, seed: int) -> Iterator[Batch]:
    """Yield batches of like lengths in random order."""
    draw = random.Random(seed)  # noqa: S311
    pool = size * 25
    groups = []
    for at in range(0, len(encoded), pool):
        part = sorted(encoded[at : at + pool], key=lambda example: len(example.ids))
        own = [part[i : i + size] for i in range(0, len(part), size)]
        draw.shuffle(own)
        groups += own
    yield from map(collate, groups)


def collate(examples: Sequence[Encoded]) -> Batch:
    """Pad examples to one length."""
    longest = max(len(example.ids) for example in examples)
    width = -(-longest // ROUNDING) * ROUNDING
    ids = torch.zeros(len(examples), width, dtype=torch.long)
    borne_out = torch.full((len(examples), width), UNKNOWN)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        known = torch.tensor(example.borne_out)
        borne_out[row, 1 : 1 + len(known)] = known
    supported = torch.tensor([example.supported for example in examples])
    return Batch(ids, (ids > 0).long(), supported, borne_out)


def loss(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Add up the losses of the claim and of its tokens, where those are known."""
    whole = functional.binary_cross_entropy_with_logits(scores[:, 0, SUPPORTED], batch.supported)
    known = batch.borne_out != UNKNOWN
    if not known.any():
        return whole
    truth = batch.borne_out[known]
    weight = torch.where(truth == 0, WRONG, 1.0)
    tokens = functional.binary_cross_entropy_with_logits(
        scores[..., BORNE_OUT][known], truth, weight
    )
    return whole + tokens


def train(model: Reader, encoded: Sequence[Encoded], options: argparse.Namespace) -> None:
    """Run all steps with a linear warm-up and decay, from the last checkpoint on."""
    total = -(-len(encoded) // options.batch)
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=options.rate, weight_decay=0.01, fused=True)
    warm = max(1, total // 15)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (total - step) / (total - warm)))
    )
    parts: dict[str, Part] = {"model": model, "optimiser": optimiser, "schedule": schedule}
    done = resume(options.run, parts)
    started, seen, mean = time.time(), 0, 0.0
    model.train()
    for step, batch in enumerate(batches(encoded, options.batch, seed=options.seed), 1):
        if step <= done:
            continue
        value = loss(model(batch.ids, batch.mask), batch)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        seen += len(batch.ids)
        mean = 0.97 * mean + 0.03 * value.item() if mean else value.item()
        if step % 20 == 0:
            rate = seen / (time.time() - started)
            left = (total - step) * options.batch / rate / 60
            print(f"{step}/{total} loss {mean:.3f} {rate:.1f}/s {left:.0f} min", flush=True)
        if step % 100 == 0 or step == total:
            save(options.run, parts, step)


if __name__ == "__main__":
    main()
