"""The BERT encoder as an ONNX graph, from the names that its checkpoints use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from training.graph import CONTRIB, GraphBuilder
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

    Tokens are rows: all but attention works on (sequence * batch, width). The first tokens of all
    texts come first: so attention finds each head's numbers without moving any. All tokens are of
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
        by_place = graph.add("Reshape", rows, self._by_place(self._shape.width))
        return graph.add("Transpose", by_place, perm=[1, 0, 2])

    def _layer(self, name: str, rows: str, bias: str) -> str:
        mixed = self._attend(f"{name}.attention", rows, bias)
        attended = self._attention_output(f"{name}.attention", mixed)
        rows = self._add_and_normalise(f"{name}.attention.output.LayerNorm", attended, rows)
        wide = self._dense(f"{name}.intermediate.dense", [rows], parts=self._blocks(name))
        active = [self._graph.add("Gelu", block) for block in wide]
        (narrowed,) = self._dense(f"{name}.output.dense", active, floor=LEAST_GELU)
        return self._add_and_normalise(f"{name}.output.LayerNorm", narrowed, rows)

    def _embed(self) -> str:
        graph, weights = self._graph, self._weights
        words = self._layers.lookup("words", weights[WORDS], graph.add("Transpose", IDS))
        table = weights[POSITIONS][: self._shape.positions]
        if SEGMENTS in weights:
            table = table + weights[SEGMENTS][0]
        length = graph.add("Shape", IDS, start=1, end=2)
        zero = graph.integers(0)
        positions = graph.add("Slice", graph.constant("positions", table), zero, length, zero)
        positions = graph.add("Unsqueeze", positions, graph.integers(1))
        rows = graph.add("Reshape", graph.add("Add", words, positions), self._row_shape())
        return self._normalise("embeddings.LayerNorm", rows)

    def _attend(self, name: str, rows: str, bias: str) -> str:
        """Return each token's mixture of values, heads side by side (rows, width)."""
        graph, shape = self._graph, self._shape
        by_head = self._by_place(shape.heads, shape.width // shape.heads)
        query, key, value = (
            graph.add("Reshape", part, by_head) for part in self._projections(f"{name}.self", rows)
        )
        scores = self._fused_product(query, key, transBatchA=1, transBatchB=1, transB=1)
        chances = graph.add("Softmax", graph.add("Add", scores, bias), axis=-1)
        mixed = self._fused_product(chances, value, transBatchB=1)
        mixed = graph.add("Transpose", mixed, perm=[2, 0, 1, 3])
        return graph.add("Reshape", mixed, self._row_shape())

    def _projections(self, name: str, rows: str) -> list[str]:
        """Return query, key and value, each (rows, width), the query already scaled.

        The key's bias adds the same to all scores of a query, which softmax takes out again; the
        value's goes through attention as it is, and is added after it.
        """
        scale = np.sqrt(np.float32(self._shape.width // self._shape.heads))
        query, key, value = (
            self._weights[f"{name}.{part}.weight"] for part in ("query", "key", "value")
        )
        weight = np.concatenate([query / scale, key, value])
        bias = np.zeros(len(weight), np.float32)
        bias[: len(query)] = self._weights[f"{name}.query.bias"] / scale
        return self._layers.affine(Dense(name, weight, bias), [rows], parts=3)

    def _attention_output(self, name: str, mixed: str) -> str:
        weight = self._weights[f"{name}.output.dense.weight"]
        passed = weight @ self._weights[f"{name}.self.value.bias"]
        bias = self._weights[f"{name}.output.dense.bias"] + passed
        (rows,) = self._layers.affine(Dense(f"{name}.output.dense", weight, bias), [mixed])
        return rows

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
        table = graph.constant("distances", self._weights[DISTANCES][apart])
        zero, one = graph.scalar(0), graph.scalar(1)
        length = graph.add("Gather", graph.add("Shape", IDS), one, axis=0)
        places = graph.add("Range", zero, length, one)
        shifted = graph.add("Add", places, graph.scalar(most - 1))
        keys = graph.add("Unsqueeze", shifted, graph.integers(0))
        queries = graph.add("Unsqueeze", places, graph.integers(1))
        by_place = graph.add("Gather", table, graph.add("Sub", keys, queries), axis=0)
        return graph.add("Transpose", by_place, perm=[2, 0, 1])

    def _dense(
        self, name: str, blocks: Sequence[str], *, parts: int = 1, floor: float | None = None
    ) -> list[str]:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return self._layers.affine(Dense(name, weight, bias), blocks, parts=parts, floor=floor)

    def _blocks(self, name: str) -> int:
        """Return how many blocks as wide as the encoder what is widened is cut into."""
        return len(self._weights[f"{name}.intermediate.dense.bias"]) // self._shape.width

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

    def _fused_product(self, first: str, second: str, **turned: int) -> str:
        """Multiply the matrices of each text and head, read in place as ``turned`` says."""
        return self._graph.add("FusedMatMul", first, second, domain=CONTRIB, **turned)

    def _by_place(self, *inner: int) -> str:
        """Return the shape (sequence, batch, ...) of rows."""
        graph = self._graph
        length, size = (graph.add("Shape", IDS, start=at, end=at + 1) for at in (1, 0))
        return graph.add("Concat", length, size, graph.integers(*inner), axis=0)


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
