"""Hidden cases: the lecture's exercises with other numbers, drawn from a seed.

Each case has few steps and a rate well below the one at which gradient descent runs away, so that two right
programs agree to rounding.  No rate is near the lecture's, and each is a multiple of 1/1024, which float32
and decimals both hold exactly.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.diabetes import made_diabetes

Case = dict[str, NDArray[Any]]


def hidden_linear(seed: int) -> Case:
    """Draw points near a line.  Returns x (5, 1), y (5, 1), W (1, 1), b (1,), lr (), steps ()."""
    rng = np.random.default_rng(seed)
    x = _spread(rng, 5)
    return _linear_case(rng, x, _near_line(rng, x))


def hidden_linear_two_columns(seed: int) -> Case:
    """Draw points whose two columns differ.  Returns x (4, 2), y (4, 1), W (2, 1), b (1,), lr (), steps ().

    With equal columns, as the lecture has them, one slope taken for both weights would be right.
    """
    rng = np.random.default_rng(seed)
    x = np.hstack([_spread(rng, 4), _spread(rng, 4)])
    return _linear_case(rng, x, _near_line(rng, x[:, :1]))


def hidden_linear_scalar(seed: int) -> Case:
    """Draw the same for one scalar weight.  Returns x (4, 2), y (4, 1), W (), b (), lr (), steps ()."""
    rng = np.random.default_rng(seed)
    x = np.hstack([_spread(rng, 4), _spread(rng, 4)])
    y = _near_line(rng, x[:, :1])
    case = _linear_case(rng, x.T.reshape(-1, 1), np.tile(y, (2, 1)))  # every number of x is a point
    columns = {"x": case["x"].reshape(2, -1).T, "y": case["y"][:len(y)]}
    return case | columns | {"W": case["W"].reshape(()), "b": case["b"].reshape(())}


def hidden_linear_one_weight(seed: int) -> Case:
    """Draw the same with W (1,) and b (1,), numbers that a tensor keeps: x (4, 2), y (4, 1), lr (), steps ()."""
    case = hidden_linear_scalar(seed)
    return case | {"W": case["W"].reshape(1), "b": case["b"].reshape(1)}


def twin_linear(seed: int) -> Case:
    """Draw what stands in for the table of model 3 when a script is run again.  Returns x (3, 1), y (3, 1).

    The line falls, so that the lecture's weights never fit.
    """
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.integers(5, 11, 3))[:, None] / 10  # (3, 1), from 0.5 to 3, at least 0.5 apart
    y = rng.uniform(1, 5) - rng.uniform(1, 4) * x + rng.normal(0, 0.1, x.shape)
    return {"x": x.astype(np.float32), "y": y.round(2).astype(np.float32)}


def twin_linear_two_columns(seed: int) -> Case:
    """Draw the same with two equal columns, for models 1 and 2.  Returns x (3, 2), y (3, 1)."""
    case = twin_linear(seed)
    return case | {"x": np.repeat(case["x"], 2, axis=1)}


def hidden_logistic(seed: int) -> Case:
    """Draw two groups of four points.  Returns x (8, 2), y (8, 1), W (2, 1), b (1,), lr (), steps ().

    No first score is above 8: the lecture's plain logs stay finite.
    """
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([[0], [1]], 4, axis=0))
    x = _grouped(rng, y[:, 0], low=1, high=5)
    lr = _rate(rng, _curvature(x) / 4, lecture=0.01)
    while True:
        weights = _weights(rng, 2)
        z = x @ weights["W"] + weights["b"]
        if _logistic_cost(z, y) >= 1 and np.abs(z).max() <= 8:
            return _case(rng, x=x, y=y, **weights, lr=lr)


def hidden_diabetes(seed: int) -> Case:
    """Draw rows of a made diabetes set.  Returns x (60, 8), y (60, 1), W (8, 1), b (1,), lr (), steps ()."""
    rng = np.random.default_rng(seed)
    x, y = made_diabetes(seed)
    rows = rng.choice(len(x), 60, replace=False)
    lr = _rate(rng, _curvature(x[rows]) / 2, lecture=0.01)
    return _case(rng, x=x[rows], y=y[rows], **_weights(rng, 8), lr=lr)


def hidden_softmax(seed: int) -> Case:
    """Draw three groups of three points.  Returns x (9, 4), y (9, 3), W (4, 3), b (3,), lr (), steps ()."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat([0, 1, 2], 3))
    x = _grouped(rng, labels, low=0.5, high=2.5, columns=4)
    lr = _rate(rng, _curvature(x) / 2, lecture=0.1)
    return _case(rng, x=x, y=np.eye(3)[labels], **_weights(rng, 4, 3), lr=lr)


def hidden_xor_unit(seed: int) -> Case:
    """Draw the start of one unit on XOR.  Returns x (4, 2), y (4, 1), W1 (2, 1), b1 (1,), lr (), steps ()."""
    return _xor_case(seed, (2, 1))


def hidden_xor_2_3_1(seed: int) -> Case:
    """Draw the start of a 2-3-1 net.  Returns x (4, 2), y (4, 1), W1, b1, W2, b2, lr (), steps ()."""
    return _xor_case(seed, (2, 3, 1))


def hidden_xor_2_10_1(seed: int) -> Case:
    """Draw the start of a 2-10-1 net.  Returns x (4, 2), y (4, 1), W1, b1, W2, b2, lr (), steps ()."""
    return _xor_case(seed, (2, 10, 1))


def hidden_xor_2_10_5_8_1(seed: int) -> Case:
    """Draw the start of a deep net.  Returns x (4, 2), y (4, 1), W1, b1, ..., W4, b4, lr (), steps ()."""
    return _xor_case(seed, (2, 10, 5, 8, 1))


def hidden_corner(seed: int) -> Case:
    """Give XOR's rows with one of the four labelled unlike the others, which one unit can learn.

    Returns x (4, 2), y (4, 1); seeds 0 to 7 are the eight such labels.
    """
    x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    y = np.full((4, 1), seed // 4 % 2)
    y[seed % 4] = 1 - y[seed % 4]
    return {"x": np.asarray(x, dtype=np.float32), "y": y.astype(np.float32)}


def _case(rng: np.random.Generator, **values: Any) -> Case:
    case = {name: np.asarray(value, dtype=np.float32) for name, value in values.items()}
    return case | {"steps": np.asarray(rng.integers(20, 61))}


def _linear_case(rng: np.random.Generator, x: NDArray[Any], y: NDArray[Any]) -> Case:
    lr = _rate(rng, 2 * _curvature(x), lecture=0.01)
    return _case(rng, x=x, y=y, **_weights(rng, x.shape[1]), lr=lr)


def _weights(rng: np.random.Generator, features: int, outputs: int = 1) -> Case:
    return {"W": rng.standard_normal((features, outputs)), "b": rng.standard_normal(outputs)}


def _xor_case(seed: int, sizes: Sequence[int]) -> Case:
    rng = np.random.default_rng(seed)
    rows = rng.permutation(4)
    x = np.stack([rows // 2, rows % 2], axis=1)
    y = x.sum(axis=1, keepdims=True) % 2
    low, high = (154, 308) if len(sizes) <= 3 else (20, 52)  # 0.15 to 0.3; with ReLU the deep net needs less
    while True:
        weights = _normal(rng, sizes)
        if _logistic_cost(_scores(x, weights), y) >= 0.9:
            return _case(rng, x=x, y=y, **weights, lr=rng.integers(low, high) / 1024)


def _normal(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, NDArray[Any]]:
    """Draw W1, b1, W2, b2, ... from N(0, 1)."""
    weights = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        weights[f"W{layer}"] = rng.standard_normal((fan_in, fan_out))
        weights[f"b{layer}"] = rng.standard_normal(fan_out)
    return weights


def _scores(x: NDArray[Any], weights: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Take the last layer's scores of a net with sigmoid hidden units.  Returns (N, 1)."""
    last = len(weights) // 2
    for layer in range(1, last):
        x = 1 / (1 + np.exp(-(x @ weights[f"W{layer}"] + weights[f"b{layer}"])))
    return np.asarray(x @ weights[f"W{last}"] + weights[f"b{last}"])


def _logistic_cost(z: NDArray[Any], y: NDArray[Any]) -> float:
    """Take the cost of the scores z; a case starts high enough that training must bring it down."""
    return float(np.logaddexp(0, (1 - 2 * y) * z).mean())


def _spread(rng: np.random.Generator, count: int) -> NDArray[Any]:
    """Draw different numbers from 1.0 to 4.0, in tenths, as a column."""
    return np.asarray(rng.choice(np.arange(10, 41), count, replace=False)[:, None] / 10)  # (N, 1)


def _near_line(rng: np.random.Generator, x: NDArray[Any]) -> NDArray[Any]:
    slope, start = rng.choice([-1, 1], 2) * rng.uniform(1, 4, 2)
    return np.asarray((slope * x + start + rng.normal(0, 0.3, x.shape)).round(1))


def _grouped(
    rng: np.random.Generator, labels: NDArray[Any], low: float, high: float, columns: int = 2
) -> NDArray[Any]:
    centres = rng.uniform(low, high, (labels.max() + 1, columns))  # (K, F)
    return np.asarray((centres[labels] + rng.normal(0, 0.5, (len(labels), columns))).round(1))


def _curvature(x: NDArray[Any]) -> float:
    """Take the largest eigenvalue of the mean of rows' outer products, the constant input 1 included."""
    rows = np.hstack([x, np.ones((len(x), 1))])
    return float(np.linalg.eigvalsh(rows.T @ rows / len(x))[-1])


def _rate(rng: np.random.Generator, curvature: float, lecture: float) -> float:
    """Draw a rate between 0.3 and 0.6 of the largest stable one, 2 / curvature, not near the lecture's."""
    while True:
        lr = round(rng.uniform(0.3, 0.6) * 2 / curvature * 1024) / 1024
        if abs(lr / lecture - 1) > 0.2:
            return lr


def hidden_scores(seed: int) -> Case:
    """Draw a softmax model whose scores are whole numbers, so that float32 adds them up exactly.

    Returns x (6, 4), W (4, 3), b (3,); b_shifted (3,), which adds 5 to every score; and W_large (4, 3) with b_large (3,), which
    raise the scores of a row by one number, at most 1000, and those of another row by another: what is taken off must be the
    row's own.
    No two scores of a row share the first place.
    """
    rng = np.random.default_rng(seed)
    while True:
        x, W, b = (rng.integers(-2, 3, shape) for shape in ((6, 4), (4, 3), 3))
        tilt = rng.integers(-100, 101, (4, 1))
        scores, raised = np.sort(x @ W + b, axis=1), x @ tilt
        is_uneven = np.abs(raised).max() <= 390 and np.ptp(raised) >= 400 and raised.max() - raised.mean() >= 120
        if is_uneven and (scores[:, -1] > scores[:, -2]).all():
            given = {"x": x, "W": W, "b": b, "b_shifted": b + 5, "W_large": W + tilt, "b_large": b + 1000 - raised.max()}
            return {name: value.astype(np.float32) for name, value in given.items()}
