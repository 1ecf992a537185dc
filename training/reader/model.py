"""The reader as a torch module: an encoder with one linear layer of scores for each token.

The encoder is written out, not taken from a library. What is fast differs: on two processor cores
attention from plain products and no dropout train half as fast again as fused attention and
dropout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from rag.cross_encoder import ANSWERS, END, EVIDENCE, START
from training.bert import DISTANCES, POSITIONS, SEGMENTS, WORDS, Shape, distance_numbers
from training.packed import PADDING
from training.reader.batch import Batch
from training.scaling import Float32

SCORES = 6
VOCABULARY = 30522


class Layer(nn.Module):
    """Attention and a feed-forward network, each added to its input and normalised."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        width = shape.width
        self._heads = shape.heads
        self._dropout = dropout
        self.projection = nn.Linear(width, 3 * width)  # query, key, value
        self.mixed = nn.Linear(width, width)
        self.mixed_norm = nn.LayerNorm(width, shape.epsilon)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.narrow_norm = nn.LayerNorm(width, shape.epsilon)

    def forward(self, rows: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """Map (batch, tokens, width) to the same shape.

        ``bias`` can be broadcast to (batch, heads, tokens, tokens).
        """
        size, length, width = rows.shape
        parts = self.projection(rows).view(size, length, 3, self._heads, width // self._heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = attend(query, key, value, bias.to(query.dtype))
        mixed = self.mixed(mixed.transpose(1, 2).reshape(size, length, width))
        rows = self.mixed_norm(rows + self._drop(mixed))
        narrow = self.narrow(functional.gelu(self.wide(rows)))
        normal: torch.Tensor = self.narrow_norm(rows + self._drop(narrow))
        return normal

    def _drop(self, rows: torch.Tensor) -> torch.Tensor:
        return functional.dropout(rows, self._dropout, self.training)


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """Return the mixture of values (batch, heads, tokens, width of a head) for each query.

    Fused attention is slow backwards on a CPU.
    """
    if query.is_cuda:
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    scores = query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)
    return (scores + bias).softmax(-1) @ value


class Reader(nn.Module):
    """Scores each token: as start, end and evidence, and the passage as answering.

    Words, positions and distances stay as they were: much to keep, little to learn. ``shares`` says
    how much of what each layer does counts, from 0 to 1.
    """

    shares: torch.Tensor

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self._dropout = dropout
        self.words = nn.Embedding(VOCABULARY, shape.width).requires_grad_(False)
        self.positions = nn.Embedding(shape.positions, shape.width).requires_grad_(False)
        self.norm = nn.LayerNorm(shape.width, shape.epsilon).requires_grad_(False)
        if shape.distances:
            self.distances = nn.Embedding(shape.distances, shape.heads).requires_grad_(False)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.register_buffer("shares", torch.ones(shape.layers))
        self.scores = nn.Linear(shape.width, SCORES)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return scores (batch, tokens, scores)."""
        scores: torch.Tensor = self.scores(self.encode(ids, mask))
        return scores

    def share(self, places: Iterable[int], share: float) -> None:
        """Let only a share of what the layers at ``places`` do count, from 0 to 1."""
        self.shares[list(places)] = share

    def encode(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return what the last layer makes of each token: (batch, tokens, width)."""
        length = ids.shape[1]
        rows = self.norm(self.words(ids) + self.positions.weight[:length])
        rows = functional.dropout(rows, self._dropout, self.training)
        bias = (mask[:, None, None] - 1.0) * 1e4
        if self.shape.distances:
            numbers = torch.from_numpy(distance_numbers(length, self.shape.distances))
            near = self.distances(numbers.to(ids.device)).permute(2, 0, 1)
            bias = (bias + near).to(torch.bfloat16 if ids.is_cuda else near.dtype)
        for layer, share in zip(self.layers, self.shares.tolist(), strict=True):
            whole = layer(rows, bias)
            rows = whole if share == 1 else rows + share * (whole - rows)
        return rows


def load(model: Reader, arrays: Mapping[str, Float32]) -> None:
    """Take over an encoder's weights; the scores stay as they were drawn where it has none."""
    weights = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    own = {
        "shares": model.shares,
        "words.weight": weights[WORDS],
        "positions.weight": _positions(weights, model.shape),
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
        **{
            f"scores.{kind}": weights.get(f"scores.{kind}", drawn)
            for kind, drawn in model.scores.state_dict().items()
        },
    }
    if model.shape.distances:
        own["distances.weight"] = weights[DISTANCES]
    for number in range(model.shape.layers):
        old = f"encoder.layer.{number}"
        for kind in ("weight", "bias"):
            parts = [weights[f"{old}.attention.self.{part}.{kind}"] for part in PROJECTION]
            own[f"layers.{number}.projection.{kind}"] = torch.cat(parts)
            for name, source in NAMES.items():
                own[f"layers.{number}.{name}.{kind}"] = weights[f"{old}.{source}.{kind}"]
    model.load_state_dict(own)


def _positions(weights: Mapping[str, torch.Tensor], shape: Shape) -> torch.Tensor:
    table = weights[POSITIONS][: shape.positions]
    return table + weights[SEGMENTS][0] if SEGMENTS in weights else table


def read_checkpoint(file: Path) -> dict[str, Float32]:
    """Return the weights of a checkpoint of training under the names that BERT's have.

    Raises:
        SystemExit: layers that were put back count only in part yet, which no graph can tell.
    """
    state = torch.load(file, weights_only=True, map_location="cpu")["model"]
    if (least := float(state["shares"].min())) < 1:
        raise SystemExit(f"{file}: of a layer put back only {least:.2f} counts yet; train on.")
    return {name: tensor.numpy().astype(np.float32) for name, tensor in unload(state).items()}


def unload(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a trained reader's weights under the names that BERT's checkpoints use."""
    weights = {
        WORDS: state["words.weight"],
        POSITIONS: state["positions.weight"],
        "embeddings.LayerNorm.weight": state["norm.weight"],
        "embeddings.LayerNorm.bias": state["norm.bias"],
        "scores.weight": state["scores.weight"],
        "scores.bias": state["scores.bias"],
    }
    if "distances.weight" in state:
        weights[DISTANCES] = state["distances.weight"]
    for number in range(sum(name.endswith("narrow_norm.bias") for name in state)):
        new = f"encoder.layer.{number}"
        for kind in ("weight", "bias"):
            stacked = state[f"layers.{number}.projection.{kind}"].chunk(3)
            for part, tensor in zip(PROJECTION, stacked, strict=True):
                weights[f"{new}.attention.self.{part}.{kind}"] = tensor
            for name, source in NAMES.items():
                weights[f"{new}.{source}.{kind}"] = state[f"layers.{number}.{name}.{kind}"]
    return weights


PROJECTION = ("query", "key", "value")
NAMES = {
    "mixed": "attention.output.dense",
    "mixed_norm": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "narrow_norm": "output.LayerNorm",
}
"""The parts of a layer here, and as BERT's checkpoints name them."""


def loss(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Add up the losses of the words, of the evidence and of answering at all."""
    scores = scores.float()
    starts, ends = word_scores(scores, batch)
    words = functional.cross_entropy(starts, batch.starts) + functional.cross_entropy(
        ends, batch.ends
    )
    answering = functional.binary_cross_entropy_with_logits(scores[:, 0, ANSWERS], batch.answerable)
    means, known = evidence_scores(scores, batch)
    evidence = functional.binary_cross_entropy_with_logits(means, batch.evidence[known])
    return words / 2 + answering + evidence


def word_scores(scores: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what speaks for each token as the first and as the last of the answer."""
    outside = batch.mask == 0
    starts = scores[..., START].masked_fill(outside, -1e4)
    return starts, scores[..., END].masked_fill(outside, -1e4)


def evidence_scores(scores: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean score of each sentence that has tokens, and the sentences' numbers."""
    inside = batch.sentences != PADDING
    numbers = batch.sentences[inside]
    totals = torch.zeros_like(batch.evidence).index_add(0, numbers, scores[..., EVIDENCE][inside])
    counts = torch.bincount(numbers, minlength=len(totals))
    known = counts.nonzero()[:, 0]
    return totals[known] / counts[known], known
