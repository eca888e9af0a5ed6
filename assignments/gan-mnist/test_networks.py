"""Both nets have the lecture's sizes and answer as two layers do: ReLU, then a sigmoid."""

import numpy as np
from gan_nets import D, G, arrays, forward, layouts

ROUNDING = 1e-4  # sums of 784 products in float32 differ by a few parts in 1e6


def judged(name, sizes, parts, x, got):
    shapes = ", ".join(str(p.shape) for p in parts)
    expected = sizes[0] * sizes[1] + sizes[1] + sizes[1] * sizes[2] + sizes[2]
    ways = layouts(parts, sizes)
    assert ways, f"{name}.parameters() are {shapes}, {sum(p.size for p in parts)} numbers; expected {expected}: {sizes}"
    assert got.size == len(x) * sizes[2], f"{name} returns shape {got.shape} for {len(x)} rows, expected ({len(x)}, {sizes[2]})"
    assert np.all((got >= 0) & (got <= 1)), f"{name} answers with {got.min():.3g} to {got.max():.3g}, expected 0 to 1"
    off = min(float(np.max(np.abs(forward(x, w)[1] - got.reshape(len(x), -1)))) for w in ways)
    assert off <= ROUNDING, f"{name} does not answer as sigmoid(relu(x W1 + b1) W2 + b2) of its weights: {off:.3g} off"


def test_generator(evidence, data):
    judged("G", G, arrays(evidence, "built.G"), data["hidden.codes"], evidence["drawn.images"])


def test_discriminator(evidence, data):
    judged("D", D, arrays(evidence, "built.D"), data["hidden.batch"], evidence["scored.scores"])
