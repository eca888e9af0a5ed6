"""The costs that the steps return are those of the nets as they were, and train returns one of each for each step."""

import numpy as np
from gan_nets import G, arrays, d_layout, forward, layouts, read

ROUNDING = 2e-3  # logarithms in float32, also with 1e-8 added against log 0; a sum for the mean is 128 times the cost
STEPS = 7


def says(name, got, want):
    assert got.size == 1, f"{name} returns shape {got.shape}, expected one number"
    off = abs(float(got.reshape(())) - want)
    assert off <= ROUNDING * abs(want), f"{name} returns {float(got.reshape(())):.5g}, the cost of its nets is {want:.5g}"


def test_discriminator_cost(evidence, data):
    g, way = read(evidence, data)
    d = d_layout(evidence, "built.D", way)
    real, fake = (forward(x, d)[1] for x in (data["hidden.batch"], forward(data["hidden.codes"], g)[1]))
    says("discriminator_step", evidence["d_stepped.cost"], float(-np.mean(np.log(real)) - np.mean(np.log(1 - fake))))


def test_generator_cost(evidence, data):
    _, way = read(evidence, data)
    g = layouts(arrays(evidence, "between.G"), G)[0]  # as it is before its step, whatever D's step did to it
    fake = forward(forward(data["hidden.codes"], g)[1], d_layout(evidence, "after_d.D", way))[1]
    says("generator_step", evidence["g_stepped.cost"], float(-np.mean(np.log(fake))))


def test_one_cost_for_each_step(evidence):
    for name in ("d_costs", "g_costs"):
        costs = evidence[f"short.{name}"].ravel()
        assert costs.size == STEPS, f"train with steps = {STEPS} returns {costs.size} {name}"
        assert np.all(np.isfinite(costs)), f"{name} contains NaN or infinity"
