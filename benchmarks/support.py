"""How well the checker tells supported claims from others, on documents that it never saw.

Balanced accuracy on the held-out documents of WiCE, FRANK and SummEdits, beside the share of a
claim's words that stand in the document: with one threshold for all, and with one of its own for
each set, as benchmarks of this kind are often reported; and the areas under the curve, which need
none. The checker's own are fitted on the
documents that its probability is, the share's on all that are not held out. Then sentences that
people wrote from marked evidence (CLAPnq, QuoteSum), as they are and with an invented error, as
the product judges them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.checker import Checker
from rag.cross_encoder import MODEL_FILE, CrossEncoder
from rag.facts import unmatched_fact
from rag.questions import terms
from rag.support import ClaimReader, Support, features_of, probability_of
from training.reader.measures import auroc
from training.support.calibrate import (
    Remembering,
    by_source,
    calibration_error,
    even_weights,
    labels,
)
from training.support.grounded import grounded_claims
from training.support.sets import DATA, SOURCES, LabelledClaim, balanced_accuracy, read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--checker", type=Path, default=MODEL_FILE)
    options = parser.parse_args()
    split = read_split(options.data)
    others = [*split.training, *split.fitting]
    checker = Checker(CrossEncoder(options.checker))
    report_sets(others, split.fitting, split.held_out, checker)
    report_sentences(options.data, checker)


def report_sets(
    others: Sequence[LabelledClaim],
    fitting: Sequence[LabelledClaim],
    held_out: Sequence[LabelledClaim],
    checker: Checker,
) -> None:
    reader = Remembering(checker)
    likely = probabilities(held_out, reader)
    judged = ruled(held_out, likely)
    overlap, elsewhere = shares(held_out), shares(others)
    rows = {
        "rules, then checker and words": by_source(held_out, (judged >= 0.5).tolist()),
        "the same, one for each set": by_own_threshold(
            (fitting, ruled(fitting, probabilities(fitting, reader))), (held_out, judged)
        ),
        "checker, facts and words": by_source(held_out, (likely >= 0.5).tolist()),
        "facts alone": by_source(held_out, [has_no_unmatched_fact(c) for c in held_out]),
        "overlap, one threshold": by_source(
            held_out, (overlap >= best_threshold(others, elsewhere)).tolist()
        ),
        "overlap, one for each set": by_own_threshold((others, elsewhere), (held_out, overlap)),
        "AUROC of rules, checker, words": area(held_out, judged),
        "AUROC of the overlap": area(held_out, overlap),
    }
    print(f"{'balanced accuracy':30}" + "".join(f"{source:>11}" for source in SOURCES))
    for name, row in rows.items():
        print(f"{name:30}" + "".join(f"{row[source]:11.3f}" for source in SOURCES))
    truth, weights = labels(held_out)
    print(f"expected calibration error: {calibration_error(likely, truth, weights):.3f}")
    for subset in sorted({claim.subset for claim in held_out}):
        own = [at for at, claim in enumerate(held_out) if claim.subset == subset]
        supported = [held_out[at].supported for at in own]
        accuracy = balanced_accuracy(supported, [bool(likely[at] >= 0.5) for at in own])
        print(f"  {subset:26}{len(own):5} claims, {sum(supported):4} supported {accuracy:8.3f}")


def probabilities(claims: Sequence[LabelledClaim], reader: ClaimReader) -> np.ndarray:
    return np.array([probability_of(features_of(c.text, c.document, reader)) for c in claims])


def ruled(claims: Sequence[LabelledClaim], likely: np.ndarray) -> np.ndarray:
    """Return 0 where a rule of fact objects, as the product does before it asks the checker."""
    return np.where([has_no_unmatched_fact(claim) for claim in claims], likely, 0.0)


def has_no_unmatched_fact(claim: LabelledClaim) -> bool:
    return unmatched_fact(claim.text, claim.document, ()) is None


@lru_cache(maxsize=1024)
def terms_of(document: str) -> frozenset[str]:
    return frozenset(terms(document))


def share(claim: LabelledClaim) -> float:
    """Return the share of a claim's content words that stand in its document."""
    own, document = terms(claim.text), terms_of(claim.document)
    return sum(term in document for term in own) / max(1, len(own))


def shares(claims: Sequence[LabelledClaim]) -> np.ndarray:
    return np.array([share(claim) for claim in claims])


Scored = tuple[Sequence[LabelledClaim], np.ndarray]
"""Claims, and for each a number that is the higher the more speaks for it."""


def best_threshold(claims: Sequence[LabelledClaim], scores: np.ndarray) -> float:
    """Return the score from which on a claim is best taken for supported.

    Midway between the two that it parts, as decision trees have it: of anywhere between these the
    claims say the same.
    """
    weights = even_weights(claims)
    truth = np.array([claim.supported for claim in claims])
    tried = np.unique(scores)
    best = int(np.argmax([weights[(scores >= at) == truth].sum() for at in tried]))
    return float(tried[max(best - 1, 0) : best + 1].mean())


def area(claims: Sequence[LabelledClaim], scores: np.ndarray) -> dict[str, float]:
    """Return on each set the chance that a supported claim scores above another."""
    supported = np.array([claim.supported for claim in claims])
    sources = {name: np.array([claim.source == name for claim in claims]) for name in SOURCES}
    return {
        name: auroc(scores[own & supported], scores[own & ~supported])
        for name, own in sources.items()
    }


def by_own_threshold(fitting: Scored, held_out: Scored) -> dict[str, float]:
    """Return each set's balanced accuracy with the threshold that is best for that set."""
    said = np.zeros(len(held_out[0]), bool)
    for source in SOURCES:
        known, asked = (
            np.array([claim.source == source for claim in part[0]]) for part in (fitting, held_out)
        )
        claims = [claim for claim in fitting[0] if claim.source == source]
        said[asked] = held_out[1][asked] >= best_threshold(claims, fitting[1][known])
    return by_source(held_out[0], said.tolist())


def report_sentences(data: Path, checker: Checker) -> None:
    asking = Counting(checker)
    support = Support(asking)
    claims = grounded_claims(data)
    kept, times = [], []
    for each in claims:
        started = time.perf_counter()
        kept.append(support.supports(each.claim, each.grounds))
        times.append((time.perf_counter() - started) * 1000)
    for source in ("clapnq", "quotesum"):
        for true, name in ((True, "as written"), (False, "with an error")):
            own = [
                k
                for k, each in zip(kept, claims, strict=True)
                if (each.source, each.true) == (source, true)
            ]
            print(f"{source}, {name}: {len(own)} sentences, {sum(own) / len(own):.3f} kept")
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"milliseconds a sentence: mean {statistics.mean(times):.1f},"
        f" p50 {statistics.median(times):.1f}, p95 {p95:.1f};"
        f" the checker is asked of {asking.asked / len(claims):.2f}"
    )


class Counting:
    """A checker that counts how often it is asked."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self.asked = 0

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        """Return one reading a sentence."""
        self.asked += 1
        return self._checker.read(sentences, text)


if __name__ == "__main__":
    main()
