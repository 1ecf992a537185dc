"""Fit how a claim's features become a probability: ``python -m training.support.calibrate``.

Two logistic regressions (Platt scaling over several features), which add up to one: what words and
facts tell is fitted on the documents that the checker was trained on, and how much that counts
beside the checker on others, of which no figure is, and on the sentences of CLAPnq, which are
what the product judges. Each set counts the same, and in each the supported as much as the others,
so the probability is one at even odds. Prints the constants of ``rag/support.py``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from rag.checker import Checker
from rag.cross_encoder import MODEL_FILE, CrossEncoder
from rag.support import NEEDED, ClaimReader, Features, features_of
from training.support.grounded import GroundedClaim, grounded_claims
from training.support.sets import DATA, SOURCES, LabelledClaim, balanced_accuracy, read_split

RIDGE, LITTLE = 5.0, 2.0
"""Pull the weights of standardised features towards 0, the more the fewer documents there are."""
READ = 1
"""How many of the features are the checker's."""
GROUNDED = "clapnq"
"""Whose sentences are fitted on; those of QuoteSum are not."""
BINS = 10
FOLDS = 5
ROUNDS = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--checker", type=Path, default=MODEL_FILE)
    options = parser.parse_args()
    checker = Checker(CrossEncoder(options.checker))
    split = read_split(options.data)
    words = fit(
        features_table(split.training)[:, READ:],
        *labels(split.training),
        ridge=LITTLE,
    )
    table = features_table(split.fitting, Remembering(checker))
    truth, weights = labels(split.fitting)
    grounded = grounded_claims(options.data)
    written = np.array([_features(each, checker) for each in grounded])
    own = np.array([each.source == GROUNDED for each in grounded])
    true = np.array([each.true for each in grounded])
    more = Part(staged(written[own], words), true[own], even(true[own]) * len(truth) / 3)
    part = Part(staged(table, words), truth, weights)
    across = cross_validated(part, more, [claim.group for claim in split.fitting])
    for source, accuracy in by_source(split.fitting, (across >= 0.5).tolist()).items():
        print(f"{source}: balanced accuracy, across folds, {accuracy:.3f}")
    print(
        f"expected calibration error, across folds: {calibration_error(across, truth, weights):.3f}"
    )
    solution = combined(fit(*joined(part, more)), words)
    for field, value in zip(fields(Features), solution[:-1], strict=True):
        print(f"    {field.name}={value:.4f},")
    print(f"BIAS = {solution[-1]:.4f}")
    likely = probabilities(written, solution)
    for source in ("clapnq", "quotesum"):
        _report(source, grounded, likely)
    _report_least(np.vstack([table, written]), solution)


@dataclass(frozen=True, slots=True)
class Part:
    """Claims to fit on: their features (claims, features), truth and weights."""

    features: np.ndarray
    truth: np.ndarray
    weights: np.ndarray


def staged(table: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the checker's features, and what words and facts tell as one."""
    return np.column_stack([table[:, :READ], table[:, READ:] @ words[:-1] + words[-1]])


def even(truth: np.ndarray) -> np.ndarray:
    """Weigh both labels the same; the weights add up to 1."""
    share = np.where(truth, truth.mean(), 1 - truth.mean())
    return 0.5 / share / len(truth)


def joined(*parts: Part) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put parts together."""
    return (
        np.vstack([part.features for part in parts]),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def combined(last: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the constants of one regression that says what the two in a row say."""
    slope = last[READ]
    return np.array([*last[:READ], *(slope * words[:-1]), slope * words[-1] + last[-1]])


def _features(each: GroundedClaim, checker: Checker) -> tuple[float, ...]:
    return astuple(features_of(each.claim, each.grounds.text, checker))


def _report(source: str, grounded: Sequence[GroundedClaim], likely: np.ndarray) -> None:
    """Print how many true and spoiled sentences each threshold keeps."""
    own = np.array([each.source == source for each in grounded])
    true = np.array([each.true for each in grounded])
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        kept = likely >= threshold
        print(
            f"{source} {threshold:.2f}: keeps {kept[own & true].mean():.3f} of the true sentences"
            f" and {kept[own & ~true].mean():.3f} of the spoiled ones"
        )


def _report_least(table: np.ndarray, solution: np.ndarray) -> None:
    """Print how many claims need no checker for each bound of what it adds, and what changes."""
    heard = table[:, :READ] @ solution[:READ]
    words = table[:, READ:] @ solution[READ:-1] + solution[-1]
    print(f"the checker adds {heard.min():.2f} to {heard.max():.2f} to the log-odds")
    for least in (-4.0, -3.5, -3.25, -3.0, -2.75, -2.5, -2.0):
        spared = words + least >= NEEDED
        changed = spared & (words + heard < NEEDED)
        print(
            f"LEAST = {least}: not asked of {spared.mean():.3f}, {changed.sum()} verdicts of"
            f" {len(table)} change"
        )


def features_table(
    claims: Sequence[LabelledClaim], reader: ClaimReader | None = None
) -> np.ndarray:
    """Return the features (claims, features)."""
    return np.array([astuple(features_of(c.text, c.document, reader)) for c in claims])


class Remembering:
    """A checker that reads each sentence of a document once: edits leave most of them alone."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._known: dict[tuple[str, str], float] = {}

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        """Return one logit a sentence."""
        new = [s for s in dict.fromkeys(sentences) if (s, text) not in self._known]
        for sentence, reading in zip(new, self._checker.read(new, text), strict=True):
            self._known[sentence, text] = reading
        return [self._known[sentence, text] for sentence in sentences]


def labels(claims: Sequence[LabelledClaim]) -> tuple[np.ndarray, np.ndarray]:
    """Return which claims are supported, and how much each counts."""
    return np.array([claim.supported for claim in claims]), even_weights(claims)


def even_weights(claims: Sequence[LabelledClaim]) -> np.ndarray:
    """Weigh claims so that each set, and in it each label, counts the same; their mean is 1."""
    counts = Counter((claim.source, claim.supported) for claim in claims)
    weights = np.array([1 / counts[claim.source, claim.supported] for claim in claims])
    return weights / weights.mean()


def fit(
    table: np.ndarray, truth: np.ndarray, weights: np.ndarray, *, ridge: float = RIDGE
) -> np.ndarray:
    """Return the weights of the features and the bias, by Newton's method."""
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-9
    rows = np.column_stack([(table - mean) / deviation, np.ones(len(table))])
    pull = np.diag([ridge] * table.shape[1] + [0.0])
    solution = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        likely = 1 / (1 + np.exp(-rows @ solution))
        gradient = rows.T @ (weights * (truth - likely)) - pull @ solution
        curvature = (rows * (weights * likely * (1 - likely))[:, None]).T @ rows + pull
        solution = solution + np.linalg.solve(curvature, gradient)
    slopes = solution[:-1] / deviation
    return np.append(slopes, solution[-1] - slopes @ mean)


def probabilities(table: np.ndarray, solution: np.ndarray) -> np.ndarray:
    """Return how likely each claim is supported."""
    likely: np.ndarray = 1 / (1 + np.exp(-(table @ solution[:-1] + solution[-1])))
    return likely


def cross_validated(part: Part, more: Part, groups: Sequence[str]) -> np.ndarray:
    """Return each claim's probability from a fit without its document and others."""
    names = sorted(set(groups))
    fold = np.array([names.index(group) % FOLDS for group in groups])
    likely = np.zeros(len(part.truth))
    for number in range(FOLDS):
        own = fold == number
        others = Part(part.features[~own], part.truth[~own], part.weights[~own])
        likely[own] = probabilities(part.features[own], fit(*joined(others, more)))
    return likely


def by_source(claims: Sequence[LabelledClaim], said: Sequence[bool]) -> dict[str, float]:
    """Return the balanced accuracy on each set."""
    return {
        source: balanced_accuracy(
            [claim.supported for claim in claims if claim.source == source],
            [bool(s) for s, claim in zip(said, claims, strict=True) if claim.source == source],
        )
        for source in SOURCES
    }


def calibration_error(likely: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> float:
    """Return how far probabilities are from what happens: the mean over ten bins, by weight."""
    bins = np.minimum((likely * BINS).astype(int), BINS - 1)
    return float(
        sum(
            abs(np.sum(weights[own] * (likely[own] - truth[own])))
            for own in (bins == number for number in range(BINS))
        )
        / weights.sum()
    )


if __name__ == "__main__":
    main()
