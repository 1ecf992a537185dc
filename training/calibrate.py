"""Measures how large the inputs of each affine map become."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime

from training.bert import IDS, MASK, WORDS, BertEncoder, Shape
from training.graph import GraphBuilder
from training.layers import RecordingLayers
from training.scaling import Float32

TEXTS = 128
MOST_WORDS = 48
FIRST_WORD = 1000  # of the vocabulary; those before are special, unused or single characters
START, END = 101, 102


def largest_inputs(weights: Mapping[str, Float32], shape: Shape) -> dict[str, Float32]:
    """Return each affine map's largest input magnitudes by channel, by the map's name.

    Measured on texts of random word pieces: no corpus, no language and no topic is preferred.
    """
    graph = GraphBuilder()
    layers = RecordingLayers(graph)
    BertEncoder(graph, layers, weights, shape).write()
    outputs = [
        graph.add("ReduceMax", graph.add("Abs", value), graph.integers(0), keepdims=0)
        for value in layers.inputs.values()
    ]
    sequence = ["batch", "sequence"]
    model = graph.model({IDS: sequence, MASK: sequence}, {name: ["width"] for name in outputs})
    session = onnxruntime.InferenceSession(model.SerializeToString())
    runs = [session.run(None, feed) for feed in _random_texts(len(weights[WORDS]))]
    largest = [np.max(measured, axis=0) for measured in zip(*runs, strict=True)]
    return dict(zip(layers.inputs, largest, strict=True))


def _random_texts(vocabulary: int) -> list[dict[str, np.ndarray]]:
    random = np.random.default_rng(0)
    texts = []
    for _ in range(TEXTS):
        words = random.integers(FIRST_WORD, vocabulary, random.integers(1, MOST_WORDS))
        ids = np.concatenate([[START], words, [END]])[None]
        texts.append({IDS: ids, MASK: np.ones_like(ids)})
    return texts
