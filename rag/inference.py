"""How both models are read and run: one onnxruntime session each, batches of like lengths."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
import onnxruntime

BATCH_TOKENS = 1024  # padding included; bounds memory, and more outgrows the processor's cache
MOST_CHARACTERS = 65_536  # far more than any model here reads; spares tokenising a huge line
MOST_THREADS = 8  # more gain nothing on matrices this small

Float32 = npt.NDArray[np.float32]


def read_model(file: Path) -> bytes:
    """Return an ONNX model: a file's content, or a zip archive's parts one after the other.

    The parts are inflated side by side; ``unzip -p`` puts them together too.
    """
    if file.suffix != ".zip":
        return file.read_bytes()
    with ZipFile(file) as archive, ThreadPoolExecutor(usable_threads()) as pool:
        return b"".join(pool.map(archive.read, archive.namelist()))


class Encoder:
    """A transformer from token ids to vectors or scores. Safe to use from several threads.

    The model scales its activations row by row, so a text's result does not depend on the batch.
    """

    def __init__(self, model: bytes, *, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        # Left to itself, onnxruntime pins threads to cores; and idle should mean idle.
        options.intra_op_num_threads = threads or usable_threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def run(self, texts: Sequence[Sequence[int]]) -> Float32:
        """Return the model's output for a batch of token ids, padded to the longest."""
        ids = np.zeros((len(texts), max(map(len, texts))), np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        output: Float32 = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return output


def tokenizer_file(model_file: Path) -> Path:
    """Name the tokenizer that belongs to a model."""
    return model_file.with_suffix(".tokenizer.json")


def plan_batches(lengths: Sequence[int], budget: int = BATCH_TOKENS) -> list[list[int]]:
    """Group the indices of ``lengths`` into batches of similar lengths.

    The longest of a batch times its size is at most ``budget``, except that one text longer than
    ``budget`` is a batch of its own. The longest come first, so memory peaks at once.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda each: -lengths[each]):
        if not batches or lengths[batches[-1][0]] * (len(batches[-1]) + 1) > budget:
            batches.append([])
        batches[-1].append(index)
    return batches


def readable(text: str) -> str:
    """Cut ``text`` to a bounded length and replace lone surrogates, which no tokenizer takes."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def usable_threads() -> int:
    """Return how many threads a model may have: one a processor, up to ``MOST_THREADS``."""
    known = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    return min(processors, MOST_THREADS)
