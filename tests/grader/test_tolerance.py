"""Numbers are compared with an allowed distance that NaN never keeps, and shapes without a change of meaning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydantic import ValidationError

from grader.tolerance import Band, Tolerance, compare, fit

BECAUSE = "as far as float32 goes"
TIGHT = Tolerance(atol=1e-6, because=BECAUSE)
FLOATS = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(width=64))


def a(*values):
    return np.array(values)


@pytest.mark.parametrize("got", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("want", [0.0, 1.0, np.nan, 1e308])
def test_what_is_not_finite_is_never_close(got, want):
    result = compare(a(1.0, got), a(1.0, want), Tolerance(atol=1e300, rtol=1e300, because=BECAUSE))
    assert not result.is_close
    assert result.sentence() == "not a finite number"
    assert result.where == (1,)


def test_the_same_infinity_is_close_and_the_other_one_is_not():
    assert compare(a(np.inf), a(np.inf), TIGHT).is_close
    assert not compare(a(-np.inf), a(np.inf), TIGHT).is_close


@pytest.mark.parametrize("field", ["atol", "rtol"])
@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1.0])
def test_a_tolerance_that_allows_everything_or_nothing_is_refused(field, value):
    with pytest.raises(ValidationError):
        Tolerance.model_validate({field: value, "because": BECAUSE})


def test_a_tolerance_needs_a_distance_and_a_reason():
    with pytest.raises(ValidationError, match="floating-point numbers never agree exactly"):
        Tolerance(because=BECAUSE)
    with pytest.raises(ValidationError, match="because"):
        Tolerance(atol=1)


def test_the_worst_element_speaks_with_its_own_allowed_distance():
    result = compare(a(1.0, 100.5), a(1.0, 100.0), Tolerance(atol=0.1, rtol=0.001, because=BECAUSE))
    assert (result.is_close, result.where) == (False, (1,))
    assert result.sentence() == "0.5 off, 0.2 allowed"
    assert result.used == pytest.approx(2.5)


def test_exact_agreement_uses_nothing_even_where_nothing_is_allowed():
    result = compare(a(0.0), a(0.0), Tolerance(rtol=0.1, because=BECAUSE))
    assert (result.is_close, result.used) == (True, 0.0)
    assert compare(a(1e-9), a(0.0), Tolerance(rtol=0.1, because=BECAUSE)).used == np.inf


def test_arrays_of_nothing_agree():
    assert compare(np.zeros(0), np.zeros(0), TIGHT).is_close


def test_whole_numbers_and_truth_values_are_compared_as_numbers():
    assert compare(np.array([True, False]), np.array([1, 0]), TIGHT).is_close
    assert not compare(np.array([2**53 + 2]), np.array([2**53]), TIGHT).is_close


@settings(max_examples=60, deadline=None)
@given(FLOATS)
def test_an_array_is_close_to_itself_exactly_when_it_holds_no_nan(array):
    assert compare(array, array, TIGHT).is_close == (not np.isnan(array).any())


@settings(max_examples=60, deadline=None)
@given(FLOATS, st.floats(1e-9, 1e9), st.floats(0, 1e9))
def test_close_means_that_no_element_uses_more_than_all(array, atol, rtol):
    result = compare(array, np.zeros_like(array), Tolerance(atol=atol, rtol=rtol, because=BECAUSE))
    assert result.is_close == bool(np.all(np.abs(array) <= atol))
    assert result.is_close == (result.used <= 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.09999, 0.30001])
def test_a_band_holds_its_ends_and_nothing_outside(value):
    band = Band(low=0.1, high=0.3, because=BECAUSE)
    assert (band.holds(0.1), band.holds(0.3)) == (True, True)
    assert not band.holds(value)


@pytest.mark.parametrize(("low", "high"), [(1, 0), (float("nan"), 1), (0, float("nan"))])
def test_a_band_upside_down_or_without_ends_is_refused(low, high):
    with pytest.raises(ValidationError, match="is above high"):
        Band(low=low, high=high, because=BECAUSE)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (1, 3), (1, 3, 1)])
def test_axes_of_length_one_come_and_go(shape):
    fitted = fit(np.arange(3).reshape(shape), (3, 1), "loose")
    np.testing.assert_array_equal(fitted, [[0], [1], [2]])
    if shape != (3, 1):
        assert fit(np.arange(3).reshape(shape), (3, 1), "exact") is None


def test_a_matrix_is_transposed_only_where_any_layout_will_do():
    got = np.arange(6).reshape(2, 3)
    assert fit(got, (3, 2), "loose") is None
    np.testing.assert_array_equal(fit(got, (3, 2), "any"), got.T)
    np.testing.assert_array_equal(fit(got[None], (3, 2), "any"), got.T)
    np.testing.assert_array_equal(fit(got, (2, 3), "any"), got)


@pytest.mark.parametrize("shape", [(6,), (2, 2), (3, 3), (), (0,)])
def test_other_shapes_never_fit(shape):
    assert fit(np.zeros(shape), (3, 2), "any") is None


def test_one_number_fits_any_shape_of_one():
    np.testing.assert_array_equal(fit(np.array(5.0), (1, 1), "loose"), [[5.0]])
    assert fit(np.array([[5.0]]), (), "loose").shape == ()
