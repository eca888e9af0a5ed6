import numpy as np
import pytest
import torch

from reference import hidden_cases as hidden
from reference import linear_regression, logistic_regression, softmax_regression, xor

SHAPES = {
    "hidden_linear": {"x": (5, 1), "y": (5, 1), "W": (1, 1), "b": (1,)},
    "hidden_linear_two_columns": {"x": (4, 2), "y": (4, 1), "W": (2, 1), "b": (1,)},
    "hidden_linear_scalar": {"x": (4, 2), "y": (4, 1), "W": (), "b": ()},
    "hidden_linear_one_weight": {"x": (4, 2), "y": (4, 1), "W": (1,), "b": (1,)},
    "hidden_logistic": {"x": (8, 2), "y": (8, 1), "W": (2, 1), "b": (1,)},
    "hidden_diabetes": {"x": (60, 8), "y": (60, 1), "W": (8, 1), "b": (1,)},
    "hidden_softmax": {"x": (9, 4), "y": (9, 3), "W": (4, 3), "b": (3,)},
    "hidden_xor_unit": {"x": (4, 2), "y": (4, 1), "W1": (2, 1), "b1": (1,)},
    "hidden_xor_2_3_1": {"x": (4, 2), "y": (4, 1), "W1": (2, 3), "b1": (3,), "W2": (3, 1), "b2": (1,)},
    "hidden_xor_2_10_1": {"x": (4, 2), "y": (4, 1), "W1": (2, 10), "b1": (10,), "W2": (10, 1), "b2": (1,)},
    "hidden_xor_2_10_5_8_1": {"x": (4, 2), "y": (4, 1), "W1": (2, 10), "b1": (10,), "W2": (10, 5), "b2": (5,),
                              "W3": (5, 8), "b3": (8,), "W4": (8, 1), "b4": (1,)},
}
TRAINERS = {
    "hidden_linear": linear_regression.train,
    "hidden_linear_two_columns": linear_regression.train,
    "hidden_linear_scalar": linear_regression.train_scalar,
    "hidden_linear_one_weight": linear_regression.train_scalar, "hidden_logistic": logistic_regression.train,
    "hidden_diabetes": logistic_regression.train, "hidden_softmax": softmax_regression.train,
}
SEEDS = range(25)


def trained(name, case, dtype, *, relu=False):
    """Train a case with the reference and return the costs and all weights as float64."""
    lr, steps = case["lr"].item(), case["steps"].item()
    given = {key: torch.tensor(value, dtype=dtype) for key, value in case.items()}
    x, y, *weights = (tensor for key, tensor in given.items() if key not in ("lr", "steps"))
    if name in TRAINERS:
        W, b, costs = TRAINERS[name](x, y, *weights, lr, steps)
        return costs.double(), [W.double(), b.double()]
    weights, costs = (xor.train_relu if relu else xor.train)(x, y, weights, lr, steps)
    return costs.double(), [weight.double() for weight in weights]


def are_close(weights, exact, rtol):
    return all(torch.allclose(one, other, rtol, atol=1e-5) for one, other in zip(weights, exact, strict=True))


@pytest.mark.parametrize("name", SHAPES)
def test_a_case_has_its_shapes_and_repeats_with_its_seed(name):
    draw = getattr(hidden, name)
    for seed in SEEDS:
        case, again = draw(seed), draw(seed)
        assert {key: value.shape for key, value in case.items() if key not in ("lr", "steps")} == SHAPES[name]
        assert all(value.dtype == np.float32 for key, value in case.items() if key != "steps")
        assert all(np.array_equal(value, again[key]) for key, value in case.items())
        assert 20 <= case["steps"] <= 60
    assert any(not np.array_equal(draw(0)[key], draw(1)[key]) for key in ("x", "y"))


@pytest.mark.parametrize("name", SHAPES)
def test_training_goes_down_and_two_precisions_agree(name):
    for seed in SEEDS:
        case = getattr(hidden, name)(seed)
        costs, weights = trained(name, case, torch.float32)
        exact_costs, exact = trained(name, case, torch.float64)
        assert bool((exact_costs.diff() < 0).all())
        assert torch.allclose(costs, exact_costs, rtol=1e-5, atol=1e-5)
        assert are_close(weights, exact, rtol=1e-5)


@pytest.mark.parametrize("name", [name for name in SHAPES if "xor" in name])
def test_the_nets_also_train_with_relu(name):
    for seed in SEEDS:
        case = getattr(hidden, name)(seed)
        _, weights = trained(name, case, torch.float32, relu=True)
        _, exact = trained(name, case, torch.float64, relu=True)
        assert are_close(weights, exact, rtol=1e-4)


@pytest.mark.parametrize(("name", "lecture"), [
    ("hidden_linear", 0.01), ("hidden_linear_two_columns", 0.01), ("hidden_linear_scalar", 0.01),
    ("hidden_logistic", 0.01), ("hidden_diabetes", 0.01), ("hidden_softmax", 0.1), ("hidden_xor_unit", 0.1),
    ("hidden_xor_2_3_1", 0.1), ("hidden_xor_2_10_1", 0.1), ("hidden_xor_2_10_5_8_1", 0.1),
])
def test_no_rate_is_near_the_lectures_and_all_are_exact(name, lecture):
    for seed in SEEDS:
        lr = getattr(hidden, name)(seed)["lr"].item()
        assert abs(lr / lecture - 1) > 0.2
        assert (1024 * lr).is_integer()


@pytest.mark.parametrize("name", ["hidden_linear_two_columns", "hidden_linear_scalar"])
def test_two_columns_differ(name):
    for seed in SEEDS:
        x = getattr(hidden, name)(seed)["x"]
        assert not np.array_equal(x[:, 0], x[:, 1])
        assert x.min() >= 1
        assert x.max() <= 4


@pytest.mark.parametrize("name", ["hidden_logistic", "hidden_diabetes", "hidden_softmax"])
def test_all_classes_are_there(name):
    for seed in SEEDS:
        y = getattr(hidden, name)(seed)["y"]
        assert set(np.unique(y)) == {0, 1}
        assert name != "hidden_softmax" or (y.sum(axis=1) == 1).all()
        assert name != "hidden_softmax" or (y.sum(axis=0) == 3).all()


def test_plain_logs_of_the_logistic_cases_stay_finite():
    for seed in SEEDS:
        case = hidden.hidden_logistic(seed)
        assert np.abs(case["x"] @ case["W"] + case["b"]).max() < 9


def test_the_xor_rows_come_in_several_orders():
    cases = [hidden.hidden_xor_2_3_1(seed) for seed in SEEDS]
    assert len({tuple(case["x"].flatten()) for case in cases}) > 5
    assert all(np.array_equal(case["y"][:, 0], case["x"].sum(axis=1) % 2) for case in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_twin_has_the_published_shape_and_is_fitted_by_another_line(seed):
    case, columns = hidden.twin_linear(seed), hidden.twin_linear_two_columns(seed)
    assert {key: value.shape for key, value in case.items()} == {"x": (3, 1), "y": (3, 1)}
    assert np.array_equal(columns["x"], np.hstack([case["x"], case["x"]]))
    assert np.array_equal(columns["y"], case["y"])
    assert np.diff(case["x"][:, 0]).min() > 0.49
    slope, _ = np.polyfit(case["x"][:, 0], case["y"][:, 0], 1)
    assert slope < -0.5


def test_scores_are_whole_and_one_is_first():
    for seed in SEEDS:
        case = hidden.hidden_scores(seed)
        scores = case["x"] @ case["W"] + case["b"]
        assert np.array_equal(scores, scores.round())
        assert ((scores == scores.max(axis=1, keepdims=True)).sum(axis=1) == 1).all()
        assert np.array_equal(case["x"] @ case["W"] + case["b_shifted"], scores + 5)
        raised = case["x"] @ case["W_large"] + case["b_large"] - scores
        assert (raised == raised[:, :1]).all()  # one number for a row
        assert raised.max() == 1000
        assert raised.min() >= 200  # each row alone is too large for a float32
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for shift in (raised.max(), raised.mean()):  # one number for all rows won't do
                e = np.exp(scores + raised - np.float32(shift))
                assert not np.isfinite(e / e.sum(axis=1, keepdims=True)).all()


def test_one_corner_is_labelled_unlike_the_others():
    cases = [hidden.hidden_corner(seed) for seed in range(8)]
    assert all(case["x"].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]] for case in cases)
    assert {int(case["y"].sum()) for case in cases} == {1, 3}
    assert len({tuple(case["y"].flatten()) for case in cases}) == 8
