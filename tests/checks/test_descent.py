"""descent: one run of gradient descent from any start passes; a step wrong in the bias alone, float16 or made-up costs do not."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.descent import Descent, is_twice_a_step
from grader.formulas import CONVEX, COSTS, MODELS, curvature, slopes
from tests.making import case, verdict

RATE, STEPS = 0.01, 600
CLOSE = {"atol": 1e-6, "rtol": 0.01, "because": "float32 uses a twentieth of it"}
RNG = np.random.default_rng(3)
X = RNG.normal(size=(12, 2)) * [1, 0.3] + [1, 0.5]
Y = {"linear": X @ [[1.0], [-2.0]] + 3, "logistic": (X[:, :1] + RNG.normal(size=(12, 1)) > 1).astype(float),
     "softmax": np.eye(3)[RNG.integers(3, size=12)]}


def trained(model, dtype=np.float64, bias=1.0, rate=RATE):
    """Costs before each step, and the weights after the last; the bias takes steps `bias` times as long."""
    x, y = X.astype(dtype), Y[model].astype(dtype)
    w, b, costs = (np.full((2, y.shape[1]), 0.5) + np.eye(2, y.shape[1])).astype(dtype), np.ones(y.shape[1], dtype), []
    for _ in range(STEPS):
        costs.append(COSTS[CONVEX[model][0]](MODELS[model](x, w, b), y))
        dw, db = slopes(model, x, y, w, b)
        w, b = (w - rate * dw).astype(dtype), (b - rate * bias * db).astype(dtype)
    return np.asarray(costs), w, b


def judge(model, costs, w, b):
    trial = case({"costs": costs, "W": w, "b": b}, data={"s.x": X, "s.y": Y[model]})
    return verdict(Descent, trial, model=model, x="@s.x", y="@s.y", params=["p.W", "p.b"], costs="p.costs", lr=RATE,
                   tolerance=CLOSE)


@pytest.mark.parametrize("model", ["linear", "logistic", "softmax"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_right_run_passes_however_its_costs_are_recorded(model, dtype):
    costs, w, b = trained(model, dtype)
    after = np.append(costs[1:], COSTS[CONVEX[model][0]](MODELS[model](X, w, b), Y[model]))
    for recorded in (costs, after, np.append(costs, after[-1]), np.stack([costs, after], axis=1).ravel()):
        assert judge(model, recorded, w, b).verdict == "passed"
    if model == "softmax":
        assert judge(model, costs, w.T, b).verdict == "passed"


@pytest.mark.parametrize("model", ["linear", "logistic", "softmax"])
@pytest.mark.parametrize("wrong", [{"bias": 12}, {"bias": 0}, {"rate": 10 * RATE}, {"rate": RATE / 10}, {"dtype": np.float16}])
def test_a_wrong_step_fails_wherever_it_ends(model, wrong):
    assert judge(model, *trained(model, **wrong)).verdict == "failed"


@pytest.mark.parametrize("model", ["linear", "logistic", "softmax"])
def test_costs_that_are_not_those_of_the_weights_fail(model):
    costs, w, b = trained(model)
    for made_up in (costs * 0.9, costs[::-1], np.zeros(STEPS), np.full(STEPS, costs[-1]), np.sqrt(costs), costs * np.nan):
        assert judge(model, made_up, w, b).verdict == "failed"
    for weights in ((0 * w, b), (w, b + 0.1 * np.arange(1, 1 + b.size)), (w * np.nan, b)):
        assert judge(model, costs, *weights).verdict == "failed"


def test_too_few_costs_and_weights_of_another_shape_are_said():
    costs, w, b = trained("logistic")
    assert judge("logistic", costs[:9], w, b).because == "the cost curve has 9 entries; hand back the cost of every step"
    assert "do not fit the data" in judge("logistic", costs, w[:1], b).because


@pytest.mark.parametrize("model", ["linear", "logistic", "softmax"])
def test_slopes_are_the_derivatives_of_the_cost(model):
    w, b, tiny = np.full((2, Y[model].shape[1]), 0.3), np.full(Y[model].shape[1], -0.2), 1e-6
    w[0, 0] = 1.0
    cost = COSTS[CONVEX[model][0]]
    def at(w, b):
        return cost(MODELS[model](X, w, b), Y[model])
    dw, db = slopes(model, X, Y[model], w, b)
    for place in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[place] = tiny
        assert dw[place] == pytest.approx((at(w + step, b) - at(w - step, b)) / (2 * tiny), abs=1e-7)
    for k in range(b.size):
        step = tiny * (np.arange(b.size) == k)
        assert db[k] == pytest.approx((at(w, b + step) - at(w, b - step)) / (2 * tiny), abs=1e-7)
    assert curvature(model, X) > 0


def test_two_costs_a_step_are_told_from_one():
    falling = 3 * 0.99 ** np.arange(50)
    assert is_twice_a_step(np.repeat(falling, 2))
    assert not is_twice_a_step(falling)
