"""The hidden units' answers are sigmoids of their weighted sums, exact or rounded to 0 or 1 as on the slides."""

import numpy as np

ROUNDING = 1e-5  # two products, two sums and a sigmoid in float32 differ by a few parts in 1e7


def test_hidden_units(evidence, answers):
    got, want = evidence["forwarded.hidden"], answers["forwarded.hidden"]
    assert got.shape == want.shape, f"hidden: shape is {got.shape}, expected {want.shape}"
    is_exact = bool(np.all(np.abs(got - want) <= ROUNDING))
    is_rounded = np.array_equal(got, np.round(want))
    off = np.max(np.abs(got - want)) if np.all(np.isfinite(got)) else np.inf
    assert is_exact or is_rounded, f"hidden is neither the sigmoid of x W1 + b1 nor its rounding: {off:.3g} off"
