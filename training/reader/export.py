"""Export a trained reader to ONNX: ``python -m training.reader.export``.

The mean of the weights of a reader that was trained further and of the one that it was trained from
keeps nearly all of what each has learned (Wortsman and others, "Robust fine-tuning of zero-shot
models", 2022).
"""

from __future__ import annotations

import argparse
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import onnx

from training.bert import IDS, MASK, BertEncoder, layers_of
from training.calibrate import largest_inputs
from training.graph import GraphBuilder
from training.layers import Dense, Float32Layers, Layers
from training.mpnet import SHAPE
from training.quantise import SmallLayers
from training.reader.train import RUNS, weights_of
from training.scaling import Float32

PARTS = 8


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
    (scores,) = plain.affine(head, [hidden])
    return graph.model({IDS: sequence, MASK: sequence}, {scores: [*sequence, len(head.bias)]})


def average(runs: Sequence[Mapping[str, Float32]]) -> dict[str, Float32]:
    """Return the mean of each weight; all runs must have the same ones."""
    return {name: np.mean([run[name] for run in runs], axis=0) for name in runs[0]}


def write_parts(data: bytes, file: Path) -> None:
    """Write a graph into an archive, in parts that can be inflated side by side.

    Numbers of 8 bits, most of them small, take less than 6 so. They hardly ever repeat: deflated
    as what a filter left, without short matches, they are 6 % smaller and inflated a fifth faster.
    """
    size = -(-len(data) // PARTS)
    with ZipFile(file, "w") as archive:
        for number in range(PARTS):
            member = ZipInfo(f"reader.onnx.{number}")  # of 1980: the same data, the same file
            part = data[number * size : (number + 1) * size]
            member.compress_type = ZIP_DEFLATED
            with archive.open(member, "w") as stream:
                # The library zipfile has no parameter for this.
                stream._compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FILTERED)  # type: ignore[attr-defined]
                stream.write(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "rag" / "models"
    parser.add_argument(
        "--run",
        type=Path,
        nargs="+",
        default=[RUNS / "reader"],
        help="a folder of training, or several, whose weights are averaged",
    )
    parser.add_argument("--shipped", type=Path, nargs="*", default=[], help="graphs beside these")
    parser.add_argument("--encoder", type=Path, default=RUNS / "examples" / "mpnet.npz")
    parser.add_argument("--output", type=Path, default=default, help="folder to write to")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    options = parser.parse_args()
    files = [run / "checkpoint.pt" for run in options.run] + options.shipped
    with np.load(options.encoder) as stored:
        encoder = dict(stored)
    weights = average([weights_of(file, encoder) for file in files])
    data = build_model(weights, options.precision).SerializeToString(deterministic=True)
    options.output.mkdir(parents=True, exist_ok=True)
    file = options.output / "reader.zip"
    write_parts(data, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    print(f"{file.name}  {file.stat().st_size} bytes of {len(data)}  sha256 {digest}")


if __name__ == "__main__":
    main()
