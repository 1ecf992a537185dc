"""The reader as a torch module: MiniLM with one linear layer of four scores a token."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from training.reader.encoding import Batch

START, END, EVIDENCE, ANSWERABLE = range(4)
"""What each score is for; ``ANSWERABLE`` counts at the first token alone."""


class Reader(nn.Module):
    """Scores each token as start, end and evidence, and the passage as answering."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(folder)
        self.encoder = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(False)  # half of the weights, little to learn
        self.scores = nn.Linear(config.hidden_size, 4)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return scores (batch, tokens, 4)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return self.scores(hidden)  # type: ignore[no-any-return]


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
