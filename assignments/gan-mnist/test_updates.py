"""The first step of each net goes down the slope of its own loss, by 0.0002 in every weight, as Adam's first step does.

Adam divides the slope by its size, so its first step shows the slope's sign alone. That is enough: the saturating loss
gives other fakes more weight than the non-saturating one, and the sign differs in hundreds of weights.
"""

import numpy as np
from gan_nets import G, arrays, d_layout, forward, layouts, read

RATE = 2e-4
CLEAR = 0.01  # slopes below this share of the mean one are left out; float32 knows them to 1e-5 of it
SHARE = 0.999  # of the clear weights must move down: all in right programs, 0.992 to 0.995 with the saturating loss


def slopes(x, weights, error):
    """Go back through a net from the slopes in its scores; returns those of its weights and of x."""
    W1, _, W2, _ = weights
    hidden, _ = forward(x, weights)
    before = (error @ W2.T) * (hidden > 0)
    return [x.T @ before, before.sum(axis=0), hidden.T @ error, error.sum(axis=0)], before @ W1.T


def moves_down(name, before, after, wanted):
    moved, slope = (np.concatenate([np.ravel(p) for p in parts])
                    for parts in ([a - b for a, b in zip(after, before, strict=True)], wanted))
    clear = np.abs(slope) > CLEAR * np.mean(np.abs(slope))
    size = float(np.median(np.abs(moved[clear])))
    assert abs(size - RATE) <= 0.02 * RATE, f"{name}'s weights move by {size:.3g} in the first step, expected {RATE:.3g}"
    share = float(np.mean(np.sign(moved[clear]) == -np.sign(slope[clear])))
    assert share >= SHARE, f"{share:.2%} of {name}'s weights move down the slope of {name}'s loss, all should"


def test_discriminator_moves_down_its_slope(evidence, data):
    g, way = read(evidence, data)
    before, after = (d_layout(evidence, name, way) for name in ("built.D", "after_d.D"))
    real, fake = data["hidden.batch"].astype(float), forward(data["hidden.codes"], g)[1]
    x = np.concatenate([real, fake])
    is_real = np.repeat([[1.0], [0.0]], [len(real), len(fake)], axis=0)
    wanted, _ = slopes(x, before, (forward(x, before)[1] - is_real) / len(real))
    moves_down("D", before, after, wanted)


def test_generator_moves_down_the_non_saturating_slope(evidence, data):
    _, way = read(evidence, data)
    before, after = (layouts(arrays(evidence, name), G)[0] for name in ("between.G", "after_g.G"))
    d, z = d_layout(evidence, "after_d.D", way), data["hidden.codes"].astype(float)
    fake = forward(z, before)[1]
    _, in_fake = slopes(fake, d, (forward(fake, d)[1] - 1) / len(z))
    wanted, _ = slopes(z, before, in_fake * fake * (1 - fake))
    moves_down("G", before, after, wanted)
