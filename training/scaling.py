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
UInt8 = npt.NDArray[np.uint8]
Float16 = npt.NDArray[np.float16]
LARGEST = 127
LARGEST_NIBBLE, MIDDLE_NIBBLE = 7, 8
GROUP = 64  # numbers of a table that share a scale, in 4 bits
SMALLEST = 1e-10  # a row or channel of zeros must not divide by zero
MIGRATION = 0.65  # share of a channel's size that moves to the weights, by measurement


def quantise_rows(matrix: Float32) -> tuple[Int8, Float32]:
    """Return int8 rows and one scale a row, with ``rows * scales[:, None]`` near ``matrix``."""
    return _scale_rows(matrix, np.abs(matrix).max(axis=1) / LARGEST)


def quantise_weight(weight: Float32, largest: int = LARGEST) -> tuple[Int8, Float32]:
    """Quantise ``weight`` (outputs, inputs), whose inputs are even in number, as its rows.

    No integer is above ``largest`` in magnitude: with fewer steps a file deflates to less.

    No two neighbours (0 and 1, 2 and 3, …) of a row sum to more than 128 in magnitude, so that
    their products with any uint8 sum to at most 255 * 128, which 16 bits hold.
    """
    pairs = np.abs(weight[:, ::2] + weight[:, 1::2]).max(axis=1)
    return _scale_rows(weight, np.maximum(pairs, np.abs(weight).max(axis=1)) / largest)


def _scale_rows(matrix: Float32, steps: Float32) -> tuple[Int8, Float32]:
    scales = np.maximum(steps, SMALLEST).astype(np.float32)
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


def quantise_nibbles(table: Float32) -> tuple[UInt8, Float16]:
    """Quantise ``table`` (entries, width) to 4 bits, with a scale for each ``GROUP`` of an entry.

    Returns two numbers a byte (entries, width / 2), those of the first half of an entry in the
    high bits and those of the second in the low, each ``MIDDLE_NIBBLE`` too large; and the scales
    (entries, width / ``GROUP``).
    """
    entries, width = table.shape
    grouped = table.reshape(entries, width // GROUP, GROUP)
    scales = (np.abs(grouped).max(axis=2) / LARGEST_NIBBLE).astype(np.float16)
    divisors = np.maximum(scales.astype(np.float32), SMALLEST)[..., None]
    steps = np.clip(np.rint(grouped / divisors), -LARGEST_NIBBLE, LARGEST_NIBBLE)
    numbers = (steps + MIDDLE_NIBBLE).astype(np.uint8).reshape(entries, width)
    return (numbers[:, : width // 2] << 4) | numbers[:, width // 2 :], scales


def nearest_nibbles(table: Float32) -> Float32:
    """Return the table that its 4 bits stand for; it is its own nearest."""
    packed, scales = quantise_nibbles(table)
    numbers = np.concatenate([packed >> 4, packed & 15], axis=1).astype(np.float32) - MIDDLE_NIBBLE
    nearest: Float32 = numbers * np.repeat(scales.astype(np.float32), GROUP, axis=1)
    return nearest
