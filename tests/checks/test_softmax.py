"""softmax: a distribution, the right one, shift-invariant and stable; the first property that fails is named."""

import numpy as np

from grader.checks.softmax import Softmax
from grader.formulas import softmax
from tests.making import case, verdict

Z = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0], [5.0, 1.0, 1.0], [0.1, 0.2, 0.3]])
P = softmax(Z)
NEAR = {"atol": 1e-5, "because": "a made tolerance"}


def judge(got, shifted=P, large=P):
    trial = case({"h": got, "s": shifted, "l": large}, {"h": P, "s": P, "l": P})
    return verdict(Softmax, trial, of="p.h", shifted="p.s", large="p.l", tolerance=NEAR)


def test_right_probabilities_pass():
    assert judge(P).verdict == "passed"


def test_the_wrong_axis_is_named():
    wrong = np.exp(Z) / np.exp(Z).sum(axis=0)
    assert "the axis is wrong" in judge(wrong).because


def test_scores_in_place_of_probabilities_fail():
    assert "negative" in judge(Z).because


def test_sigmoids_are_no_distribution():
    assert "adds up to" in judge(1 / (1 + np.exp(-Z))).because


def test_nan_zeros_and_uniform_rows_fail():
    assert "NaN" in judge(np.full_like(P, np.nan)).because
    assert judge(np.zeros_like(P)).verdict == "failed"
    assert judge(np.full_like(P, 1 / 3)).verdict == "failed"


def test_overflow_for_large_scores_is_named_with_its_remedy():
    assert "subtract each row's maximum" in judge(P, large=np.full_like(P, np.nan)).because


def test_a_shift_that_changes_the_outputs_is_named():
    assert "adding one number" in judge(P, shifted=np.full_like(P, 1 / 3)).because


def test_another_largest_class_is_said():
    assert "another class" in judge(P[:, ::-1]).because
