"""Puts layers that were left out of an encoder back into a reader made of the others.

Of a layer put back only a share counts at first, the rest of its output being its input. The share
rises to the whole while the reader is trained, which begins with what the reader knows already.
(Gong and others, "Efficient training of BERT by progressively stacking", 2019, grow an encoder by
copies of its own layers; here there are the original's.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from training.bert import layers_of
from training.mpnet import stacked
from training.scaling import Float32

FIRST = 0.5
"""The share at the first step. Untrained, half of three layers leave a reader of six as able to
tell whether a passage answers (AUROC .719, .718 without them), the whole of them do not (.636)."""
RISE = 0.5
"""At which part of all steps it is the whole."""


def grown(
    weights: Mapping[str, Float32],
    encoder: Mapping[str, Float32],
    kept: Sequence[int],
    added: Sequence[int],
) -> tuple[dict[str, Float32], list[int]]:
    """Return ``weights``, of the layers ``kept`` of an encoder, with those ``added`` between them.

    Also return at which places the added ones stand.

    Raises:
        SystemExit: the weights have not as many layers as are said to be kept.
    """
    if layers_of(weights) != len(kept):
        raise SystemExit(f"The start has {layers_of(weights)} layers, not {len(kept)}.")
    order = sorted([*kept, *added])
    layers = [(encoder, n) if n in added else (weights, kept.index(n)) for n in order]
    return stacked(weights, layers), [order.index(layer) for layer in added]


def share(step: int, total: int) -> float:
    """Return which share of an added layer counts at a step."""
    return min(1.0, FIRST + (1 - FIRST) * step / (RISE * total))
