"""Can a script's first recorded cost come from W and b drawn from N(0, 1)?"""

import numpy as np

FAR = 5  # standard deviations: 6 draws in ten million lie further out


def test_the_first_weights_are_drawn_from_a_standard_normal(evidence, data):
    costs = evidence["other.costs"].astype(np.float64).ravel()
    assert costs.size >= 2, "no costs were found: assign the cost of every step to a variable named cost"
    x, y = data["other.x"].astype(np.float64), data["other.y"].astype(np.float64)
    from_zero, first = np.mean(y**2), costs[0]
    assert abs(first - from_zero) > 1e-6 * from_zero, f"the first cost, {first:.6g}, is that of W = b = 0"
    highest = np.mean((FAR * np.abs(x) + FAR + np.abs(y)) ** 2)
    assert first <= highest, f"the first cost, {first:.6g}, is above {highest:.4g}: W or b is far from N(0, 1)"
