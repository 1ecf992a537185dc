"""Reads the layers back out of a shipped 8-bit graph, to train on from them."""

from __future__ import annotations

from itertools import count, takewhile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from rag.inference import read_model
from training.bert import Shape, layers_of
from training.mpnet import SHAPE
from training.scaling import Float32


def read_layers(model: Path, shape: Shape = SHAPE) -> dict[str, Float32]:
    """Return the layers and scores of a graph that ``Int8Layers`` wrote, under BERT's names.

    Each number is off by at most half a step of its 8 bits; tables are not read.
    """
    stored = {
        constant.name: numpy_helper.to_array(constant)
        for constant in onnx.load_from_string(read_model(model)).graph.initializer
    }
    weights: dict[str, Float32] = {n: a for n, a in stored.items() if ".LayerNorm." in n}
    weights["scores.weight"] = stored["scores.weight"].T
    weights["scores.bias"] = stored["scores.bias"]
    for number in range(layers_of(stored)):
        layer = f"encoder.layer.{number}"
        _read_projection(stored, f"{layer}.attention.self", weights, shape)
        for name in ("attention.output.dense", "intermediate.dense", "output.dense"):
            weight, bias = _map(stored, f"{layer}.{name}")
            weights[f"{layer}.{name}.weight"], weights[f"{layer}.{name}.bias"] = weight, bias
    return weights


def _map(stored: dict[str, Float32], name: str) -> tuple[Float32, Float32]:
    """Put the parts of an affine map together; a bias that adds nothing is not stored."""
    numbered = (f"{name}.{number}" for number in count())
    parts = list(takewhile(lambda part: f"{part}.weight" in stored, numbered)) or [name]
    scales = [stored[f"{part}.scale"] for part in parts]
    weight = np.concatenate([stored[f"{part}.weight"].T for part in parts])
    weight = weight * np.concatenate(scales)[:, None] * stored.get(f"{name}.factors", 1)
    biases = [
        stored.get(f"{part}.bias", np.zeros_like(scale)).reshape(-1)
        for part, scale in zip(parts, scales, strict=True)
    ]
    return weight, np.concatenate(biases)


def _read_projection(
    stored: dict[str, Float32], name: str, weights: dict[str, Float32], shape: Shape
) -> None:
    """Take query, key and value apart; the query is stored scaled."""
    weight, bias = _map(stored, name)
    scales = (np.sqrt(np.float32(shape.width // shape.heads)), np.float32(1), np.float32(1))
    parts = zip(("query", "key", "value"), scales, strict=True)
    for number, (part, scale) in enumerate(parts):
        rows = slice(number * shape.width, (number + 1) * shape.width)
        weights[f"{name}.{part}.weight"] = weight[rows] * scale
        weights[f"{name}.{part}.bias"] = bias[rows] * scale
