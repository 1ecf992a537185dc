"""The tensors that the reader is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from training.packed import IDS, PADDING


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors of several examples: (batch, tokens), or one entry an example.

    ``sentences`` numbers the sentences of the whole batch, ``PADDING`` for none; ``evidence`` has
    one entry for each number.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    sentences: torch.Tensor
    evidence: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    answerable: torch.Tensor


BITS = 8


def batch_of(tensors: Mapping[str, torch.Tensor]) -> Batch:
    """Take a batch out of what a shelf of examples packed here gives."""
    bits = tensors["evidence"].int()
    shifts = torch.arange(BITS - 1, -1, -1, device=bits.device)
    evidence = ((bits[..., None] >> shifts) & 1).flatten(1)
    sentences = tensors["sentences"].long()
    rows = torch.arange(len(sentences), device=bits.device)[:, None] * evidence.shape[1]
    return Batch(
        ids=tensors[IDS].long(),
        mask=tensors["mask"],
        sentences=torch.where(sentences == PADDING, PADDING, sentences + rows),
        evidence=evidence.flatten().float(),
        starts=tensors["starts"],
        ends=tensors["ends"],
        answerable=tensors["answerable"],
    )
