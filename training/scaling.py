"""Scales numbers into 8 bits, row by row.

A row of activations (one token) is scaled by its own largest magnitude, so that a token's numbers
do not depend on what else is in the batch. Weights are scaled by output channel, tables by entry.
A few channels of a transformer's activations are far larger than the rest and would leave the rest
few of the 8 bits; they are evened out against the weights first (SmoothQuant,
https://arxiv.org/abs/2211.10438).

Processors with AVX2 alone add two neighbouring products of uint8 and int8 in 16 bits, and what
does not fit is cut off. Weights are scaled so that it always fits: every processor then gets the
same sums.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Int8 = npt.NDArray[np.int8]
LARGEST = 127
SMALLEST = 1e-10  # a row or channel of zeros must not divide by zero
MIGRATION = 0.65  # share of a channel's size that moves to the weights, by measurement


def quantise_rows(matrix: Float32) -> tuple[Int8, Float32]:
    """Return int8 rows and one scale a row, with ``rows * scales[:, None]`` near ``matrix``."""
    return _scale_rows(matrix, np.abs(matrix).max(axis=1))


def quantise_weight(weight: Float32) -> tuple[Int8, Float32]:
    """Quantise ``weight`` (outputs, inputs), whose inputs are even in number, as its rows.

    No two neighbours (0 and 1, 2 and 3, …) of a row sum to more than 128 in magnitude, so that
    their products with any uint8 sum to at most 255 * 128, which 16 bits hold.
    """
    pairs = np.abs(weight[:, ::2] + weight[:, 1::2]).max(axis=1)
    return _scale_rows(weight, np.maximum(pairs, np.abs(weight).max(axis=1)))


def _scale_rows(matrix: Float32, largest: Float32) -> tuple[Int8, Float32]:
    scales = np.maximum(largest / LARGEST, SMALLEST).astype(np.float32)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def channel_factors(weight: Float32, largest: Float32) -> Float32:
    """Return what to multiply each input channel of ``weight`` by, and divide activations by.

    ``largest`` are the channels' largest magnitudes as measured. Powers of two: scaling by them
    is exact, and small differences between machines do not change them.
    """
    activations = np.log2(np.maximum(largest, SMALLEST))
    weights = np.log2(np.maximum(np.abs(weight).max(axis=0), SMALLEST))
    wanted = MIGRATION * activations - (1 - MIGRATION) * weights
    factors: Float32 = np.exp2(np.rint(wanted - np.median(wanted))).astype(np.float32)
    return factors
