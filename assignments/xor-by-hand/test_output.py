"""The output is the sigmoid of the second layer's sum, from hidden answers that are exact or rounded to 0 or 1.

The submission's own hidden answers count, too: a mistake in the first layer is judged there.
"""

import numpy as np

ROUNDING = 1e-5  # two products, two sums and a sigmoid in float32 differ by a few parts in 1e7


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_output_unit(evidence, answers, data):
    got, hidden = evidence["forwarded.output"].reshape(-1), [answers["forwarded.hidden"]]
    if evidence["forwarded.hidden"].shape == hidden[0].shape:
        hidden.append(evidence["forwarded.hidden"])
    wanted = [sigmoid(h.astype(float) @ data["hidden.W2"] + data["hidden.b2"]).reshape(-1)
              for exact in hidden for h in (exact, np.round(exact))]
    assert got.shape == wanted[0].shape, f"output has {got.size} numbers, expected {wanted[0].size}, one for each row"
    off = min(np.max(np.abs(got - want)) if np.all(np.isfinite(got)) else np.inf for want in wanted)
    assert off <= ROUNDING, f"output is not the sigmoid of hidden W2 + b2: {off:.3g} off"
