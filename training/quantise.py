"""The 8-bit layers of ONNX graphs: each row of activations has a scale of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import TensorProto, helper

from training.graph import CONTRIB, GraphBuilder
from training.layers import Dense
from training.scaling import (
    GROUP,
    LARGEST,
    MIDDLE_NIBBLE,
    SMALLEST,
    Float32,
    channel_factors,
    quantise_nibbles,
    quantise_rows,
    quantise_weight,
)

HIGHEST, MIDDLE = 255, 128
BELOW = 32
"""How many of the 256 steps are for what is below zero, where little is."""


class Int8Layers:
    """The layers with int8 weights and uint8 activations, scaled row by row.

    ``largest`` holds the largest magnitude of each input channel of each affine map. What may have
    either sign comes in one block and is evened out between the channels first; what has a floor is
    not.
    """

    LARGEST_WEIGHT = LARGEST

    def __init__(self, graph: GraphBuilder, largest: Mapping[str, Float32]) -> None:
        self._graph = graph
        self._largest = largest
        self._zero_rows: dict[int, str] = {}

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""
        graph = self._graph
        integers, scales = quantise_rows(table)
        picked = graph.add("Gather", graph.constant(name, integers), rows)
        scale = graph.add("Gather", graph.constant(f"{name}.scale", scales[:, None]), rows)
        return graph.add("Mul", graph.add("Cast", picked, to=TensorProto.FLOAT), scale)

    def affine(
        self, dense: Dense, blocks: Sequence[str], *, parts: int = 1, floor: float | None = None
    ) -> list[str]:
        """Map ``blocks``, together (rows, inputs), to ``parts``, together (rows, outputs)."""
        add = self._graph.add
        if floor is None:
            (value,) = blocks
            dense, value = self._evened(dense, value)
            blocks, magnitudes = [value], [add("Abs", value)]
            zero, steps, least = MIDDLE, LARGEST, SMALLEST
        else:
            magnitudes = list(blocks)
            zero, steps, least = BELOW, HIGHEST - BELOW, -floor / BELOW
        scale = self._row_scale(magnitudes, steps, least)
        flat = add("Reshape", scale, self._graph.integers(-1))
        zeros = self._zeros(flat, zero)
        activations = self._graph.join(
            [add("QuantizeLinear", block, flat, zeros, axis=0) for block in blocks]
        )
        return [self._map(part, activations, scale, zero) for part in dense.cut(parts)]

    def _evened(self, dense: Dense, value: str) -> tuple[Dense, str]:
        """Move what makes some channels large from the activations to the weights."""
        factors = channel_factors(dense.weight, self._largest[dense.name])
        inverse = self._graph.constant(f"{dense.name}.factors", 1 / factors)
        even = self._graph.add("Mul", value, inverse)
        return Dense(dense.name, dense.weight * factors, dense.bias), even

    def _row_scale(self, magnitudes: Sequence[str], steps: int, least: float) -> str:
        """Return (rows, 1): the size of one of ``steps`` steps to each row's largest."""
        graph = self._graph
        own = [graph.add("ReduceMax", m, graph.integers(-1), keepdims=1) for m in magnitudes]
        largest = own[0] if len(own) == 1 else graph.add("Max", *own)
        step = graph.add("Mul", largest, graph.number(1 / steps))
        return graph.add("Max", step, graph.number(least))

    def _zeros(self, rows: str, zero: int) -> str:
        """Return ``zero`` for each of the rows, of which all maps have as many."""
        if zero not in self._zero_rows:
            value = helper.make_tensor("zero", TensorProto.UINT8, [1], [zero])
            shape = self._graph.add("Shape", rows)
            self._zero_rows[zero] = self._graph.add("ConstantOfShape", shape, value=value)
        return self._zero_rows[zero]

    def _map(self, dense: Dense, activations: str, scale: str, zero: int) -> str:
        graph = self._graph
        integers, scales = quantise_weight(dense.weight, self.LARGEST_WEIGHT)
        product = graph.add(
            "MatMulIntegerToFloat",  # MatMulInteger that scales its columns as it writes them
            activations,
            graph.constant(f"{dense.name}.weight", integers.T),
            graph.number(1.0),
            graph.constant(f"{dense.name}.scale", scales),
            graph.constant(f"uint8:{zero}", np.uint8(zero)),
            domain=CONTRIB,
        )
        scaled = graph.add("Mul", product, scale)
        if not dense.bias.any():
            return scaled
        # In one dimension onnxruntime would join it with a Gelu, and be a quarter slower.
        return graph.add("Add", scaled, graph.constant(f"{dense.name}.bias", dense.bias[None]))


class SmallLayers(Int8Layers):
    """The 8-bit layers for a small file: tables take 4 bits a number, weights 5 to 6 once deflated.

    Of the 255 steps of a weight 101 are used. The reader of nine layers reads as well with 113 as
    with all (``rag/models/reader.md``), and its file is an eighth smaller.
    """

    LARGEST_WEIGHT = 50

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""
        graph = self._graph
        packed, scales = quantise_nibbles(table)
        picked = graph.add("Gather", graph.constant(name, packed), rows)
        four, fifteen = (graph.constant(f"uint8:{n}", np.uint8(n)) for n in (4, 15))
        high = graph.add("BitShift", picked, four, direction="RIGHT")
        low = graph.add("BitwiseAnd", picked, fifteen)
        numbers = graph.add("Cast", graph.add("Concat", high, low, axis=-1), to=TensorProto.FLOAT)
        even = graph.add("Sub", numbers, graph.number(MIDDLE_NIBBLE))
        grouped = graph.add("Reshape", even, graph.integers(0, 0, -1, GROUP))
        scale = graph.add("Gather", graph.constant(f"{name}.scale", scales[..., None]), rows)
        scaled = graph.add("Mul", grouped, graph.add("Cast", scale, to=TensorProto.FLOAT))
        return graph.add("Reshape", scaled, graph.integers(0, 0, -1))
