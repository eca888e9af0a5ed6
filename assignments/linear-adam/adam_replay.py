"""Replays Adam from a script's first recorded cost.

W is drawn at random and b starts at 0. The cost is quadratic in W, so two first weights have the first recorded cost, and
from each the whole run follows, for Adam draws nothing. Costs may also have been taken after each update; then the
weights with the first cost are one step, 0.001 up or down, away from the start.

Where no start with b = 0 fits, others are tried, so that Adam and the start can be judged apart: the weights of one cost
lie on an ellipse, and the cost a hundred steps later leaves a few of them.

The replay has Keras's epsilon, 1e-7. With PyTorch's, 1e-8, or with epsilon added elsewhere, weights come out the same to
1e-5, unless the first gradients are below 1e-4.
"""

import numpy as np

RATE = 0.001
STEPS = 1000
ANGLES = 20_000  # starts tried on the ellipse
LATER = 100  # steps


class Run:
    """A start, the costs (S,) and last weights (2,) it leads to, and how far those of the script are from them.

    From 320 starts on the 16 tables, the worst ones among them, float32 uses a fifth of what is allowed. Plain gradient descent,
    another rate, gradients kept, moments that are not corrected or not kept use 13 times it or more, AdamW 1.4 times.
    """

    def __init__(self, start, costs, last, got_costs, got_weights):
        self.start, self.costs, self.last, self.got_costs = start, costs, last, got_costs
        got, want = np.sqrt(np.maximum(got_costs, 0)), np.sqrt(costs)
        self.cost_used = np.abs(got - want) / (3e-4 * want + 3e-5)  # (S,), shares of what is allowed
        self.weights_used = np.max(np.abs(got_weights - last)) / 2.5e-3  # a step more or fewer moves them by 1.3e-3 at most
        self.used = max(self.cost_used.max(), self.weights_used)


def costs_of(evidence, name):
    """Return the recorded costs, one for each step."""
    costs = evidence[f"{name}.costs"].astype(np.float64).ravel()
    assert costs.size >= 2, "no costs were found: assign the cost of every epoch to a variable named cost"
    costs = costs[::2] if abs(costs.size - 2 * STEPS) <= 2 else costs  # before and after each update
    assert abs(costs.size - STEPS) <= 1, f"{costs.size} costs were recorded, {STEPS} expected"
    assert np.all(np.isfinite(costs)), "the costs contain NaN or infinity"
    return costs


def weights_of(evidence, name):
    """Return the last W and b (2,)."""
    weights = np.concatenate([evidence[f"{name}.{key}"].ravel() for key in "Wb"]).astype(np.float64)
    assert weights.size == 2, f"W and b hold {weights.size} numbers, 2 expected"
    assert np.all(np.isfinite(weights)), "W or b is NaN or infinity"
    return weights


def replay(x, y, starts, steps):
    """Take Adam's steps from starts (2, C).  Returns costs (steps + 1, C) and the weights (2, C) after `steps` steps."""
    weights, first, second, costs = starts, 0, 0, []
    for step in range(1, steps + 2):
        error = x * weights[0] + weights[1] - y  # (N, C)
        costs.append(np.mean(error**2, axis=0))
        last, gradient = weights, 2 * np.stack([np.mean(error * x, axis=0), np.mean(error, axis=0)])
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        spread = np.sqrt(second / (1 - 0.999**step)) + 1e-7
        weights = weights - RATE * first / (1 - 0.9**step) / spread
    return np.array(costs), last


def starts_from_zero(x, y, cost):
    """Return the starts (2, 10) with b = 0 that have this cost, at once or after one step."""
    found = []
    for up_W, up_b in RATE * np.array([[0, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]]):
        rest = up_b - y  # (N, 1): W x + rest is the error
        half, square = np.mean(rest * x), np.mean(x**2)
        root = np.sqrt(max(half**2 - square * (np.mean(rest**2) - cost), 0))
        found += [[(-half + sign * root) / square - up_W, 0] for sign in (1, -1)]
    return np.array(found).T


def starts_elsewhere(x, y, costs):
    """Return the starts (2, C) with any b that have the first cost and, a hundred steps on, that step's cost."""
    rows = np.hstack([x, np.ones_like(x)])
    bottom = np.linalg.lstsq(rows, y, rcond=None)[0]  # (2, 1)
    radius = np.sqrt(max(costs[0] - np.mean((rows @ bottom - y) ** 2), 0))
    axes = np.linalg.inv(np.linalg.cholesky(rows.T @ rows / len(x)).T)

    def start(angle):
        return bottom + radius * axes @ np.stack([np.cos(angle), np.sin(angle)])

    def too_high(angle):
        return replay(x, y, start(angle), LATER)[0][-1] > costs[LATER]

    angles = np.linspace(0, 2 * np.pi, ANGLES)
    is_high = too_high(angles)
    turns = np.flatnonzero(is_high[1:] != is_high[:-1])
    low, high, is_low_high = angles[turns], angles[turns + 1], is_high[turns]
    for _ in range(30):  # halves each gap in which the cost passes the one recorded
        middle = (low + high) / 2
        is_same = too_high(middle) == is_low_high
        low, high = np.where(is_same, middle, low), np.where(is_same, high, middle)
    return start(low)


def runs_from(x, y, starts, costs, weights):
    """Replay each start; the costs recorded may be those before each update or those after it."""
    replayed, last = replay(x, y, starts, costs.size)
    return [Run(starts[:, i], shown[:, i], last[:, i], costs, weights)
            for i in range(starts.shape[1]) for shown in (replayed[:-1], replayed[1:])]


def nearest_run(evidence, data, name):
    """Return the run that a script's costs and weights fit best: one from b = 0, unless only another b fits."""
    x, y = (data[f"{name}.{key}"].reshape(-1, 1).astype(np.float64) for key in "xy")  # (N, 1)
    costs, weights = costs_of(evidence, name), weights_of(evidence, name)
    best = min(runs_from(x, y, starts_from_zero(x, y, costs[0]), costs, weights), key=lambda run: run.used)
    if best.used <= 1:
        return best
    others = runs_from(x, y, starts_elsewhere(x, y, costs), costs, weights)
    return next((run for run in sorted(others, key=lambda run: run.used) if run.used <= 1), best)
