"""The two things that a transformer does with its weights, in fp32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from training.graph import GraphBuilder
from training.scaling import Float32


@dataclass(frozen=True, slots=True)
class Dense:
    """A trained affine map: ``weight`` (outputs, inputs) and ``bias`` (outputs)."""

    name: str
    weight: Float32
    bias: Float32


class Layers(Protocol):
    """How a graph looks up a table and applies an affine map."""

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""

    def affine(self, dense: Dense, value: str, *, floor: float | None = None) -> str:
        """Map ``value`` (rows, inputs) to (rows, outputs); no input is below ``floor``."""


class Float32Layers:
    """The layers as they were trained."""

    def __init__(self, graph: GraphBuilder) -> None:
        self._graph = graph

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""
        return self._graph.add("Gather", self._graph.constant(name, table), rows)

    def affine(self, dense: Dense, value: str, *, floor: float | None = None) -> str:
        """Map ``value`` (rows, inputs) to (rows, outputs)."""
        weight = self._graph.constant(f"{dense.name}.weight", dense.weight.T)
        bias = self._graph.constant(f"{dense.name}.bias", dense.bias)
        return self._graph.add("Add", self._graph.add("MatMul", value, weight), bias)


class RecordingLayers(Float32Layers):
    """The fp32 layers, which note the input of each affine map."""

    def __init__(self, graph: GraphBuilder) -> None:
        super().__init__(graph)
        self.inputs: dict[str, str] = {}

    def affine(self, dense: Dense, value: str, *, floor: float | None = None) -> str:
        """Map ``value`` (rows, inputs) to (rows, outputs) and note where it came from."""
        self.inputs[dense.name] = value
        return super().affine(dense, value, floor=floor)
