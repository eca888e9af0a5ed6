import math
from statistics import median

import pytest
import torch

from reference import data, xor
from reference.logistic_regression import accuracy

SIZES = {"2-1": (2, 1), "2-3-1": (2, 3, 1), "2-10-5-8-1": (2, 10, 5, 8, 1)}

# course-numbers.md: the 0.1 % and 99.9 % quantiles of the cost at some steps
COSTS_2_3_1 = {0: (0.6755, 2.184), 2000: (0.0927, 0.6935), 4000: (0.0302, 0.6930), 18000: (0.0042, 0.4817)}
COSTS_2_10_1 = {0: (0.6495, 3.31), 2000: (0.0546, 0.499), 10000: (0.0049, 0.0114), 20000: (0.0020, 0.0045)}
COSTS_DEEP = {0: (0.6826, 2.94), 10000: (0.00096, 0.0846), 20000: (0.00040, 0.0026)}
COSTS_RELU = {0: (0.4946, 5.79), 2000: (0.0028, 0.6932), 20000: (0.00017, 0.00093)}


@pytest.fixture(scope="module")
def table():
    return torch.tensor(data.xor()["x"]), torch.tensor(data.xor()["y"])


def within(costs, bands):
    return all(low <= costs[step] <= high for step, (low, high) in bands.items())


@pytest.mark.parametrize(("init", "shapes", "count"), [
    (xor.init_2_3_1, [(2, 3), (3,), (3, 1), (1,)], 13),
    (xor.init_2_10_1, [(2, 10), (10,), (10, 1), (1,)], 41),
    (xor.init_2_10_5_8_1, [(2, 10), (10,), (10, 5), (5,), (5, 8), (8,), (8, 1), (1,)], 142),
])
def test_the_nets_have_the_lectures_weights(init, shapes, count):
    weights = init(3)
    assert [tuple(weight.shape) for weight in weights] == shapes
    assert sum(weight.numel() for weight in weights) == count
    assert all(torch.equal(one, other) for one, other in zip(weights, init(3), strict=True))
    assert not torch.equal(weights[0], init(4)[0])


def test_first_weights_are_standard_normal_biases_too():
    W, b = xor.normal_init((200, 300), 0)
    assert abs(W.mean()) < 0.02
    assert W.std().item() == pytest.approx(1, abs=0.02)
    assert b.std().item() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_the_gradients_made_by_hand_are_right(table, by_hand, sizes, hidden):
    x, y = (value.double() for value in table)
    cost = xor.cost if hidden == "sigmoid" else xor.cost_relu
    gradients = xor.gradients if hidden == "sigmoid" else xor.gradients_relu
    weights = xor.normal_init(sizes, 1)
    assert by_hand(lambda *w: cost(x, y, w), lambda *w: gradients(x, y, w), weights)


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_a_step_is_autograds_step(table, hidden):
    x, y = table
    cost, train = (xor.cost, xor.train) if hidden == "sigmoid" else (xor.cost_relu, xor.train_relu)
    weights = [weight.requires_grad_() for weight in xor.init_2_10_5_8_1(0)]
    slopes = torch.autograd.grad(cost(x, y, weights), weights)
    trained, costs = train(x, y, weights, lr=0.3, steps=1)
    assert costs.tolist() == pytest.approx([cost(x, y, weights).item()])
    for new, old, slope in zip(trained, weights, slopes, strict=True):
        assert torch.allclose(new, old - 0.3 * slope, atol=1e-6)


def test_the_given_weights_stay_as_they_are(table):
    weights = xor.init_2_3_1(0)
    xor.train(*table, weights, steps=5)
    assert all(torch.equal(ours, fresh) for ours, fresh in zip(weights, xor.init_2_3_1(0), strict=True))


def test_the_cost_is_the_logistic_cost_of_the_prediction(table):
    x, y = table
    for seed in range(5):
        weights = xor.init_2_10_1(seed)
        for cost, predict in ((xor.cost, xor.predict), (xor.cost_relu, xor.predict_relu)):
            h = predict(x, weights)
            plain = -(y * h.log() + (1 - y) * (1 - h).log()).mean()
            assert cost(x, y, weights).item() == pytest.approx(plain.item(), rel=1e-5)


def test_a_net_that_is_very_sure_costs_no_nan(table):
    x, y = table
    weights = [300 * weight for weight in xor.init_2_10_1(0)]
    _, costs = xor.train_relu(x, y, weights, steps=3)
    assert bool(costs.isfinite().all())


def test_a_single_unit_is_model_10(table):
    x, y = table
    weights, costs = xor.train(x, y, xor.normal_init((2, 1), 0), steps=6001)
    assert [f"{cost:.7f}" for cost in costs[4000::2000]] == ["0.6931472"] * 2
    assert xor.predict(x, weights).flatten().tolist() == pytest.approx([0.5] * 4, abs=1e-6)


def test_model_11_ends_inside_the_measured_quantiles(table):
    x, y = table
    weights, costs = xor.train(x, y, xor.init_2_3_1(0))  # published: 0.86801255 at 0, 0.0048525333 at 18000
    assert costs.shape == (20001,)
    assert within(costs, COSTS_2_3_1)
    assert costs[-1] < 0.1
    assert accuracy(xor.predict(x, weights), y) == 1


def test_model_12_solves_xor(table):
    x, y = table
    weights, costs = xor.train(x, y, xor.init_2_10_1(0))
    assert within(costs, COSTS_2_10_1)
    assert accuracy(xor.predict(x, weights), y) == 1


def test_model_13_solves_xor(table):
    x, y = table
    weights, costs = xor.train(x, y, xor.init_2_10_5_8_1(0))
    assert within(costs, COSTS_DEEP)
    assert accuracy(xor.predict(x, weights), y) == 1


def test_the_wide_net_with_relu_solves_xor(table):
    x, y = table
    weights, costs = xor.train_relu(x, y, xor.init_2_10_1(0))
    assert within(costs, COSTS_RELU)
    assert accuracy(xor.predict_relu(x, weights), y) == 1


@pytest.mark.parametrize(("ratio", "init", "published"), [
    (xor.gradient_ratio, xor.init_2_10_1, 0.258),
    (xor.gradient_ratio, xor.init_2_10_5_8_1, 0.0438),
    (xor.gradient_ratio_relu, xor.init_2_10_1, 0.679),
    (xor.gradient_ratio_relu, xor.init_2_10_5_8_1, 0.533),
])
def test_the_first_layers_gradient_vanishes_with_sigmoid_and_not_with_relu(table, ratio, init, published):
    ratios = [ratio(*table, init(seed)).item() for seed in range(400)]
    assert median(ratio for ratio in ratios if not math.isnan(ratio)) == pytest.approx(published, rel=0.2)


def test_shapes_that_do_not_fit_are_refused(table):
    x, y = table
    with pytest.raises(ValueError, match=r"x: shape is \(4, 3\), expected \(N, 2\)"):
        xor.predict(torch.zeros(4, 3), xor.init_2_3_1(0))
    with pytest.raises(ValueError, match=r"y: shape is \(4,\), expected \(4, 1\)"):
        xor.train(x, y.flatten(), xor.init_2_3_1(0), steps=1)
