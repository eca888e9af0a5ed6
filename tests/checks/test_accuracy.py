"""accuracy: counted outside the box; exactly at the threshold is class 0, NaN is no class."""

import numpy as np
import pytest

from grader.checks.accuracy import Accuracy
from grader.evidence import Measured
from tests.making import case, verdict

Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def judge(got, **more):
    fields = {"predictions": "p.h", "labels": "@xor.y", "at_least": 1.0} | more
    return verdict(Accuracy, case({"h": got}, data={"xor.y": Y}), **fields)


@pytest.mark.parametrize("got", [[0.1, 0.9, 0.8, 0.2], [[0.1], [0.9], [0.8], [0.2]], [[0.1, 0.9, 0.8, 0.2]], Y])
def test_right_classes_pass_in_any_layout(got):
    assert judge(got).verdict == "passed"


@pytest.mark.parametrize("got", [[0.5] * 4, [0.0] * 4, [1.0] * 4, [np.nan] * 4, [np.nan, 0.9, 0.8, 0.2], 1 - Y])
def test_constants_nan_and_reversed_classes_fail(got):
    assert judge(got).verdict == "failed"


def test_exactly_at_the_threshold_is_class_0():
    assert judge([0.5, 0.9, 0.8, 0.5]).verdict == "passed"
    assert "2 of 4 rows right" in judge([0.5, 0.5, 0.5, 0.5]).because


def test_more_than_the_model_can_reach_is_refused():
    found = judge([0.1, 0.9, 0.8, 0.2], at_least=0.5, at_most=0.75)
    assert "more than this model can reach" in found.because


def test_one_hot_labels_are_compared_by_their_largest_column():
    labels = np.eye(3)[[2, 0, 1]]
    fields = {"predictions": "p.h", "labels": "@xor.y", "at_least": 1.0}
    got = [[0.1, 0.2, 0.7], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2]]
    assert verdict(Accuracy, case({"h": got}, data={"xor.y": labels}), **fields).verdict == "passed"


def test_the_surface_is_a_square_grid():
    trial = case({"h": Y, "g": np.linspace(0, 1, 9)}, data={"xor.y": Y})
    found = verdict(Accuracy, trial, predictions="p.h", labels="@xor.y", at_least=1.0, surface="p.g")
    assert found.picture["side"] == 3


@pytest.mark.parametrize(("surface", "has_picture"), [
    (np.zeros(128 * 128), True), (np.zeros(2000 * 2000, bool), False), (np.zeros(8), False), (np.zeros(1), False),
    (np.full(9, np.nan), False)])
def test_a_surface_that_is_no_small_square_of_numbers_is_not_kept(surface, has_picture):
    trial = case({"h": Y, "g": surface}, data={"xor.y": Y})
    found = verdict(Accuracy, trial, predictions="p.h", labels="@xor.y", at_least=1.0, surface="p.g")
    assert (found.verdict, bool(found.picture)) == ("passed", has_picture)


@pytest.mark.parametrize("others", [{}, {"grid": Measured("raised", "ValueError: no")}])
def test_a_surface_that_was_not_measured_costs_no_mark(others):
    trial = case({"h": Y}, data={"xor.y": Y}, others=others)
    found = verdict(Accuracy, trial, predictions="p.h", labels="@xor.y", at_least=1.0, surface="grid.h")
    assert (found.verdict, found.picture) == ("passed", {})


@pytest.mark.parametrize(("got", "because"), [
    ([0.1, 0.9, 0.8], "predictions: shape is (3,), expected (4, 1)"),
    (np.zeros((4, 2)), "predictions: shape is (4, 2), expected (4, 1)"), ([], "predictions: "),
    ([np.inf, 1, 1, 0], "the predictions contain NaN or infinity")])
def test_predictions_that_cannot_be_counted_say_why(got, because):
    assert because in judge(got).because


def test_classes_may_be_computed_from_weights():
    data = {"xor.y": Y, "xor.x": [[-1.0], [1.0], [2.0], [-3.0]]}
    fields = {"model": "logistic", "x": "@xor.x", "params": ["p.W", "p.b"], "labels": "@xor.y", "at_least": 1.0}
    for w, b, result in (([[3.0]], [0.0], "passed"), ([[-3.0]], [0.0], "failed"), ([[0.0]], [0.0], "failed"),
                         ([[np.nan]], [0.0], "failed"), (np.zeros(2_000_000, "f4"), [0.0], "failed")):
        assert verdict(Accuracy, case({"W": w, "b": b}, data=data), **fields).verdict == result
