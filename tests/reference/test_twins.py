import numpy as np
import pytest
import torch

from reference import data, logistic_regression, softmax_regression, twins
from reference.diabetes import made_diabetes

CASES = range(16)
PAIRS = {"twin_logistic": data.logistic, "twin_softmax": data.softmax, "twin_diabetes": data.diabetes}


def tensors(table):
    return torch.tensor(table["x"]), torch.tensor(table["y"])


def trained(train, table, columns, lr, steps):
    """Train eight starts drawn from N(0, 1) and return the median cost at the end."""
    x, y = tensors(table)
    torch.manual_seed(0)
    starts = [(torch.randn(x.shape[1], columns), torch.randn(columns)) for _ in range(8)]
    return float(torch.stack([train(x, y, W, b, lr, steps)[2][-1] for W, b in starts]).median())


@pytest.mark.parametrize("name", PAIRS)
def test_a_twin_has_the_published_shapes_and_repeats_with_its_seed(name):
    published, draw = PAIRS[name](), getattr(twins, name)
    for seed in CASES:
        twin, again = draw(seed), draw(seed)
        assert {key: value.shape for key, value in twin.items()} == {key: published[key].shape for key in ("x", "y")}
        assert all(value.dtype == np.float32 for value in twin.values())
        assert all(np.array_equal(twin[key], again[key]) for key in twin)
        assert not np.array_equal(twin["y"], published["y"])


@pytest.mark.parametrize("name", ["twin_logistic", "twin_softmax"])
def test_a_twin_keeps_the_lengths_of_its_rows(name):
    published, draw = PAIRS[name](), getattr(twins, name)
    lengths = np.sort(np.linalg.norm(published["x"], axis=1))
    for seed in CASES:
        assert np.allclose(np.sort(np.linalg.norm(draw(seed)["x"], axis=1)), lengths, atol=0.02)


def test_training_on_a_logistic_twin_ends_where_the_lectures_does():
    published = trained(logistic_regression.train, data.logistic(), 1, 0.1, 500)
    for seed in range(4):
        assert trained(logistic_regression.train, twins.twin_logistic(seed), 1, 0.1, 500) == \
            pytest.approx(published, rel=0.2)


def test_training_on_a_softmax_twin_ends_where_the_lectures_does():
    published = trained(softmax_regression.train, data.softmax(), 3, 0.1, 1500)
    for seed in range(4):
        assert trained(softmax_regression.train, twins.twin_softmax(seed), 3, 0.1, 1500) == \
            pytest.approx(published, rel=0.2)


def test_the_published_weights_are_no_use_on_a_twin():
    x, y = tensors(data.logistic())
    logistic = logistic_regression.train(x, y, torch.zeros(2, 1), torch.zeros(1), 0.1, 1000)[:2]
    x, y = tensors(data.softmax())
    softmax = softmax_regression.train(x, y, torch.zeros(4, 3), torch.zeros(3), 0.1, 1000)[:2]
    x, y = (torch.tensor(part) for part in made_diabetes())
    diabetes = logistic_regression.train(x, y, torch.zeros(8, 1), torch.zeros(1), 1.0, 500)[:2]
    for seed in CASES:
        x, y = tensors(twins.twin_logistic(seed))
        assert logistic_regression.logistic_cost(logistic_regression.predict(x, *logistic), y) > 0.4
        x, y = tensors(twins.twin_softmax(seed))
        assert softmax_regression.cross_entropy(softmax_regression.predict(x, *softmax), y) > 0.4
        x, y = tensors(twins.twin_diabetes(seed))
        assert logistic_regression.accuracy(logistic_regression.predict(x, *diabetes), y) < 0.6


def test_a_diabetes_twin_has_the_label_reversed():
    for seed in CASES:
        assert 0.34 < twins.twin_diabetes(seed)["y"].mean() < 0.36
