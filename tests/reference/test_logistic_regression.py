import math

import pytest
import torch

from reference import data
from reference import logistic_regression as logistic


def column(*values, dtype=torch.float32):
    return torch.tensor(values, dtype=dtype)[:, None]


def normal(features, seed):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(features, 1, generator=random), torch.randn(1, generator=random)


def tensors(table):
    return torch.tensor(table["x"]), torch.tensor(table["y"])


def optimum(x, y):
    """Find the cost's only minimum with Newton's method, in float64."""
    rows, answers = torch.cat([x, torch.ones(len(x), 1)], dim=1).double(), y.double()
    weights = torch.zeros(rows.shape[1], 1, dtype=torch.float64)
    for _ in range(20):
        h = torch.sigmoid(rows @ weights)
        weights -= torch.linalg.solve(rows.T @ (rows * h * (1 - h)), rows.T @ (h - answers))
    return weights[:-1], weights[-1]


def test_the_sigmoid_is_a_half_at_zero_and_its_slope_at_most_a_quarter():
    z = torch.linspace(-20, 20, 401, dtype=torch.float64, requires_grad=True)
    h = logistic.sigmoid(z)
    (slope,) = torch.autograd.grad(h.sum(), z)
    assert logistic.sigmoid(torch.zeros(1)).item() == 0.5
    assert slope.max().item() == pytest.approx(0.25)
    assert torch.allclose(slope, h * (1 - h))
    assert [round(0.25**layers, 6) for layers in (1, 2, 3)] == [0.25, 0.0625, 0.015625]
    assert logistic.sigmoid(torch.tensor([-1e4, 1e4])).tolist() == [0, 1]


@pytest.mark.parametrize(("h", "y", "cost"), [
    (0.0, 0.0, 0.0), (0.0, 1.0, math.inf), (1.0, 1.0, 0.0), (1.0, 0.0, math.inf),
])
def test_the_cost_table_of_the_slide(h, y, cost):
    assert logistic.logistic_cost(column(h), column(y)).item() == cost


def test_the_cost_is_minus_log_of_the_chance_given_to_the_answer():
    assert logistic.logistic_cost(column(0.8), column(1.0)).item() == pytest.approx(-math.log(0.8))
    assert logistic.logistic_cost(column(0.8), column(0.0)).item() == pytest.approx(-math.log(0.2), rel=1e-6)
    assert logistic.logistic_cost(column(0.5, 0.5), column(0.0, 1.0)).item() == pytest.approx(math.log(2))


def test_the_cost_from_scores_agrees_and_survives_sure_rows():
    z, y = column(-3.0, 0.2, 5.0), column(0.0, 1.0, 0.0)
    plain = logistic.logistic_cost(logistic.sigmoid(z), y).item()
    assert logistic.logistic_cost_from_scores(z, y).item() == pytest.approx(plain, rel=1e-6)
    assert logistic.logistic_cost_from_scores(column(200.0), column(1.0)).item() == 0
    assert logistic.logistic_cost_from_scores(column(200.0), column(0.0)).item() == 200


def test_a_score_above_17_is_exactly_one_in_float32_and_would_spoil_the_literal_cost():
    h = logistic.sigmoid(torch.tensor([18.0]))
    assert h.item() == 1
    assert math.isnan((-1.0 * h.log() - 0.0 * (1 - h).log()).item())


def test_nan_and_exactly_a_half_are_class_zero():
    assert logistic.classify(column(0.5, 0.50001, math.nan, 0.2)).flatten().tolist() == [0, 1, 0, 0]
    assert logistic.accuracy(column(0.5, 0.9, math.nan), column(0.0, 1.0, 1.0)).item() == pytest.approx(2 / 3)


def test_the_gradient_made_by_hand_is_right(by_hand):
    x, y = (value.double() for value in tensors(data.logistic()))
    assert by_hand(lambda W, b: logistic.logistic_cost(logistic.predict(x, W, b), y),
                   lambda W, b: logistic.cost_gradient(x, y, W, b), normal(2, 0))


def test_the_costs_are_those_before_each_update():
    x, y = tensors(data.logistic())
    W, b = normal(2, 0)
    _, _, costs = logistic.train(x, y, W, b, steps=2)
    dW, db = logistic.cost_gradient(x, y, W, b)
    before = logistic.logistic_cost(logistic.predict(x, W, b), y)
    after = logistic.logistic_cost(logistic.predict(x, W - 0.01 * dW, b - 0.01 * db), y)
    assert costs.tolist() == pytest.approx([before.item(), after.item()], rel=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
def test_model_5_ends_inside_the_measured_quantiles(seed):
    x, y = tensors(data.logistic())
    W, b, costs = logistic.train(x, y, *normal(2, seed))
    h = logistic.predict(x, W, b)
    assert costs.shape == (10001,)
    assert 0.352 <= costs[0] <= 8.72
    assert 0.1156 <= costs[10000] <= 0.1862
    assert 0.0178 <= h[0] <= 0.0476
    assert 0.235 <= h[2] <= 0.378
    assert 0.75 <= h[3] <= 0.8151
    assert logistic.accuracy(h, y) == 1


def test_a_sure_right_row_does_not_spoil_the_run():
    x, y = tensors(data.logistic())
    _, _, costs = logistic.train(x, y, torch.tensor([[5.0], [1.0]]), torch.tensor([-1.0]), steps=50)
    assert bool(costs.isfinite().all())


def test_model_6_comes_to_the_optimum_of_the_made_set():
    x, y = (torch.tensor(value) for value in data.made_diabetes())
    best = logistic.predict(x.double(), *optimum(x, y))
    W, b, costs = logistic.train(x, y, *normal(8, 0), lr=1.0, steps=5000)
    h = logistic.predict(x, W, b)
    assert costs[-1].item() == pytest.approx(logistic.logistic_cost(best, y.double()).item(), abs=2e-5)
    assert abs(logistic.accuracy(h, y) - logistic.accuracy(best, y.double())).item() <= 1.5 / 759
    assert 0.76 <= logistic.accuracy(h, y) <= 0.78


def test_model_6_from_zero_starts_at_ln_2_and_the_lectures_rate_only_ever_goes_down():
    x, y = (torch.tensor(value) for value in data.made_diabetes())
    _, _, costs = logistic.train(x, y, torch.zeros(8, 1), torch.zeros(1), steps=500)
    assert costs[0].item() == pytest.approx(0.6931472, abs=1e-6)
    assert bool((costs.double().diff() < 1e-6).all())


@pytest.mark.parametrize("seed", range(4))
def test_model_10_ends_at_ln_2_and_a_half(seed):
    x, y = tensors(data.xor())
    W, b, costs = logistic.train(x, y, *normal(2, seed), lr=0.1, steps=20001 if seed == 0 else 6001)
    h = logistic.predict(x, W, b)
    assert [f"{cost:.7f}" for cost in costs[4000::2000]] == ["0.6931472"] * len(costs[4000::2000])
    assert h.flatten().tolist() == pytest.approx([0.5] * 4, abs=1e-6)
    if seed == 0:  # shorter runs may still flicker around a half
        assert logistic.accuracy(h.round(decimals=5), y) == 0.5


def test_shapes_that_would_be_broadcast_are_refused():
    x, y = tensors(data.logistic())
    with pytest.raises(ValueError, match=r"shape is \(6,\), expected \(6, 1\)"):
        logistic.cost_gradient(x, y.flatten(), *normal(2, 0))
    with pytest.raises(ValueError, match=r"h: shape is \(6,\), expected \(6, 1\)"):
        logistic.accuracy(y.flatten(), y)
