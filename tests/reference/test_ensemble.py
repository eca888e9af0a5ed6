"""Many seeds at once are the same runs as one at a time."""

import pytest
import torch

from reference import data, ensemble, linear_regression, logistic_regression, softmax_regression, xor

SEEDS = range(5)
STEPS = 40
MARKS = [0, 7, 39]


def table_of(name):
    return {key: torch.as_tensor(array) for key, array in getattr(data, name)().items()}


def one(runs, seed):
    return [weight[..., seed] for weight in runs.weights]


def assert_same(runs, seed, weights, costs):
    for got, want in zip(one(runs, seed), weights, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(runs.costs[:, seed], costs[MARKS], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 10, 1), (2, 10, 5, 8, 1)])
def test_networks_of_all_seeds_are_the_single_runs(sizes, hidden):
    table = table_of("xor")
    starts = ensemble.normal_starts(sizes, SEEDS)
    runs = ensemble.train(table["x"], table["y"], starts, lr=0.1, steps=STEPS, marks=MARKS, hidden=hidden)
    single, predict = (xor.train, xor.predict) if hidden == "sigmoid" else (xor.train_relu, xor.predict_relu)
    for seed in SEEDS:
        weights, costs = single(table["x"], table["y"], xor.normal_init(sizes, seed), 0.1, STEPS)
        assert_same(runs, seed, weights, costs)
        torch.testing.assert_close(runs.outputs[..., seed], predict(table["x"], weights), rtol=1e-5, atol=1e-6)


def test_starts_are_those_of_the_single_runs():
    starts = ensemble.normal_starts((2, 3, 1), SEEDS)
    for seed in SEEDS:
        for got, want in zip(starts, xor.init_2_3_1(seed), strict=True):
            assert torch.equal(got[..., seed], want)


def test_starts_of_a_library_layer_fill_its_range():
    starts = ensemble.linear_starts((4, 50, 1), range(40))
    for weight, fan_in in zip(starts, (4, 4, 50, 50), strict=True):
        bound = fan_in**-0.5
        assert 0.9 * bound < weight.abs().max() <= bound
        assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.1)


@pytest.mark.parametrize(("name", "module"), [("logistic", logistic_regression), ("softmax", softmax_regression)])
def test_classifiers_of_all_seeds_are_the_single_runs(name, module):
    table = table_of(name)
    x, y = table["x"], table["y"]
    starts = ensemble.normal_starts((x.shape[1], y.shape[1]), SEEDS)
    output = "sigmoid" if name == "logistic" else "softmax"
    runs = ensemble.train(x, y, starts, lr=0.01, steps=STEPS, marks=MARKS, output=output)
    for seed in SEEDS:
        W, b, costs = module.train(x, y, starts[0][..., seed], starts[1][..., seed], 0.01, STEPS)
        assert_same(runs, seed, [W, b], costs)


@pytest.mark.parametrize(("optimizer", "single"), [("sgd", linear_regression.train), ("adam", linear_regression.train_adam)])
def test_lines_of_all_seeds_are_the_single_runs(optimizer, single):
    x, y = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[1.0], [2.0], [3.0]])
    starts = ensemble.normal_starts((1, 1), SEEDS)
    runs = ensemble.train(x, y, starts, lr=0.01, steps=STEPS, marks=MARKS, output="linear", optimizer=optimizer)
    for seed in SEEDS:
        W, b, costs = single(x, y, starts[0][..., seed], starts[1][..., seed], lr=0.01, steps=STEPS)[:3]
        assert_same(runs, seed, [W, b], costs)


def test_start_is_left_as_it_was_and_progress_is_told():
    table, told = table_of("xor"), []
    starts = ensemble.normal_starts((2, 3, 1), SEEDS)
    before = [weight.clone() for weight in starts]
    ensemble.train(table["x"], table["y"], starts, lr=0.1, steps=3, marks=[2], on_step=told.append)
    assert told == [0, 1, 2]
    assert all(torch.equal(a, b) for a, b in zip(starts, before, strict=True))


def test_outputs_for_other_rows_are_those_of_each_net():
    starts = ensemble.normal_starts((2, 3, 1), SEEDS)
    rows = torch.tensor([[0.3, 0.4], [2.0, -1.0], [0.0, 0.0]])
    answered = ensemble.outputs(rows, starts)
    for seed in SEEDS:
        torch.testing.assert_close(answered[..., seed], xor.predict(rows, xor.init_2_3_1(seed)))


def test_data_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="weights lead from 2 to 1, data from 3 to 1"):
        ensemble.train(torch.ones(4, 3), torch.ones(4, 1), ensemble.normal_starts((2, 1), SEEDS), lr=0.1, steps=1, marks=[0])
