"""Scaling weights into 8 bits, row by row, and tables into 4."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.scaling import (
    GROUP,
    Float32,
    channel_factors,
    nearest_nibbles,
    quantise_nibbles,
    quantise_rows,
    quantise_weight,
)


@st.composite
def matrices(draw: st.DrawFn) -> Float32:
    """Draw a matrix with a few rows and channels far larger than the rest, and some of zeros."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows, pairs = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    matrix = random.standard_normal((rows, 2 * pairs))
    matrix *= 10.0 ** random.integers(-4, 3, (rows, 1))
    matrix *= 10.0 ** random.integers(0, 2, 2 * pairs)
    matrix[random.random(rows) < 0.1] = 0
    return matrix.astype(np.float32)


@settings(deadline=None)
@given(matrices())
def test_each_number_comes_back_within_half_a_step_of_its_row(matrix: Float32) -> None:
    for quantise in (quantise_rows, quantise_weight):
        integers, scales = quantise(matrix)
        error = np.abs(integers * scales[:, None] - matrix)
        assert (error <= 0.5001 * scales[:, None]).all()


@settings(deadline=None)
@given(matrices())
def test_a_row_of_a_table_uses_all_of_the_8_bits(matrix: Float32) -> None:
    integers, _ = quantise_rows(matrix)
    assert (np.abs(integers).max(axis=1)[matrix.any(axis=1)] == 127).all()


@settings(deadline=None)
@given(matrices())
def test_a_row_does_not_depend_on_the_others(matrix: Float32) -> None:
    integers, scales = quantise_weight(matrix)
    alone, scale = quantise_weight(matrix[-1:])
    assert (alone == integers[-1:]).all()
    assert scale == scales[-1:]


@settings(deadline=None)
@given(matrices())
def test_two_neighbouring_products_with_any_uint8_fit_16_bits(matrix: Float32) -> None:
    integers = quantise_weight(matrix)[0].astype(np.int64)
    left, right = integers[:, ::2], integers[:, 1::2]
    most = 255 * (np.maximum(left, 0) + np.maximum(right, 0))
    least = 255 * (np.minimum(left, 0) + np.minimum(right, 0))
    assert most.max() < 2**15
    assert least.min() >= -(2**15)


@settings(deadline=None)
@given(matrices(), st.integers(1, 127))
def test_a_weight_of_fewer_steps_is_as_near_as_these_allow(matrix: Float32, largest: int) -> None:
    integers, scales = quantise_weight(matrix, largest)
    assert np.abs(integers).max() <= largest
    assert (np.abs(integers * scales[:, None] - matrix) <= 0.5001 * scales[:, None]).all()


def test_a_row_of_zeros_stays_zeros() -> None:
    integers, scales = quantise_weight(np.zeros((1, 4), np.float32))
    assert not integers.any()
    assert scales[0] > 0


@settings(deadline=None)
@given(matrices(), matrices())
def test_factors_leave_the_product_as_it_is(weight: Float32, activations: Float32) -> None:
    activations = np.resize(activations, (3, weight.shape[1]))
    factors = channel_factors(weight, np.abs(activations).max(axis=0))
    evened = (activations / factors) @ (weight * factors).T
    np.testing.assert_allclose(evened, activations @ weight.T, rtol=1e-4, atol=1e-3)


def test_factors_are_powers_of_two_and_larger_for_larger_activations() -> None:
    weight = np.ones((2, 6), np.float32)
    factors = channel_factors(weight, np.array([1, 1, 1, 1, 1, 64], np.float32))
    assert (np.log2(factors) % 1 == 0).all()
    assert factors[5] > factors[0]


def test_factors_shrink_the_error_that_an_outsized_channel_makes() -> None:
    random = np.random.default_rng(0)
    weight = random.standard_normal((16, 32)).astype(np.float32)
    activations = random.standard_normal((64, 32)).astype(np.float32)
    activations[:, 3] *= 50
    exact = activations @ weight.T
    factors = channel_factors(weight, np.abs(activations).max(axis=0))
    plain = _multiply(activations, weight)
    evened = _multiply(activations / factors, weight * factors)
    assert np.abs(evened - exact).mean() < 0.5 * np.abs(plain - exact).mean()


def _multiply(activations: Float32, weight: Float32) -> Float32:
    """Multiply as the 8-bit graph does."""
    rows, row_scales = quantise_rows(activations)
    columns, column_scales = quantise_weight(weight)
    product: Float32 = rows.astype(np.float32) @ columns.T.astype(np.float32)
    return product * row_scales[:, None] * column_scales


@st.composite
def tables(draw: st.DrawFn) -> Float32:
    """Draw a table whose groups differ in size, some of them zeros."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows, groups = draw(st.integers(1, 4)), 2 * draw(st.integers(1, 3))
    sizes = 10.0 ** random.integers(-2, 2, (rows, groups, 1))
    sizes[random.random(sizes.shape) < 0.1] = 0
    table = random.standard_normal((rows, groups, GROUP)) * sizes
    return table.reshape(rows, groups * GROUP).astype(np.float32)


@settings(deadline=None)
@given(tables())
def test_each_number_of_a_table_comes_back_within_half_a_step_of_its_group(table: Float32) -> None:
    packed, scales = quantise_nibbles(table)
    assert packed.shape == (len(table), table.shape[1] // 2)
    step = np.repeat(scales.astype(np.float32), GROUP, axis=1)
    assert (np.abs(nearest_nibbles(table) - table) <= 0.51 * step).all()


@settings(deadline=None)
@given(tables())
def test_the_table_that_4_bits_stand_for_is_its_own_nearest(table: Float32) -> None:
    nearest = nearest_nibbles(table)
    assert (nearest_nibbles(nearest) == nearest).all()
