"""Do a script's costs and final weights belong to one run of Adam?"""

import numpy as np
from adam_replay import RATE, nearest_run


def test_costs_and_weights_are_those_of_one_run_of_adam(evidence, data):
    run = nearest_run(evidence, data, "other")
    worst = int(np.argmax(run.cost_used))
    assert run.cost_used[worst] <= 1, (f"the cost at step {worst} is {run.got_costs[worst]:.6g}; Adam at rate {RATE} from "
                                       f"weights of the same first cost would be at {run.costs[worst]:.6g}")
    W, b = run.last
    assert run.weights_used <= 1, f"W and b are not where these costs lead: W = {W:.4f}, b = {b:.4f}"
