"""Costs and models in numpy agree with PyTorch's, and are what the lecture printed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from grader.formulas import COSTS, MODELS, sigmoid, softmax

RNG = np.random.default_rng(0)
Z = RNG.normal(0, 3, (5, 3))
Y = np.eye(3)[[0, 2, 1, 1, 0]]
ONE = (RNG.random((5, 1)) > 0.5).astype(float)


def test_costs_agree_with_torch():
    h, t = sigmoid(Z[:, :1]), torch.from_numpy
    assert COSTS["mse"](Z, Y) == pytest.approx(F.mse_loss(t(Z), t(Y)).item())
    assert COSTS["logistic"](h, ONE) == pytest.approx(F.binary_cross_entropy(t(h), t(ONE)).item())
    assert COSTS["cross_entropy"](softmax(Z), Y) == pytest.approx(F.cross_entropy(t(Z), t(Y)).item())


def test_the_costs_of_knowing_nothing_are_the_lectures():
    assert COSTS["logistic"](np.full((4, 1), 0.5), np.array([[0.0], [1], [1], [0]])) == pytest.approx(0.6931, abs=1e-4)
    assert COSTS["cross_entropy"](np.full((5, 3), 1 / 3), Y) == pytest.approx(1.0986, abs=1e-4)
    assert COSTS["mse"](np.zeros((3, 1)), np.array([[1.0], [2], [3]])) == pytest.approx(14 / 3)


def test_perfect_answers_cost_nothing_and_certain_mistakes_without_end():
    assert COSTS["logistic"](ONE, ONE) == 0
    assert COSTS["cross_entropy"](Y, Y) == 0
    assert COSTS["logistic"](1 - ONE, ONE) == np.inf
    assert COSTS["cross_entropy"](np.roll(Y, 1, axis=1), Y) == np.inf


@pytest.mark.parametrize("cost", sorted(COSTS))
def test_nan_in_one_prediction_makes_the_cost_nan(cost):
    p = softmax(Z)
    p[2, 1] = np.nan
    assert np.isnan(COSTS[cost](p, Y))


def test_models_agree_with_torch():
    x, w, b = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=2)
    z = F.linear(*(torch.from_numpy(a) for a in (x, w.T.copy(), b))).numpy()
    np.testing.assert_allclose(MODELS["linear"](x, w, b), z)
    np.testing.assert_allclose(MODELS["logistic"](x, w, b), torch.from_numpy(z).sigmoid())
    np.testing.assert_allclose(MODELS["softmax"](x, w, b), torch.from_numpy(z).softmax(1))
    np.testing.assert_allclose(MODELS["scalar"](x, np.array([[2.0]]), np.array([1.0])), 2 * x + 1)


def test_large_scores_overflow_nowhere():
    large = np.array([[1000.0, 0.0, -1000.0]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(softmax(large), [[1, 0, 0]])
        np.testing.assert_array_equal(sigmoid(large), [[1, 0.5, 0]])
