"""Turns text into vectors: all-MiniLM-L6-v2 as an 8-bit ONNX file, or any LangChain model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from langchain_core.embeddings import Embeddings
from tokenizers import Tokenizer

from rag.errors import SettingsError

BUILTIN = "builtin"
MODEL_NAME = "all-MiniLM-L6-v2"
MODEL_FILE = Path(__file__).parent / "models" / f"{MODEL_NAME}.onnx"
DIMENSIONS = 384
BATCH_TOKENS = 2048  # padding included; bounds the memory of a run, and is no slower than more
WINDOW_TEXTS = 1024  # texts tokenised at once; bounds the memory of their tokens
MOST_CHARACTERS = 65_536  # no prose of 256 word pieces is as long; spares tokenising a huge line
MOST_THREADS = 8  # more gain nothing on matrices this small

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """Embeddings and the name of their weights, by which a library recognises its model."""

    name: str
    embeddings: Embeddings


class MiniLMEmbeddings(Embeddings):
    """all-MiniLM-L6-v2: 384 dimensions, unit length, the first 256 word pieces of a text.

    A text's vector does not depend on the texts that it is embedded with. Safe to use from
    several threads at once.
    """

    def __init__(self, model_file: Path = MODEL_FILE, *, threads: int | None = None) -> None:
        data = model_file.read_bytes()
        tokenizer_file = model_file.with_suffix(".tokenizer.json")
        self.name = f"{BUILTIN}:{model_file.stem}:{hashlib.sha256(data).hexdigest()[:12]}"
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self._session = _open_session(data, threads or min(_usable_processors(), MOST_THREADS))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts; the result has their order."""
        vectors = [self._embed(window) for window in _windows(texts)]
        return [row for part in vectors for row in part.tolist()]

    def embed_query(self, text: str) -> list[float]:
        """Embed one text, exactly as a document."""
        vector: list[float] = self._embed([text])[0].tolist()
        return vector

    def _embed(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch_fast([_readable(text) for text in texts])
        tokens = [encoding.ids for encoding in encodings]
        vectors = np.empty((len(tokens), DIMENSIONS), np.float32)
        for batch in plan_batches([len(ids) for ids in tokens], BATCH_TOKENS):
            vectors[batch] = self._run([tokens[index] for index in batch])
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def plan_batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
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


def load_embedding_model(setting: str) -> EmbeddingModel:
    """Load what ``PINCITE_EMBEDDING`` names: ``builtin``, or ``provider:model`` of LangChain.

    Raises:
        SettingsError: if the setting names no model, or its provider cannot be set up.
    """
    if setting == BUILTIN:
        builtin = MiniLMEmbeddings()
        return EmbeddingModel(builtin.name, builtin)
    provider, _, model = setting.partition(":")
    if not (provider.strip() and model.strip()):
        raise SettingsError(
            f"PINCITE_EMBEDDING must be {BUILTIN!r} or 'provider:model', "
            f"such as 'openai:text-embedding-3-small'; it is {setting!r}."
        )
    return EmbeddingModel(setting, _open_provider(setting))


def _open_provider(setting: str) -> Embeddings:
    from langchain.embeddings import init_embeddings  # slow to import and seldom needed

    try:
        return init_embeddings(setting)
    except Exception as error:  # each provider has its own for a missing key or a wrong name
        raise SettingsError(f"PINCITE_EMBEDDING={setting!r} cannot be used. {error}") from error


def _open_session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads  # left to itself, onnxruntime pins threads to cores
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle means idle
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _usable_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _windows(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + WINDOW_TEXTS] for start in range(0, len(texts), WINDOW_TEXTS))


def _readable(text: str) -> str:
    """Cut ``text`` to a bounded length and replace lone surrogates, which no tokenizer takes."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
