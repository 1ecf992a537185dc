"""Turns text into vectors: all-MiniLM-L6-v2 as an 8-bit ONNX file, or any LangChain model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings
from tokenizers import Tokenizer

from rag.errors import SettingsError
from rag.inference import Encoder, plan_batches, readable, tokenizer_file

BUILTIN = "builtin"
MODEL_NAME = "all-MiniLM-L6-v2"
MODEL_FILE = Path(__file__).parent / "models" / f"{MODEL_NAME}.onnx"
DIMENSIONS = 384
WINDOW_TEXTS = 1024  # texts tokenised at once; bounds the memory of their tokens

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
        self.name = f"{BUILTIN}:{model_file.stem}:{hashlib.sha256(data).hexdigest()[:12]}"
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file(model_file)))
        self._encoder = Encoder(data, threads=threads)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts; the result has their order."""
        vectors = [self._embed(window) for window in _windows(texts)]
        return [row for part in vectors for row in part.tolist()]

    def embed_query(self, text: str) -> list[float]:
        """Embed one text, exactly as a document."""
        vector: list[float] = self._embed([text])[0].tolist()
        return vector

    def _embed(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch_fast([readable(text) for text in texts])
        tokens = [encoding.ids for encoding in encodings]
        vectors = np.empty((len(tokens), DIMENSIONS), np.float32)
        for batch in plan_batches([len(ids) for ids in tokens]):
            vectors[batch] = self._encoder.run([tokens[index] for index in batch])
        return vectors


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


def _windows(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + WINDOW_TEXTS] for start in range(0, len(texts), WINDOW_TEXTS))
