"""Export a trained checker to ONNX: ``python -m training.support.export``."""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

import numpy as np
import torch

from rag import checker, reader
from rag.inference import tokenizer_file
from training.reader.export import build_model
from training.reader.model import unload
from training.support.train import RUNS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=RUNS / "checker", help="a folder of training")
    parser.add_argument("--output", type=Path, default=checker.MODEL_FILE, help="file to write")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    options = parser.parse_args()
    state = torch.load(options.run / "checkpoint.pt", weights_only=True)["model"]
    weights = {name: tensor.numpy().astype(np.float32) for name, tensor in unload(state).items()}
    data = build_model(weights, options.precision).SerializeToString(deterministic=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(data)
    shutil.copyfile(tokenizer_file(reader.MODEL_FILE), tokenizer_file(options.output))
    print(f"{options.output.name}  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
