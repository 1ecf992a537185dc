"""Speed of the built-in embedding model, side by side with its fp32 original.

Both run in turns within one process, so that what else the machine does falls on both. The fp32
graph is exported for the occasion, which needs the ``training`` extra; ``--fp32`` names the folder
of one that was exported before.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from rag.embedding import MODEL_FILE, MiniLMEmbeddings

ROOT = Path(__file__).parent.parent
ARTICLE = ROOT / "seeds" / "japan_us_alliance.txt"
QUESTION = "Who represented the United States at the meeting?"
QUERIES = 50
MOST_WORDS = 180


@dataclass
class Contestant:
    """A model and its measurements so far, one a round."""

    name: str
    model: MiniLMEmbeddings
    load_seconds: float
    batch_seconds: list[float] = field(default_factory=list)
    query_seconds: list[float] = field(default_factory=list)

    def compete(self, texts: list[str]) -> None:
        """Measure one round."""
        self.batch_seconds.append(_seconds(lambda: self.model.embed_documents(texts)))
        for _ in range(QUERIES):
            self.query_seconds.append(_seconds(lambda: self.model.embed_query(QUESTION)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fp32", type=Path, help="folder of an exported fp32 graph")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--texts", type=int, default=150)
    parser.add_argument("--threads", type=int, help="default: as the product chooses")
    options = parser.parse_args()
    texts = varied_texts(ARTICLE.read_text(encoding="utf-8"), options.texts)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.fp32 or export_fp32(Path(scratch))
        files = {"8-bit": MODEL_FILE}
        if folder:
            files["fp32"] = folder / MODEL_FILE.name
        contestants = [load(name, file, options.threads) for name, file in files.items()]
    for contestant in contestants:
        contestant.model.embed_documents(texts[:10])
    for _ in range(options.rounds):
        for contestant in contestants:
            contestant.compete(texts)
    report(contestants, count_tokens(texts))
    if len(contestants) == 2:
        compare(contestants[0], contestants[1], texts)


def varied_texts(article: str, count: int) -> list[str]:
    """Cut runs of 5 to 180 words out of ``article``, the same ones each time."""
    words = article.split()
    random = np.random.default_rng(0)
    lengths = random.integers(5, MOST_WORDS, count)
    starts = random.integers(0, len(words) - MOST_WORDS, count)
    return [" ".join(words[s : s + n]) for s, n in zip(starts, lengths, strict=True)]


def count_tokens(texts: Sequence[str]) -> int:
    """Count the word pieces that the model reads, without padding."""
    tokenizer = Tokenizer.from_file(str(MODEL_FILE.with_suffix(".tokenizer.json")))
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts)))


def export_fp32(folder: Path) -> Path | None:
    """Export the fp32 graph into ``folder``; say what is missing if that cannot be done."""
    command = [sys.executable, "-m", "training.export_embedding"]
    command += ["--precision", "fp32", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return folder
    print("No comparison with fp32: its export needs the training extra,")
    print("pip install -e '.[training]'. The export said:", done.stderr.strip().splitlines()[-1])
    return None


def load(name: str, file: Path, threads: int | None) -> Contestant:
    """Load the model and time it."""
    start = time.perf_counter()
    model = MiniLMEmbeddings(file, threads=threads)
    return Contestant(name, model, time.perf_counter() - start)


def report(contestants: Sequence[Contestant], tokens: int) -> None:
    """Print a row a model."""
    print(f"{tokens} tokens, medians of {len(contestants[0].batch_seconds)} rounds in turns\n")
    print("| model | tokens/s | query p50 ms | query p95 ms | load s |")
    print("|---|---|---|---|---|")
    for each in contestants:
        speed = tokens / np.median(each.batch_seconds)
        p50, p95 = np.percentile(each.query_seconds, [50, 95]) * 1000
        print(f"| {each.name} | {speed:,.0f} | {p50:.1f} | {p95:.1f} | {each.load_seconds:.2f} |")


def compare(small: Contestant, large: Contestant, texts: list[str]) -> None:
    """Print how much faster ``small`` is, round by round, and how near its vectors are."""
    ratios = np.array(large.batch_seconds) / np.array(small.batch_seconds)
    one, other = (np.array(each.model.embed_documents(texts)) for each in (small, large))
    cosines = (one * other).sum(axis=1)
    print(f"\n{small.name} is {np.median(ratios):.2f} times as fast ", end="")
    print(f"(rounds from {ratios.min():.2f} to {ratios.max():.2f})")
    print(f"cosine of both: least {cosines.min():.4f}, mean {cosines.mean():.4f}")


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
