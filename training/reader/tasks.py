"""What one encoder is trained for at once: to read for a question, and to check a claim."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

import torch
from torch.nn import functional

from rag.cross_encoder import ANSWERS, BORNE_OUT, SUPPORTED
from rag.evidence import ANSWERS_BIAS, ANSWERS_SLOPE, LEAST_READ, SOFTNESS, UNREAD, WEIGHTS
from training.packed import GROUPS, PADDING
from training.reader.batch import batch_of
from training.reader.model import evidence_scores, loss, word_scores

WRONG = 4.0
"""How much a token that is not borne out counts; there are few."""
LEARNED = 0.3
"""How much the labels count where a teacher's scores are to be matched too."""

GROUPED = 0.5
"""How much it counts what is asked of a whole group."""
PASSAGE = WEIGHTS.passage / WEIGHTS.evidence
"""What a passage's score by the retriever adds to the evidence of its sentences when these are
ranked, as the product ranks them."""

Tensors = Mapping[str, torch.Tensor]


class Task(Protocol):
    """Judges the scores (batch, tokens, scores) of a batch of examples."""

    def loss(self, scores: torch.Tensor, tensors: Tensors) -> torch.Tensor:
        """Return how far scores are from the labels."""

    def distance(
        self, scores: torch.Tensor, taught: torch.Tensor, tensors: Tensors
    ) -> torch.Tensor:
        """Return how far scores are from a teacher's."""


class Reading:
    """Finding the words, the evidence, and whether a passage answers."""

    def loss(self, scores: torch.Tensor, tensors: Tensors) -> torch.Tensor:
        """Return how far scores are from the labels."""
        return loss(scores, batch_of(tensors))

    def distance(
        self, scores: torch.Tensor, taught: torch.Tensor, tensors: Tensors
    ) -> torch.Tensor:
        """Return how far scores are from a teacher's."""
        batch = batch_of(tensors)
        words = sum(
            functional.kl_div(
                own.log_softmax(-1), wanted.log_softmax(-1), log_target=True, reduction="batchmean"
            )
            for own, wanted in zip(
                word_scores(scores, batch), word_scores(taught, batch), strict=True
            )
        )
        answering = _binary(scores[:, 0, ANSWERS], taught[:, 0, ANSWERS])
        own, _ = evidence_scores(scores, batch)
        wanted, _ = evidence_scores(taught, batch)
        return words / 2 + answering + _binary(own, wanted)


class Finding(Reading):
    """Reading, and putting the evidence first among all sentences of a question's passages.

    Each sentence of evidence is to come before all those of its group that are none (a softmax over
    them), and the passages of the group together to answer if one does, as the product judges it.
    """

    def loss(self, scores: torch.Tensor, tensors: Tensors) -> torch.Tensor:
        """Return how far scores are from the labels."""
        batch = batch_of(tensors)
        means, known = evidence_scores(scores.float(), batch)
        rows = known // (len(batch.evidence) // len(scores))
        ranks = means + PASSAGE * tensors["fused"][rows]
        right = batch.evidence[known] > 0
        groups = [tensors[GROUPS] == number for number in tensors[GROUPS].unique()]
        first = [
            functional.softplus(ranks[own & ~right].logsumexp(0) - ranks[own & right])
            for own in (group[rows] for group in groups)
        ]
        answers = torch.stack([_together(scores[group, 0, ANSWERS].float()) for group in groups])
        truth = torch.stack([batch.answerable[group].max() for group in groups])
        log_odds = ANSWERS_SLOPE * answers + ANSWERS_BIAS
        whole = functional.binary_cross_entropy_with_logits(log_odds, truth)
        ranked = torch.cat(first).sum() / max(1, int(right.sum()))
        return loss(scores, batch) + GROUPED * (ranked + whole)


class Checking:
    """Saying whether a text supports a claim, and which of the claim's tokens it bears out."""

    def loss(self, scores: torch.Tensor, tensors: Tensors) -> torch.Tensor:
        """Return how far scores are from the labels, of tokens where they are known."""
        whole = functional.binary_cross_entropy_with_logits(
            scores[:, 0, SUPPORTED], tensors["supported"]
        )
        known = tensors["borne_out"] != PADDING
        truth = tensors["borne_out"][known].float()
        weight = torch.where(truth == 0, WRONG, 1.0)
        tokens = functional.binary_cross_entropy_with_logits(
            scores[..., BORNE_OUT][known], truth, weight, reduction="sum"
        )
        return whole + tokens / max(1, len(truth))

    def distance(
        self, scores: torch.Tensor, taught: torch.Tensor, tensors: Tensors
    ) -> torch.Tensor:
        """Return how far scores are from a teacher's."""
        places = torch.arange(scores.shape[1], device=scores.device)[None]
        own = (places > 0) & (places < tensors["claim_ends"][:, None])
        tokens = _binary(scores[..., BORNE_OUT][own], taught[..., BORNE_OUT][own])
        return _binary(scores[:, 0, SUPPORTED], taught[:, 0, SUPPORTED]) + tokens


def _together(answers: torch.Tensor) -> torch.Tensor:
    """Return what ``rag.evidence.together`` does, in a form that can be derived."""
    unread = answers.new_full((max(0, LEAST_READ - len(answers)),), UNREAD)
    logits = torch.cat([answers, unread]) / SOFTNESS
    return SOFTNESS * (logits.logsumexp(0) - math.log(len(logits)))


def _binary(scores: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
    return functional.binary_cross_entropy_with_logits(scores, taught.sigmoid())
