"""Tests of putting layers back into a reader; they need what is trained with."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the extra 'training' is not installed")
pytest.importorskip("safetensors", reason="the extra 'training' is not installed")
pytest.importorskip("torch", reason="the extra 'training' is not installed")

import torch

from training.bert import Shape
from training.checkpoints import save
from training.reader.growing import FIRST, grown, share
from training.reader.model import Reader, read_checkpoint

SMALL = Shape(layers=2, heads=2, width=8, positions=16, distances=4)


def layers(numbers: range, value: float) -> dict[str, np.ndarray]:
    return {f"encoder.layer.{n}.output.dense.bias": np.full(2, value + n) for n in numbers}


def test_layers_are_put_back_where_they_stood() -> None:
    reader = {"scores.bias": np.zeros(6), **layers(range(3), 100.0)}
    weights, places = grown(reader, layers(range(6), 0.0), kept=(0, 2, 5), added=(1, 3))
    biases = [float(weights[f"encoder.layer.{n}.output.dense.bias"][0]) for n in range(5)]
    assert biases == [100.0, 1.0, 101.0, 3.0, 102.0]
    assert places == [1, 3]
    assert "scores.bias" in weights
    assert len(weights) == 6


def test_a_start_of_other_layers_than_said_is_refused() -> None:
    with pytest.raises(SystemExit, match="has 3 layers, not 2"):
        grown(layers(range(3), 0.0), layers(range(6), 0.0), kept=(0, 2), added=(1,))


def test_what_is_put_back_counts_more_and_more() -> None:
    shares = [share(step, 100) for step in (0, 25, 50, 100)]
    assert shares == [FIRST, 0.75, 1.0, 1.0]


def test_a_layer_without_a_share_does_nothing() -> None:
    model = Reader(SMALL).eval()
    ids, mask = torch.tensor([[5, 6, 7]]), torch.ones(1, 3)
    whole = model.encode(ids, mask)
    model.share([1], 0.0)
    first = model.encode(ids, mask)
    for weights in model.layers[1].parameters():
        torch.nn.init.ones_(weights)
    assert not torch.allclose(first, whole)
    assert torch.equal(model.encode(ids, mask), first)


def test_a_checkpoint_from_before_layers_count_whole_is_refused(tmp_path: Path) -> None:
    model = Reader(SMALL)
    model.share([1], 0.75)
    save(tmp_path, {"model": model}, 10)
    with pytest.raises(SystemExit, match=r"only 0\.75 counts yet"):
        read_checkpoint(tmp_path / "checkpoint.pt")
    model.share([1], 1.0)
    save(tmp_path, {"model": model}, 20)
    weights = read_checkpoint(tmp_path / "checkpoint.pt")
    assert np.array_equal(weights["scores.bias"], model.scores.bias.detach().numpy())
