"""Writes ONNX graphs by hand, node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
IR_VERSION = 9
CONTRIB = "com.microsoft"

Attribute: TypeAlias = int | float | str | Sequence[int] | onnx.TensorProto
Dimension: TypeAlias = int | str


class GraphBuilder:
    """Collects constants and nodes; a value of the graph goes by its name, a string."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, array: npt.ArrayLike) -> str:
        """Store ``array`` once under ``name``; a later call with the name returns the first."""
        if name not in self._constants:
            contiguous = np.ascontiguousarray(array).reshape(np.shape(array))
            self._constants[name] = numpy_helper.from_array(contiguous, name)
        return name

    def integers(self, *values: int) -> str:
        """Store a list of int64, as shapes, axes and positions want it."""
        return self.constant(f"int64:{values}", np.array(values, np.int64))

    def scalar(self, value: int) -> str:
        """Store one int64 without a dimension."""
        return self.constant(f"int64:{value}", np.int64(value))

    def number(self, value: float) -> str:
        """Store one float32."""
        return self.constant(f"float32:{value}", np.float32(value))

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        """Add a node with one output and return the output's name."""
        name = f"{operator}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, inputs, [name], name, domain=domain, **attributes)
        )
        return name

    def join(self, blocks: Sequence[str]) -> str:
        """Put blocks of columns side by side."""
        return blocks[0] if len(blocks) == 1 else self.add("Concat", *blocks, axis=-1)

    def model(
        self,
        inputs: Mapping[str, Sequence[Dimension]],
        outputs: Mapping[str, Sequence[Dimension]],
    ) -> onnx.ModelProto:
        """Return the checked model; ``inputs`` are int64, ``outputs`` are values of the graph."""
        graph = helper.make_graph(
            self._nodes,
            "graph",
            [helper.make_tensor_value_info(n, TensorProto.INT64, s) for n, s in inputs.items()],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return model
