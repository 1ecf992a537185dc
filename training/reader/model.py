"""The reader as a torch module: MiniLM with one linear layer of four scores a token.

The encoder is written out, not taken from a library: with fused attention and no dropout inside
it, it trains three times faster on two processor cores.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from training.bert import POSITIONS, SEGMENTS, WORDS
from training.export_embedding import SHAPE
from training.reader.encoding import MAX_TOKENS, Batch
from training.scaling import Float32

START, END, EVIDENCE, ANSWERABLE = range(4)
"""What each score is for; ``ANSWERABLE`` counts at the first token alone."""
WIDTH, HEADS, LAYERS = SHAPE.width, SHAPE.heads, SHAPE.layers
VOCABULARY = 30522
EPSILON = 1e-12
DROPOUT = 0.1


class Layer(nn.Module):
    """Attention and a feed-forward network, each added to its input and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.projection = nn.Linear(WIDTH, 3 * WIDTH)  # query, key, value
        self.mixed = nn.Linear(WIDTH, WIDTH)
        self.mixed_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.wide = nn.Linear(WIDTH, 4 * WIDTH)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH)
        self.narrow_norm = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, rows: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """Map (batch, tokens, width) to the same shape; ``bias`` is (batch, 1, 1, tokens)."""
        size, length, _ = rows.shape
        parts = self.projection(rows).view(size, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mask = bias.to(query.dtype)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self.mixed(mixed.transpose(1, 2).reshape(size, length, WIDTH))
        rows = self.mixed_norm(rows + self._drop(mixed))
        narrow = self.narrow(functional.gelu(self.wide(rows)))
        normal: torch.Tensor = self.narrow_norm(rows + self._drop(narrow))
        return normal

    def _drop(self, rows: torch.Tensor) -> torch.Tensor:
        return functional.dropout(rows, DROPOUT, self.training)


class Reader(nn.Module):
    """Scores each token: as start, end and evidence, and the passage as answering.

    Words and positions stay as they were: half of the weights, little to learn.
    """

    def __init__(self, scores: int = 4) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH).requires_grad_(False)
        self.positions = nn.Embedding(MAX_TOKENS, WIDTH).requires_grad_(False)
        self.norm = nn.LayerNorm(WIDTH, EPSILON).requires_grad_(False)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.scores = nn.Linear(WIDTH, scores)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return scores (batch, tokens, scores)."""
        length = ids.shape[1]
        rows = self.norm(self.words(ids) + self.positions.weight[:length])
        rows = functional.dropout(rows, DROPOUT, self.training)
        bias = (mask[:, None, None] - 1.0) * 1e4
        for layer in self.layers:
            rows = layer(rows, bias)
        scores: torch.Tensor = self.scores(rows)
        return scores


def load(model: Reader, arrays: Mapping[str, Float32]) -> None:
    """Take over an encoder's weights; the scores stay as they were drawn where it has none."""
    weights = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    own = {
        "words.weight": weights[WORDS],
        "positions.weight": _positions(weights),
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
        **{
            f"scores.{kind}": weights.get(f"scores.{kind}", drawn)
            for kind, drawn in model.scores.state_dict().items()
        },
    }
    for number in range(LAYERS):
        old = f"encoder.layer.{number}"
        for kind in ("weight", "bias"):
            parts = [weights[f"{old}.attention.self.{part}.{kind}"] for part in PROJECTION]
            own[f"layers.{number}.projection.{kind}"] = torch.cat(parts)
            for name, source in NAMES.items():
                own[f"layers.{number}.{name}.{kind}"] = weights[f"{old}.{source}.{kind}"]
    model.load_state_dict(own)


def _positions(weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
    table = weights[POSITIONS][:MAX_TOKENS]
    return table + weights[SEGMENTS][0] if SEGMENTS in weights else table


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
    for number in range(LAYERS):
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
    allowed = batch.mask.bool()
    starts = scores[..., START].masked_fill(~allowed, -1e4)
    ends = scores[..., END].masked_fill(~allowed, -1e4)
    words = functional.cross_entropy(starts, batch.starts) + functional.cross_entropy(
        ends, batch.ends
    )
    answering = functional.binary_cross_entropy_with_logits(
        scores[:, 0, ANSWERABLE], batch.answerable
    )
    return words / 2 + answering + _evidence_loss(scores[..., EVIDENCE], batch)


def _evidence_loss(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    means, known = [], []
    for row, example in enumerate(batch.examples):
        for first, last, evidence in example.sentences:
            means.append(scores[row, first:last].mean())
            known.append(float(evidence))
    return functional.binary_cross_entropy_with_logits(torch.stack(means), torch.tensor(known))
