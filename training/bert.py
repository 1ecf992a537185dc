"""The BERT encoder as an ONNX graph, from the names that its checkpoints use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from training.graph import GraphBuilder
from training.layers import Dense, Layers
from training.scaling import Float32

IDS = "input_ids"
MASK = "attention_mask"
WORDS = "embeddings.word_embeddings.weight"
POSITIONS = "embeddings.position_embeddings.weight"
SEGMENTS = "embeddings.token_type_embeddings.weight"
DISTANCES = "encoder.relative_attention_bias.weight"
FARTHEST = 128
"""From here on all distances between two tokens are of one kind."""
MASKED = -10_000.0  # its exponential is exactly 0 in float32
LEAST_GELU = -0.17


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of an encoder.

    ``positions`` is the most tokens that a text may have, ``epsilon`` what its normalisations add
    to a variance, ``distances`` how many kinds of distance between two tokens attention knows:
    0 for BERT, 32 for MPNet.
    """

    layers: int
    heads: int
    width: int
    positions: int
    epsilon: float = 1e-12
    distances: int = 0


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
        """Return what is added to attention scores: ``MASKED`` for padding, and for distance."""
        graph = self._graph
        kept = graph.add("Cast", MASK, to=TensorProto.FLOAT)
        padding = graph.add("Sub", graph.number(1.0), kept)
        bias = graph.add("Mul", padding, graph.number(MASKED))
        bias = graph.add("Unsqueeze", bias, graph.integers(1, 2))
        return graph.add("Add", bias, self._distance_bias()) if self._shape.distances else bias

    def _distance_bias(self) -> str:
        """Return (heads, sequence, sequence): what each head adds for how far apart tokens are."""
        graph, most = self._graph, self._shape.positions
        numbers = distance_numbers(most, self._shape.distances)
        apart = np.concatenate([numbers[-1], numbers[0, 1:]])  # of -(most - 1) to most - 1
        table = graph.constant("distances", self._weights[DISTANCES][apart].T)
        zero, one = graph.scalar(0), graph.scalar(1)
        length = graph.add("Gather", graph.add("Shape", IDS), one, axis=0)
        places = graph.add("Range", zero, length, one)
        shifted = graph.add("Add", places, graph.scalar(most - 1))
        keys = graph.add("Unsqueeze", shifted, graph.integers(0))
        queries = graph.add("Unsqueeze", places, graph.integers(1))
        return graph.add("Gather", table, graph.add("Sub", keys, queries), axis=1)

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
            "LayerNormalization", rows, *constants, axis=-1, epsilon=self._shape.epsilon
        )

    def _row_shape(self) -> str:
        return self._graph.integers(-1, self._shape.width)

    def _batch_shape(self, *inner: int) -> str:
        outer = self._graph.add("Shape", IDS)
        return self._graph.add("Concat", outer, self._graph.integers(*inner), axis=0)


def layers_of(names: Iterable[str]) -> int:
    """Return how many layers a checkpoint has, from the names of its weights."""
    return sum(name.endswith(".output.dense.bias") and "attention" not in name for name in names)


def distance_numbers(length: int, kinds: int) -> npt.NDArray[np.int64]:
    """Return (length, length): the kind of distance from each token to each.

    Half of the kinds are for either direction; of these, half are exact and the rest grow as
    logarithms, as in T5 (https://arxiv.org/abs/1910.10683), which MPNet follows.
    """
    places = np.arange(length)
    apart = places[None] - places[:, None]
    half = kinds // 2
    exact = half // 2
    far = np.abs(apart)
    grown = np.log(np.maximum(far, 1) / exact) / np.log(FARTHEST / exact) * (half - exact)
    large = np.minimum(exact + grown.astype(np.int64), half - 1)
    numbers: npt.NDArray[np.int64] = np.where(far < exact, far, large) + half * (apart > 0)
    return numbers
