"""Do a script's costs and final weights belong to one run of gradient descent, whatever its initial weights?

The cost is a bowl. Along each axis of the bowl (an eigenvector of its curvature) the distance to the bottom shrinks by
its own factor 1 - 0.01 * curvature in every step, so after k steps the cost is

    floor + sum over axes of share * factor^(2k),

where only the shares depend on the initial weights. They are read off the recorded costs; then the costs must follow,
and the final weights must lie as far from the bottom as 2000 or 2001 steps leave them.
"""

import numpy as np

RATE = 0.01
STEPS = 2001
EARLY = 50
ROUNDING = 1e-4  # of a cost: 32 bits are off by 1e-5 at most, 16 bits by 4e-4


def bowl(x, y):
    """Return the bottom (2,), the cost there, and the curvatures (2,) and axes (2, 2); every column is a point."""
    answers = np.broadcast_to(y, x.shape).ravel().astype(np.float64)
    rows = np.stack([x.ravel(), np.ones(x.size)], axis=1).astype(np.float64)  # (2N, 2): W, b
    bottom = np.linalg.lstsq(rows, answers, rcond=None)[0]
    curvatures, axes = np.linalg.eigh(2 / len(rows) * rows.T @ rows)
    return bottom, np.mean((rows @ bottom - answers) ** 2), curvatures, axes


def costs_of(evidence):
    """Return the recorded costs, one for each step."""
    costs = evidence["other.costs"].astype(np.float64).ravel()
    assert costs.size >= 2, "no costs were found: assign the cost of every step to a variable named cost"
    costs = costs[::2] if abs(costs.size - 2 * STEPS) <= 3 else costs  # before and after each update
    assert abs(costs.size - STEPS) <= 2, f"{costs.size} costs were recorded, about {STEPS} expected"
    assert np.all(np.isfinite(costs)), "the costs contain NaN or infinity"
    return costs


def shares(costs, floor, curvatures):
    """Fit the shares (A,) and return them with the costs they lead to (N,)."""
    powers = (1 - RATE * curvatures) ** (2 * np.arange(costs.size)[:, None])  # (N, A)
    weight = 1 / np.maximum(costs, 1e-12)  # each cost counts by its relative error
    fitted = np.linalg.lstsq(powers * weight[:, None], (costs - floor) * weight, rcond=None)[0]
    return fitted, floor + powers @ fitted


def test_the_costs_fall_as_at_rate_001(evidence, data):
    costs = costs_of(evidence)
    _, floor, curvatures, _ = bowl(data["other.x"], data["other.y"])
    _, wanted = shares(costs, floor, curvatures)
    got, want = np.sqrt(np.maximum(costs, 0)), np.sqrt(np.maximum(wanted, 0))
    used = np.abs(got - want) / (0.005 * want + 5e-5)
    worst = int(np.argmax(used))
    assert used[worst] <= 1, (f"the cost at step {worst} is {costs[worst]:.6g}; gradient descent at rate {RATE} from "
                              f"any initial weights would be at {wanted[worst]:.6g} (mean squared error, no factor 1/2)")


def test_the_costs_are_kept_with_32_bits(evidence, data):
    first = costs_of(evidence)[:EARLY]  # while the cost is large against the rounding of the predictions
    _, floor, curvatures, _ = bowl(data["other.x"], data["other.y"])
    _, wanted = shares(first, floor, curvatures)
    off = np.max(np.abs(first - wanted) / wanted)
    assert off <= ROUNDING, f"the first costs are off by {off:.2g} of themselves: are numbers kept in 16 bits, or rounded?"


def test_the_weights_are_those_of_the_last_step(evidence, data):
    costs = costs_of(evidence)
    bottom, floor, curvatures, axes = bowl(data["other.x"], data["other.y"])
    fitted, _ = shares(costs, floor, curvatures)
    weights = np.concatenate([evidence["other.W"].ravel(), evidence["other.b"].ravel()]).astype(np.float64)
    assert weights.shape == bottom.shape, f"W and b hold {weights.size} numbers, {bottom.size} expected"
    left = np.abs(axes.T @ (weights - bottom))  # (A,)
    first = np.sqrt(np.maximum(2 * fitted / curvatures, 0))
    wanted = [first * np.abs(1 - RATE * curvatures) ** steps for steps in (STEPS - 1, STEPS)]
    off = min(np.max(np.abs(left - want) / (0.01 * want + 1e-4)) for want in wanted)
    assert off <= 1, "W and b are not where these costs lead after 2000 steps"
