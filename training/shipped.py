"""Reads the layers back out of a shipped 8-bit graph, to train on from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from training.bert import LEAST_GELU, Shape, layers_of
from training.mpnet import SHAPE
from training.scaling import Float32


def read_layers(model: Path, shape: Shape = SHAPE) -> dict[str, Float32]:
    """Return the layers and scores of a graph that ``Int8Layers`` wrote, under BERT's names.

    Each number is off by at most half a step of its 8 bits; tables are not read.
    """
    stored = {
        constant.name: numpy_helper.to_array(constant)
        for constant in onnx.load(str(model)).graph.initializer
    }
    weights: dict[str, Float32] = {n: a for n, a in stored.items() if ".LayerNorm." in n}
    weights["scores.weight"] = stored["scores.weight"].T
    weights["scores.bias"] = stored["scores.bias"]
    for number in range(layers_of(stored)):
        layer = f"encoder.layer.{number}"
        _read_projection(stored, f"{layer}.attention.self", weights, shape)
        for name in (f"{layer}.attention.output.dense", f"{layer}.intermediate.dense"):
            weights[f"{name}.weight"], weights[f"{name}.bias"] = _signed(stored, name)
        name = f"{layer}.output.dense"
        weights[f"{name}.weight"], weights[f"{name}.bias"] = _unsigned(stored, name)
    return weights


def _signed(stored: dict[str, Float32], name: str) -> tuple[Float32, Float32]:
    weight = stored[f"{name}.weight"].T * stored[f"{name}.scale"][:, None]
    return weight * stored[f"{name}.factors"], stored[f"{name}.bias"]


def _unsigned(stored: dict[str, Float32], name: str) -> tuple[Float32, Float32]:
    weight: Float32 = stored[f"{name}.weight"].T * stored[f"{name}.scale"][:, None]
    return weight, stored[f"{name}.bias"] - np.float32(LEAST_GELU) * weight.sum(axis=1)


def _read_projection(
    stored: dict[str, Float32], name: str, weights: dict[str, Float32], shape: Shape
) -> None:
    """Take query, key and value apart; the query is stored scaled."""
    weight, bias = _signed(stored, name)
    scales = (np.sqrt(np.float32(shape.width // shape.heads)), np.float32(1), np.float32(1))
    parts = zip(("query", "key", "value"), scales, strict=True)
    for number, (part, scale) in enumerate(parts):
        rows = slice(number * shape.width, (number + 1) * shape.width)
        weights[f"{name}.{part}.weight"] = weight[rows] * scale
        weights[f"{name}.{part}.bias"] = bias[rows] * scale
