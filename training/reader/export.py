"""Export a trained reader to ONNX: ``python -m training.reader.export``."""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import replace
from pathlib import Path

import onnx

from training.bert import IDS, MASK, BertEncoder, layers_of
from training.calibrate import largest_inputs
from training.graph import GraphBuilder
from training.layers import Dense, Float32Layers, Layers
from training.mpnet import SHAPE
from training.quantise import SmallLayers
from training.reader.model import read_checkpoint
from training.reader.train import RUNS
from training.scaling import Float32


def build_model(weights: dict[str, Float32], precision: str) -> onnx.ModelProto:
    """Return the graph from token ids and mask to the scores of each token."""
    shape = replace(SHAPE, layers=layers_of(weights))
    graph = GraphBuilder()
    plain = Float32Layers(graph)
    layers: Layers = plain
    if precision == "int8":
        layers = SmallLayers(graph, largest_inputs(weights, shape))
    hidden = BertEncoder(graph, layers, weights, shape).write()
    head = Dense("scores", weights["scores.weight"], weights["scores.bias"])
    sequence = ["batch", "sequence"]
    return graph.model(
        {IDS: sequence, MASK: sequence}, {plain.affine(head, hidden): [*sequence, len(head.bias)]}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "rag" / "models"
    parser.add_argument("--run", type=Path, default=RUNS / "reader", help="a folder of training")
    parser.add_argument("--output", type=Path, default=default, help="folder to write to")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    options = parser.parse_args()
    weights = read_checkpoint(options.run / "checkpoint.pt")
    data = build_model(weights, options.precision).SerializeToString(deterministic=True)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "reader.onnx").write_bytes(data)
    print(f"reader.onnx  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
