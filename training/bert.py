"""The BERT encoder as an ONNX graph, from the names that its checkpoints use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from training.graph import GraphBuilder
from training.layers import Dense, Layers
from training.scaling import Float32

IDS = "input_ids"
MASK = "attention_mask"
WORDS = "embeddings.word_embeddings.weight"
POSITIONS = "embeddings.position_embeddings.weight"
SEGMENTS = "embeddings.token_type_embeddings.weight"
LAYER_NORM_EPSILON = 1e-12
MASKED = -10_000.0  # its exponential is exactly 0 in float32
LEAST_GELU = -0.17


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of an encoder; ``positions`` is the most tokens that a text may have."""

    layers: int
    heads: int
    width: int
    positions: int


class BertEncoder:
    """Writes the encoder of ``weights`` into ``graph``, with ``layers`` in the precision wanted.

    Tokens are rows: all but attention works on (batch * sequence, width). All tokens are of
    segment 0.
    """

    def __init__(
        self, graph: GraphBuilder, layers: Layers, weights: Mapping[str, Float32], shape: Shape
    ) -> None:
        self._graph = graph
        self._layers = layers
        self._weights = weights
        self._shape = shape

    def write(self) -> str:
        """Add all layers and return the hidden states (batch, sequence, width)."""
        graph = self._graph
        rows = self._embed()
        bias = self._attention_bias()
        for number in range(self._shape.layers):
            rows = self._layer(f"encoder.layer.{number}", rows, bias)
        return graph.add("Reshape", rows, self._batch_shape(self._shape.width))

    def _layer(self, name: str, rows: str, bias: str) -> str:
        attended = self._dense(f"{name}.attention.output.dense", self._attend(name, rows, bias))
        rows = self._add_and_normalise(f"{name}.attention.output.LayerNorm", attended, rows)
        widened = self._graph.add("Gelu", self._dense(f"{name}.intermediate.dense", rows))
        narrowed = self._dense(f"{name}.output.dense", widened, floor=LEAST_GELU)
        return self._add_and_normalise(f"{name}.output.LayerNorm", narrowed, rows)

    def _embed(self) -> str:
        graph, weights = self._graph, self._weights
        words = self._layers.lookup("words", weights[WORDS], IDS)
        table = weights[POSITIONS][: self._shape.positions]
        if SEGMENTS in weights:
            table = table + weights[SEGMENTS][0]
        length = graph.add("Shape", IDS, start=1, end=2)
        zero = graph.integers(0)
        positions = graph.add("Slice", graph.constant("positions", table), zero, length, zero)
        rows = graph.add("Reshape", graph.add("Add", words, positions), self._row_shape())
        return self._normalise("embeddings.LayerNorm", rows)

    def _attend(self, name: str, rows: str, bias: str) -> str:
        """Return each token's mixture of values, heads side by side (rows, width)."""
        graph, shape = self._graph, self._shape
        stacked = self._stacked_projection(f"{name}.attention.self", rows)
        by_head = self._batch_shape(shape.heads, shape.width // shape.heads)
        query, key, value = (
            graph.add("Reshape", part, by_head) for part in graph.split(stacked, 3, axis=1)
        )
        query = graph.add("Transpose", query, perm=[0, 2, 1, 3])
        key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
        value = graph.add("Transpose", value, perm=[0, 2, 1, 3])
        scores = graph.add("Add", graph.add("MatMul", query, key), bias)
        mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
        mixed = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
        return graph.add("Reshape", mixed, self._row_shape())

    def _stacked_projection(self, name: str, rows: str) -> str:
        """Return query, key and value (rows, 3 * width), the query already scaled."""
        scale = np.sqrt(np.float32(self._shape.width // self._shape.heads))
        parts: dict[str, Float32] = {}
        for kind in ("weight", "bias"):
            query, key, value = (
                self._weights[f"{name}.{part}.{kind}"] for part in ("query", "key", "value")
            )
            parts[kind] = np.concatenate([query / scale, key, value])
        return self._layers.affine(Dense(name, parts["weight"], parts["bias"]), rows)

    def _attention_bias(self) -> str:
        """Return what is added to attention scores: 0, or ``MASKED`` for padding."""
        graph = self._graph
        kept = graph.add("Cast", MASK, to=TensorProto.FLOAT)
        padding = graph.add("Sub", graph.number(1.0), kept)
        bias = graph.add("Mul", padding, graph.number(MASKED))
        return graph.add("Unsqueeze", bias, graph.integers(1, 2))

    def _dense(self, name: str, rows: str, *, floor: float | None = None) -> str:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return self._layers.affine(Dense(name, weight, bias), rows, floor=floor)

    def _add_and_normalise(self, name: str, update: str, rows: str) -> str:
        return self._normalise(name, self._graph.add("Add", update, rows))

    def _normalise(self, name: str, rows: str) -> str:
        constants = (
            self._graph.constant(f"{name}.{part}", self._weights[f"{name}.{part}"])
            for part in ("weight", "bias")
        )
        return self._graph.add(
            "LayerNormalization", rows, *constants, axis=-1, epsilon=LAYER_NORM_EPSILON
        )

    def _row_shape(self) -> str:
        return self._graph.integers(-1, self._shape.width)

    def _batch_shape(self, *inner: int) -> str:
        outer = self._graph.add("Shape", IDS)
        return self._graph.add("Concat", outer, self._graph.integers(*inner), axis=0)
