"""The two things that a transformer does with its weights, in fp32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from training.graph import GraphBuilder
from training.scaling import Float32


@dataclass(frozen=True, slots=True)
class Dense:
    """A trained affine map: ``weight`` (outputs, inputs) and ``bias`` (outputs)."""

    name: str
    weight: Float32
    bias: Float32

    def cut(self, parts: int) -> tuple[Dense, ...]:
        """Return the maps to each of ``parts`` equal blocks of the outputs, named by number."""
        if parts == 1:
            return (self,)
        weights, biases = np.split(self.weight, parts), np.split(self.bias, parts)
        return tuple(
            Dense(f"{self.name}.{number}", *own)
            for number, own in enumerate(zip(weights, biases, strict=True))
        )


class Layers(Protocol):
    """How a graph looks up a table and applies an affine map.

    What goes into a map and what comes out may be cut into blocks of columns: what is done to a
    block stays in a processor's cache.
    """

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""

    def affine(
        self, dense: Dense, blocks: Sequence[str], *, parts: int = 1, floor: float | None = None
    ) -> list[str]:
        """Map ``blocks``, together (rows, inputs), to ``parts``, together (rows, outputs).

        No input is below ``floor``, if that is given.
        """


class Float32Layers:
    """The layers as they were trained."""

    def __init__(self, graph: GraphBuilder) -> None:
        self._graph = graph

    def lookup(self, name: str, table: Float32, rows: str) -> str:
        """Pick ``rows`` of ``table`` (entries, width)."""
        return self._graph.add("Gather", self._graph.constant(name, table), rows)

    def affine(
        self, dense: Dense, blocks: Sequence[str], *, parts: int = 1, floor: float | None = None
    ) -> list[str]:
        """Map ``blocks``, together (rows, inputs), to ``parts``, together (rows, outputs)."""
        value = self._graph.join(blocks)
        return [self._map(part, value) for part in dense.cut(parts)]

    def _map(self, dense: Dense, value: str) -> str:
        weight = self._graph.constant(f"{dense.name}.weight", dense.weight.T)
        bias = self._graph.constant(f"{dense.name}.bias", dense.bias)
        return self._graph.add("Add", self._graph.add("MatMul", value, weight), bias)


class RecordingLayers(Float32Layers):
    """The fp32 layers, which note the input of each affine map."""

    def __init__(self, graph: GraphBuilder) -> None:
        super().__init__(graph)
        self.inputs: dict[str, str] = {}

    def affine(
        self, dense: Dense, blocks: Sequence[str], *, parts: int = 1, floor: float | None = None
    ) -> list[str]:
        """Map ``blocks`` to ``parts`` and note where they came from."""
        value = self.inputs[dense.name] = self._graph.join(blocks)
        return super().affine(dense, [value], parts=parts, floor=floor)
