"""cost: recomputed from predictions or weights; a claim that is not their cost is named, and no shape broadcasts."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from pydantic import ValidationError

from grader.checks.cost import Cost
from tests.making import case, check, verdict

X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [2.0], [2.0]])
W, B = np.array([[0.5]]), np.array([0.5])
H = X @ W + B
NEAR = {"atol": 1e-6, "because": "six digits are printed"}
BAND = {"low": 0.0, "high": 0.2, "because": "seen over many seeds"}
LINE = {"formula": "mse", "model": "linear", "x": "@s.x", "params": ["p.W", "p.b"], "tolerance": NEAR}
FROM = {"formula": "mse", "predictions": "p.h", "tolerance": NEAR}
DATA = {"s.x": X, "s.y": Y}


def by_weights(w, b, data=DATA, want=None, **fields):
    trial = case({"W": w, "b": b}, want or {"W": W, "b": B}, data)
    return verdict(Cost, trial, y="@s.y", **(LINE | fields))


def by_predictions(h, **fields):
    return verdict(Cost, case({"h": h}, {"h": H}, DATA), y="@s.y", **(FROM | fields))


@pytest.mark.parametrize(("w", "b"), [(W, B), (0.5, 0.5), (W[0], B[None]), (W.astype("f4"), B.astype("f4"))])
def test_the_right_weights_have_the_right_cost(w, b):
    assert by_weights(w, b).verdict == "passed"


@pytest.mark.parametrize("h", [H, H[:, 0], H.T])
def test_the_right_predictions_have_the_right_cost(h):
    assert by_predictions(h).verdict == "passed"


@pytest.mark.parametrize(("h", "because"), [
    (0 * H, "the final cost is 2.92 off, 1e-06 allowed"), (H * np.nan, "the final cost is not a finite number"),
    (np.where(H > 1.9, np.inf, H), "the final cost is not a finite number"), (-H, "off, 1e-06 allowed"),
    (H - H.T, "predictions: shape is (3, 3), expected (3, 1)"), (H[:2], "predictions: shape is (2, 1)"),
    (1.0, "predictions: shape is (), expected (3, 1)"), (np.full((3, 1), 1e200), "not a finite number")])
def test_wrong_predictions_fail(h, because):
    told = by_predictions(h)
    assert told.verdict == "failed"
    assert because in told.because


def test_nothing_outside_a_band_passes():
    assert by_predictions(H, tolerance=None, band=BAND).verdict == "passed"
    for wrong in (0 * H, -H):
        told = by_predictions(wrong, tolerance=None, band=BAND)
        assert (told.verdict, "right programs end between 0 and 0.2" in told.because) == ("failed", True)
    told = by_predictions(H * np.nan, tolerance=None, band=BAND)
    assert told.because == "the cost of what you returned is not a finite number"


@pytest.mark.parametrize(("w", "b"), [(W, [0.5] * 3), (W, [[0.5]] * 3), ([0.5] * 3, B), (np.zeros((0, 1)), B), (W, [])])
def test_weights_that_would_broadcast_are_refused(w, b):
    told = by_weights(w, b)
    assert told.verdict == "failed"
    assert "which do not fit the data" in told.because


def test_huge_weights_take_no_memory():
    huge = np.zeros(2_000_000, "f4")
    tracemalloc.start()
    for told in (by_weights(W, huge), by_weights(huge, B), by_weights(huge, huge, model="scalar")):
        assert told.verdict == "failed"
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(("claim", "is_passed"), [
    (1 / 12, True), ([3.0, 0.2, 1 / 12], True), ([], True), (1 / 12 * 1.04, True),
    (0.0, False), ([1 / 12, 0.5], False), (np.nan, False), (-1 / 12, False)])
def test_a_claim_must_be_the_cost_of_what_was_returned(claim, is_passed):
    trial = case({"h": H, "costs": claim}, {"h": H}, DATA)
    told = verdict(Cost, trial, y="@s.y", claimed="p.costs", **FROM)
    assert (told.verdict == "passed") == is_passed
    assert is_passed or "is not the cost of what was returned, 0.0833333" in told.because


def test_data_may_be_a_plain_list_of_numbers():
    data = {"s.x": X[:, 0], "s.y": Y[:, 0]}
    assert by_weights(W, B, data).verdict == "passed"
    assert by_weights([1.0, 2.0], B, data).verdict == "failed"


def test_one_weight_for_all_columns_is_the_scalar_model():
    data = {"s.x": np.ones((2, 3)), "s.y": np.ones((2, 3))}
    want = {"W": 1.0, "b": 0.0}
    assert by_weights([[1.0]], [0.0], data, want, model="scalar").verdict == "passed"
    assert by_weights(np.ones(3), 0.0, data, want, model="scalar").verdict == "failed"


@pytest.mark.parametrize("layout", [np.asarray, np.transpose])
def test_softmax_weights_may_be_kept_out_by_in(layout):
    x, w, b = np.eye(4), np.arange(12.0).reshape(4, 3) / 10, np.zeros(3)
    y = np.eye(3)[[0, 1, 2, 0]]
    data, want = {"s.x": x, "s.y": y}, {"W": w, "b": b}
    fields = {"formula": "cross_entropy", "model": "softmax"}
    assert by_weights(layout(w), b, data, want, **fields).verdict == "passed"
    assert by_weights(0 * w, b, data, want, **fields).verdict == "failed"
    assert by_weights(w * np.nan, b, data, want, **fields).verdict == "failed"


def test_scores_before_the_sigmoid_count_where_the_check_says_so():
    y = np.array([[0.0], [1.0], [1.0]])
    scores = np.array([[-4.0], [3.0], [5.0]])
    trial = case({"h": scores}, {"h": 1 / (1 + np.exp(-scores))}, {"s.y": y})
    fields = FROM | {"formula": "logistic", "y": "@s.y"}
    assert verdict(Cost, trial, **fields, or_scores=True).verdict == "passed"
    assert verdict(Cost, trial, **fields).verdict == "failed"


@pytest.mark.parametrize("wrong", [
    {"predictions": None}, {"model": "linear", "x": "@s.x", "params": ["p.W", "p.b"]}, {"tolerance": None},
    {"band": BAND}, {"honesty": 0}])
def test_a_check_that_says_too_little_or_too_much_is_refused(wrong):
    with pytest.raises(ValidationError):
        check(Cost, y="@s.y", **(FROM | wrong))


def test_cost_a_little_below_every_right_run_loses_no_mark_and_is_flagged_for_staff():
    band = {"low": 0.1, "high": 0.2, "because": "seen over many seeds"}
    better = by_predictions(Y + 0.25, tolerance=None, band=band)
    assert (better.verdict, better.flag) == (
        "passed", "too good: a final cost of 0.0625, below that of every right run (0.1)")


def test_cost_far_below_every_right_run_is_that_of_another_training():
    band = {"low": 0.1, "high": 0.2, "because": "seen over many seeds"}
    low = by_predictions(Y + 0.01, tolerance=None, band=band)
    assert (low.verdict, low.flag) == ("failed", "too good: a final cost of 0.0001, below that of every right run (0.1)")
    assert by_predictions(Y + 9, tolerance=None, band=band).flag == ""
    assert by_predictions(Y + 0.35, tolerance=None, band=band).flag == ""
