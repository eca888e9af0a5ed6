import math

import pytest
import torch

from reference import data
from reference import linear_regression as linear

# course.md, model 3: epoch, W and b after the update, cost before it
MODEL_3 = """
0 0.187 0.080 18.666666
100 1.746 0.578 0.048171
200 1.800 0.454 0.029767
300 1.843 0.357 0.018394
400 1.876 0.281 0.011366
500 1.903 0.221 0.007024
600 1.924 0.174 0.004340
700 1.940 0.136 0.002682
800 1.953 0.107 0.001657
900 1.963 0.084 0.001024
1000 1.971 0.066 0.000633
1100 1.977 0.052 0.000391
1200 1.982 0.041 0.000242
1300 1.986 0.032 0.000149
1400 1.989 0.025 0.000092
1500 1.991 0.020 0.000057
1600 1.993 0.016 0.000035
1700 1.995 0.012 0.000022
1800 1.996 0.010 0.000013
1900 1.997 0.008 0.000008
2000 1.997 0.006 0.000005
"""

# course.md, model 2: step, cost, W, b of one moment
MODEL_2 = [
    (100, 1.279252, 8.686304, 2.986167), (200, 0.790499, 8.967365, 2.347421),
    (300, 0.488480, 9.188255, 1.845286), (400, 0.301851, 9.361896, 1.450563),
    (500, 0.186525, 9.498391, 1.140274), (600, 0.115261, 9.605690, 0.896360),
    (700, 0.071225, 9.690037, 0.704621), (800, 0.044012, 9.756341, 0.553896),
    (900, 0.027197, 9.808461, 0.435412), (1000, 0.016806, 9.849432, 0.342275),
    (1100, 0.010385, 9.881641, 0.269059), (1200, 0.006417, 9.906960, 0.211504),
    (1300, 0.003966, 9.926862, 0.166261), (1400, 0.002450, 9.942507, 0.130696),
    (1500, 0.001514, 9.954804, 0.102739), (1600, 0.000936, 9.964473, 0.080762),
    (1700, 0.000578, 9.972073, 0.063487), (1800, 0.000357, 9.978045, 0.049907),
    (1900, 0.000221, 9.982741, 0.039234), (2000, 0.000136, 9.986431, 0.030843),
]

# course.md, model 1: cost before and W, b after the update of steps 1991 to 2000
MODEL_1_COSTS = [3.1940912e-05, 3.1772186e-05, 3.1603915e-05, 3.143936e-05, 3.1277286e-05, 3.1110336e-05,
                 3.095236e-05, 3.079518e-05, 3.062387e-05, 3.0467529e-05]
MODEL_1_STEP_1991 = ([[5.325548], [4.6679726]], [0.01490401])
MODEL_1_STEP_2000 = [5.325624, 4.6680484, 0.01455714]


def tensors(table, dtype=torch.float32):
    return torch.tensor(table["x"], dtype=dtype), torch.tensor(table["y"], dtype=dtype)


@pytest.fixture
def two_columns():
    return tensors(data.linear_two_columns())


@pytest.fixture
def one_column():
    return tensors(data.linear_zero())


@pytest.fixture
def start():
    return torch.randn(2, 1, generator=torch.Generator().manual_seed(1)), torch.tensor([-0.3])


def test_model_3_prints_the_21_published_lines(one_column):
    x, y = one_column
    printed, W, b = [], torch.zeros(1, 1), torch.zeros(1)
    for epoch in range(2001):
        cost = linear.mse(linear.predict(x, W, b), y)
        W, b = linear.gradient_step(x, y, W, b, 0.01)
        if epoch % 100 == 0:
            printed.append(f"{epoch} {W.item():.3f} {b.item():.3f} {cost.item():.6f}")
    assert printed == MODEL_3.split("\n")[1:-1]


def test_training_from_zero_is_the_same_run(one_column):
    W, b, costs = linear.train_from_zero(*one_column)
    assert (W.shape, b.shape, costs.shape) == ((1, 1), (1,), (2001,))
    assert W.item() == pytest.approx(1.9973737, abs=5e-7)
    assert b.item() == pytest.approx(0.0059701628, abs=1e-6)
    assert [f"{cost:.6f}" for cost in costs[::100]] == [line.split()[3] for line in MODEL_3.split("\n")[1:-1]]


def test_the_cost_from_zero_is_56_thirds_and_the_first_step_as_in_the_lecture(one_column):
    x, y = one_column
    zero = torch.zeros(1, 1), torch.zeros(1)
    assert linear.mse(linear.predict(x, *zero), y).item() == pytest.approx(56 / 3, abs=2e-6)
    W, b = linear.gradient_step(x, y, *zero, lr=0.01)
    assert (round(W.item(), 6), round(b.item(), 6)) == (0.186667, 0.08)


@pytest.mark.parametrize(("lr", "at", "cost"), [
    (1e-5, 2000, 12.0043), (1e-4, 2000, 0.290158), (1e-3, 2000, 0.0297975), (1e-2, 2000, 5.13767e-06),
    (0.05, 1, 3.76296), (0.1, 1, 0.296296), (0.15, 1, 8.26667), (0.18, 100, 9.65374), (0.1802, 100, 15.0594),
    (0.181, 100, 88.3131), (0.2, 1, 27.6741), (0.5, 1, 384.296),
])
def test_learning_rates_cost_what_the_course_says(one_column, lr, at, cost):
    _, _, costs = linear.train_from_zero(*one_column, lr=lr, steps=at + 1)
    assert costs[at].item() == pytest.approx(cost, rel=5e-5 if at == 2000 else 5e-6)


def test_a_rate_above_the_limit_runs_away(one_column):
    falling, rising, soaring = (
        linear.train_from_zero(*one_column, lr=lr, steps=301)[2] for lr in (0.1802, 0.181, 0.2)
    )
    assert bool((falling.diff() < 0).all())
    assert bool((rising.diff() > 0).all())
    assert soaring[100].item() == pytest.approx(2.8e18, rel=0.02)


@pytest.mark.parametrize(("table", "limit"), [
    (data.linear_zero, 0.180295), (data.linear_two_columns, 0.098014),
])
def test_the_largest_stable_rate_is_two_over_the_largest_curvature(table, limit):
    x, _ = tensors(table(), torch.float64)
    rows = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    assert 2 / torch.linalg.eigvalsh(2 * rows.T @ rows / len(x))[-1].item() == pytest.approx(limit, abs=5e-7)


def test_model_2_follows_the_published_table_from_its_first_line(two_columns):
    x, y = two_columns
    _, _, W0, b0 = MODEL_2[0]
    W, b = torch.tensor(W0), torch.tensor(b0)
    for _, cost, next_W, next_b in MODEL_2[1:]:
        W, b, _ = linear.train_scalar(x, y, W, b, steps=100)
        assert linear.mse(linear.predict_scalar(x, W, b), y).item() == pytest.approx(cost, abs=2.5e-6)
        assert W.item() == pytest.approx(next_W, abs=2.5e-6)
        assert b.item() == pytest.approx(next_b, abs=2.5e-6)


def test_model_2_errors_shrink_by_the_slow_factor():
    x, y = tensors(data.linear_scalar(), torch.float64)
    W, b, costs = linear.train_scalar(x, y, torch.tensor(-0.5).double(), torch.tensor(1.2).double())
    assert costs.shape == (2000,)
    assert (costs[-1] / costs[-2]).sqrt().item() == pytest.approx(0.997596, abs=1e-6)
    assert (b / (10 - W)).item() == pytest.approx(2.2732, abs=1e-4)


def test_model_2_costs_the_same_as_one_column(two_columns, one_column):
    x, y = two_columns
    W, b = torch.tensor(1.5), torch.tensor(-0.5)
    broadcast = linear.train_scalar(x, y, W, b, steps=50)
    single = linear.train(x[:, :1], y, W.reshape(1, 1), b.reshape(1), steps=50)
    for ours, theirs in zip(broadcast, single, strict=True):
        assert torch.allclose(ours.flatten(), theirs.flatten(), rtol=1e-5)


def test_model_1_continues_the_published_lines(two_columns):
    W, b = (torch.tensor(value) for value in MODEL_1_STEP_1991)
    W, b, costs = linear.train(*two_columns, W, b, steps=9)
    assert costs.tolist() == pytest.approx(MODEL_1_COSTS[1:], rel=5e-4)
    assert [*W.flatten().tolist(), b.item()] == pytest.approx(MODEL_1_STEP_2000, abs=2e-6)
    assert linear.predict(torch.full((1, 2), 4.0), W, b).item() == pytest.approx(39.989246, abs=1e-5)


def test_model_1_late_costs_and_weights_do_what_every_run_does(start):
    x, y = tensors(data.linear_two_columns(), torch.float64)
    W, b, costs = linear.train(x, y, *(value.double() for value in start))
    assert (costs[-1] / costs[-2]).item() == pytest.approx(0.994779, abs=1e-6)
    assert (costs[-1] / costs[-2]).sqrt().item() == pytest.approx(0.9973863, abs=1e-7)
    assert (b / (10 - W.sum())).item() == pytest.approx(2.30066, abs=1e-5)


def test_model_1_never_moves_the_difference_of_the_weights(two_columns, start):
    W, _, costs = linear.train(*two_columns, *start)
    assert costs.shape == (2001,)
    assert (W[0] - W[1]).item() == pytest.approx((start[0][0] - start[0][1]).item(), abs=6.3e-5)


def test_model_1_ends_inside_the_measured_quantiles(two_columns):
    for seed in range(3):
        random = torch.Generator().manual_seed(seed)
        W, b, costs = linear.train(
            *two_columns, torch.randn(2, 1, generator=random), torch.randn(1, generator=random)
        )
        assert 100 <= costs[0] <= 1100
        assert costs[2000] <= 1.1e-4
        assert 39.979 <= linear.predict(torch.full((1, 2), 4.0), W, b) <= 40.005


def test_the_given_weights_stay_as_they_are(two_columns, start):
    before = [value.clone() for value in start]
    linear.train(*two_columns, *start, steps=3)
    assert all(torch.equal(old, new) for old, new in zip(before, start, strict=True))


def test_the_gradient_made_by_hand_is_right(two_columns, start, by_hand):
    x, y = (value.double() for value in two_columns)
    assert by_hand(lambda W, b: linear.mse(linear.predict(x, W, b), y),
                   lambda W, b: linear.mse_gradient(x, y, W, b), start)


def test_the_scalar_step_is_autograds_step():
    x, y = tensors(data.linear_scalar(), torch.float64)
    W, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (0.7, -0.2))
    dW, db = torch.autograd.grad(linear.mse(linear.predict_scalar(x, W, b), y), (W, b))
    new_W, new_b, _ = linear.train_scalar(x, y, W, b, lr=0.01, steps=1)
    assert (new_W.item(), new_b.item()) == pytest.approx(((W - 0.01 * dW).item(), (b - 0.01 * db).item()))


def test_a_flat_answer_column_is_refused_instead_of_broadcast(one_column):
    x, y = one_column
    with pytest.raises(ValueError, match=r"y: shape is \(3,\), expected \(3, 1\)"):
        linear.train_from_zero(x, y.flatten(), steps=1)
    with pytest.raises(ValueError, match=r"h: shape is \(3,\), expected \(3, M\)"):
        linear.mse(y.flatten(), y)


def test_adam_is_torchs_adam_with_keras_epsilon():
    x, y = tensors(data.linear_keras())
    W, b, costs = linear.train_adam(x, y, torch.tensor([[0.8]]), torch.zeros(1), steps=300)
    theirs = [torch.tensor([[0.8]], requires_grad=True), torch.zeros(1, requires_grad=True)]
    adam = torch.optim.Adam(theirs, lr=0.001, eps=1e-7)
    for step in range(300):
        adam.zero_grad()
        cost = linear.mse(x @ theirs[0] + theirs[1], y)
        assert costs[step].item() == pytest.approx(cost.item(), rel=1e-4, abs=1e-8)
        cost.backward()
        adam.step()
    assert (W.item(), b.item()) == pytest.approx((theirs[0].item(), theirs[1].item()), abs=2e-6)


@pytest.mark.parametrize(("first_W", "low", "high"), [
    (-1.7, -2.55, 0.10), (-0.5, 0.12, 3.10), (0.25, 3.11, 3.76), (0.75, 3.76, 4.00), (1.6, 4.24, 4.45),
])
def test_model_4_is_decided_by_its_first_weight(first_W, low, high):
    x, y = tensors(data.linear_keras())
    W, b, _ = linear.train_adam(x, y, torch.tensor([[first_W]]), torch.zeros(1))
    assert low <= linear.predict(torch.tensor([[4.0]]), W, b).item() <= high


def test_model_4_can_be_as_lucky_as_published_and_has_two_parameters():
    x, y = tensors(data.linear_keras())
    W, b, _ = linear.train_adam(x, y, torch.tensor([[0.998]]), torch.zeros(1))
    assert W.item() == pytest.approx(0.999888, abs=2e-3)
    assert linear.predict(torch.tensor([[4.0]]), W, b).item() == pytest.approx(3.9998002, abs=2e-3)
    assert W.numel() + b.numel() == 2


def test_glorot_weights_stay_within_the_bound_and_repeat_with_the_seed():
    weights = linear.glorot_uniform(1, 1, 0)
    assert weights.shape == (1, 1)
    assert torch.equal(weights, linear.glorot_uniform(1, 1, 0))
    draws = torch.stack([linear.glorot_uniform(1, 1, seed) for seed in range(500)])
    assert draws.abs().max().item() <= math.sqrt(3)
    assert draws.max() > 1.6 > -1.6 > draws.min()
    assert linear.glorot_uniform(4, 2, 0).abs().max() <= 1
