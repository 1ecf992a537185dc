"""The model that reads two texts together, for the reader and the checker.

One encoder does both: a question with a passage, a claim with the text that it quotes.
``rag/models/reader.md`` says how it was trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from rag.inference import Encoder, Float32, read_model, readable, tokenizer_file, usable_threads

MODEL_FILE = Path(__file__).parent / "models" / "reader.zip"
MAX_TOKENS = 256
"""The most tokens that the model reads, both texts and ``MARKS`` together."""
MARKS = 3
START, END, EVIDENCE, ANSWERS, SUPPORTED, BORNE_OUT = range(6)
"""The scores that the model gives each token; ``ANSWERS`` and ``SUPPORTED`` count at the first
token alone."""


class Tokens:
    """Turns texts and pairs of texts into the tokens of the model."""

    def __init__(self, model_file: Path = MODEL_FILE) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file(model_file)))
        self._tokenizer.no_truncation()
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=True)
        self._opening, self._break = vocabulary["[CLS]"], vocabulary["[SEP]"]

    def of(self, text: str) -> Encoding:
        """Return the tokens of a text, and where each stands in it."""
        return self._tokenizer.encode(readable(text), add_special_tokens=False)

    def of_all(self, texts: Sequence[str]) -> list[Encoding]:
        """Return the tokens of each text."""
        return self._tokenizer.encode_batch(list(map(readable, texts)), add_special_tokens=False)

    def pair(self, first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
        """Return the tokens of two texts as one: ``first`` begins at 1."""
        return self._opening, *first, self._break, *second, self._break


class CrossEncoder:
    """Scores the tokens of pairs, a thread for each. Safe to use from several threads.

    Many pairs take a fifth less time so than in batches that all threads work at together: what one
    pair needs stays in a processor's cache, no thread waits for another, and nothing is padded
    (``benchmarks/asking.py``). A single pair takes as long on one thread as on two.
    """

    def __init__(self, model_file: Path = MODEL_FILE) -> None:
        self.tokens = Tokens(model_file)
        self._encoder = Encoder(read_model(model_file), threads=1)
        self._pool = ThreadPoolExecutor(usable_threads(), thread_name_prefix="reading")

    def run(self, pairs: Sequence[Sequence[int]]) -> list[Float32]:
        """Return six scores for each token of each pair: an array (tokens, 6) a pair."""
        longest_first = sorted(range(len(pairs)), key=lambda place: -len(pairs[place]))
        scores = self._pool.map(self._scores, [pairs[place] for place in longest_first])
        by_place = dict(zip(longest_first, scores, strict=True))
        return [by_place[place] for place in range(len(pairs))]

    def _scores(self, pair: Sequence[int]) -> Float32:
        scores: Float32 = self._encoder.run([pair])[0]
        return scores
