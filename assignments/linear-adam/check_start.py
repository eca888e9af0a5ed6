"""Does the run that a script's costs belong to start from W of Glorot's range and b = 0?"""

import numpy as np
from adam_replay import nearest_run

BOUND = np.sqrt(6 / (1 + 1))  # one input, one output
ROUNDING = 0.01  # near the bottom of the cost the first W is known less well


def test_w_starts_in_glorots_range_and_b_at_0(evidence, data):
    run = nearest_run(evidence, data, "other")
    W, b = run.start
    assert run.used <= 1, "no run of Adam has these costs and weights"
    assert b == 0, f"the costs are those of a run from b = {b:.3f}, not from b = 0"
    assert abs(W) > 1e-4, "the first cost is that of W = 0: draw W at random"
    assert abs(W) <= BOUND + ROUNDING, f"the costs are those of a run from W = {W:.3f}, not between -{BOUND:.3f} and {BOUND:.3f}"
