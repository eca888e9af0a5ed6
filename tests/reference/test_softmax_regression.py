import math

import pytest
import torch

from reference import data
from reference import softmax_regression as classes


@pytest.fixture
def table():
    return {name: torch.tensor(value) for name, value in data.softmax().items()}


def normal(seed, features=4, outputs=3):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(features, outputs, generator=random), torch.randn(outputs, generator=random)


def test_softmax_of_the_usual_example():
    p = classes.softmax(torch.tensor([[2.0, 1.0, 0.1]]))
    assert [f"{value:.4f}" for value in p[0]] == ["0.6590", "0.2424", "0.0986"]


def test_rows_are_distributions_and_a_shift_changes_nothing():
    z = 3 * torch.randn(50, 7, generator=torch.Generator().manual_seed(0))
    p = classes.softmax(z)
    assert bool((p >= 0).all())
    assert torch.allclose(p.sum(dim=1), torch.ones(50))
    assert torch.allclose(p, classes.softmax(z + 100), atol=1e-5)
    assert torch.allclose(p, torch.softmax(z, dim=1), atol=1e-7)
    assert torch.allclose(classes.log_softmax(z), torch.log_softmax(z, dim=1), atol=1e-6)


def test_large_scores_overflow_nowhere():
    z = torch.tensor([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]])
    assert classes.softmax(z)[0].tolist() == [1, 0, 0]
    assert classes.softmax(z)[1].tolist() == pytest.approx([1 / 3] * 3)
    assert classes.log_softmax(z)[0].tolist() == [0, -1e4, -2e4]
    cost = classes.cross_entropy_from_scores(z, torch.eye(3)[[2, 0]])
    assert cost.item() == pytest.approx((2e4 + math.log(3)) / 2)


@pytest.mark.parametrize(("label", "cost"), [(0, "0.356675"), (1, "1.609438"), (2, "2.302585")])
def test_cross_entropy_of_the_lectures_distribution(label, cost):
    p = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
    onehot = torch.eye(3, dtype=torch.float64)[[label]]
    assert f"{classes.cross_entropy(p, onehot).item():.6f}" == cost
    assert f"{classes.cross_entropy_from_scores(p.log(), onehot).item():.6f}" == cost


@pytest.mark.parametrize(("p", "cost"), [([1.0, 0, 0], 0), ([0.0, 1, 0], math.inf), ([0.0, 0, 1], math.inf)])
def test_the_cross_entropy_table_of_the_slide(p, cost):
    assert classes.cross_entropy(torch.tensor([p]), torch.tensor([[1.0, 0, 0]])).item() == cost


def test_nan_is_no_probability_to_be_skipped():
    p = torch.tensor([[1.0, math.nan, 0.0]])
    assert math.isnan(classes.cross_entropy(p, torch.tensor([[1.0, 0, 0]])).item())


def test_one_hot_and_argmax_undo_each_other():
    assert classes.argmax(torch.tensor([[0.7, 0.2, 0.1]])).tolist() == [0]
    assert classes.one_hot(torch.tensor([0]), 3).tolist() == [[1, 0, 0]]
    labels = torch.tensor([2, 0, 1, 1])
    assert torch.equal(classes.argmax(classes.one_hot(labels, 3)), labels)
    assert classes.argmax(torch.tensor([[1.0, 1.0]])).tolist() == [0]


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_outside_is_refused(label):
    with pytest.raises(ValueError, match=r"labels span -?\d\.\.\d, expected 0\.\.2"):
        classes.one_hot(torch.tensor([0, label]), 3)


def test_a_vector_is_refused():
    with pytest.raises(ValueError, match=r"z: shape is \(3,\), expected \(N, K\)"):
        classes.softmax(torch.zeros(3))
    with pytest.raises(ValueError, match=r"p: shape is \(1, 2\), expected \(1, 3\)"):
        classes.cross_entropy(torch.ones(1, 2), torch.ones(1, 3))


def test_the_gradient_made_by_hand_is_right(table, by_hand):
    x, y = table["x"].double(), table["y"].double()
    assert by_hand(lambda W, b: classes.cross_entropy(classes.predict(x, W, b), y),
                   lambda W, b: classes.cost_gradient(x, y, W, b), normal(0))


@pytest.mark.parametrize("seed", range(3))
def test_model_7_ends_inside_the_measured_quantiles(table, seed):
    W, b, costs = classes.train(table["x"], table["y"], *normal(seed))
    p = classes.predict(torch.tensor([[1.0, 11, 7, 9]]), W, b)[0]
    assert (costs.shape, W.shape, b.shape) == ((2001,), (4, 3), (3,))
    assert 0.1368 <= costs[2000] <= 0.1785  # published 0.16072604
    assert 0.0005186 <= costs[1988] - costs[2000] <= 0.0008282  # published 0.0007017
    assert 0.00042 <= p[0] <= 0.262  # published 0.0072217123
    assert 0.738 <= p[1] <= 0.9996  # published 0.99276876
    assert 4.5e-6 <= p[2] <= 1.26e-5  # published 9.633789e-06
    assert torch.equal(classes.argmax(classes.predict(table["x"], W, b)), table["labels"])


def test_the_costs_are_those_before_each_update(table):
    W, b = normal(0)
    _, _, costs = classes.train(table["x"], table["y"], W, b, steps=1)
    assert costs.tolist() == [classes.cross_entropy_from_scores(table["x"] @ W + b, table["y"]).item()]
