"""The 8-bit layers of ONNX graphs: each row of activations has a scale of its own."""

from __future__ import annotations

from collections.abc import Mapping

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
    Int8,
    channel_factors,
    quantise_nibbles,
    quantise_rows,
    quantise_weight,
)

MIDDLE = 128


class Int8Layers:
    """The layers with int8 weights and uint8 activations, scaled row by row.

    ``largest`` holds the largest magnitude of each input channel of each affine map.
    """

    def __init__(self, graph: GraphBuilder, largest: Mapping[str, Float32]) -> None:
        self._graph = graph
        self._largest = largest

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""
        graph = self._graph
        integers, scales = quantise_rows(table)
        picked = graph.add("Gather", graph.constant(name, integers), rows)
        scale = graph.add("Gather", graph.constant(f"{name}.scale", scales[:, None]), rows)
        return graph.add("Mul", graph.add("Cast", picked, to=TensorProto.FLOAT), scale)

    def affine(self, dense: Dense, value: str, *, floor: float | None = None) -> str:
        """Map ``value`` (rows, inputs) to (rows, outputs); no input is below ``floor``."""
        if floor is None:
            return self._signed(dense, value)
        return self._unsigned(dense, value, floor)

    def _signed(self, dense: Dense, value: str) -> str:
        """Even out the channels, then use the 8 bits for magnitudes of either sign."""
        graph = self._graph
        factors = channel_factors(dense.weight, self._largest[dense.name])
        inverse = graph.constant(f"{dense.name}.factors", 1 / factors)
        even = graph.add("Mul", value, inverse)
        scale = self._row_scale(graph.add("Abs", even), LARGEST)
        flat = graph.add("Reshape", scale, graph.integers(-1))
        middle = helper.make_tensor("middle", TensorProto.UINT8, [1], [MIDDLE])
        zeros = graph.add("ConstantOfShape", graph.add("Shape", flat), value=middle)
        activations = graph.add("QuantizeLinear", even, flat, zeros, axis=0)
        weight = quantise_weight(dense.weight * factors)
        product = self._multiply(dense.name, activations, weight, zero=MIDDLE)
        return self._rescale(dense.name, product, scale, dense.bias)

    def _unsigned(self, dense: Dense, value: str, floor: float) -> str:
        """Measure from ``floor``, so that all 8 bits hold magnitudes; the bias makes up for it."""
        graph = self._graph
        raised = graph.add("Sub", value, graph.number(floor))
        scale = self._row_scale(raised, LARGEST + MIDDLE)
        flat = graph.add("Reshape", scale, graph.integers(-1))
        activations = graph.add("QuantizeLinear", raised, flat, axis=0)
        integers, scales = quantise_weight(dense.weight)
        product = self._multiply(dense.name, activations, (integers, scales), zero=0)
        lost = np.float32(floor) * integers.sum(axis=1, dtype=np.float32) * scales
        return self._rescale(dense.name, product, scale, dense.bias + lost)

    def _row_scale(self, magnitudes: str, steps: int) -> str:
        """Return (rows, 1): the size of one of ``steps`` steps to each row's largest."""
        graph = self._graph
        largest = graph.add("ReduceMax", magnitudes, graph.integers(-1), keepdims=1)
        step = graph.add("Mul", largest, graph.number(1 / steps))
        return graph.add("Max", step, graph.number(SMALLEST))

    def _multiply(
        self,
        name: str,
        activations: str,
        weight: tuple[Int8, Float32],
        *,
        zero: int,
    ) -> str:
        graph = self._graph
        integers, scales = weight
        return graph.add(
            "MatMulIntegerToFloat",  # MatMulInteger that scales its columns as it writes them
            activations,
            graph.constant(f"{name}.weight", integers.T),
            graph.number(1.0),
            graph.constant(f"{name}.scale", scales),
            graph.constant(f"uint8:{zero}", np.uint8(zero)),
            domain=CONTRIB,
        )

    def _rescale(self, name: str, product: str, scale: str, bias: Float32) -> str:
        scaled = self._graph.add("Mul", product, scale)
        return self._graph.add("Add", scaled, self._graph.constant(f"{name}.bias", bias))


class SmallLayers(Int8Layers):
    """The 8-bit layers, whose tables take 4 bits a number."""

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
