"""Twins: the lecture's classification exercises with other numbers and every difficulty kept.

A script is run a second time on a twin, so that numbers written into it are no use.  Rotating the inputs,
swapping the classes and shuffling the rows changes every answer, but not how gradient descent fares from
weights drawn from N(0, 1): the weights turn along with the data.  So what was measured over many seeds on the
lecture's data holds for each twin as well.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference import data
from reference.data import Table
from reference.diabetes import made_diabetes

APART = 1000  # the diabetes twins come from other seeds than the published set


def twin_logistic(seed: int) -> Table:
    """Turn model 5's points by 60 to 300 degrees, with the classes swapped or not.  Returns x (6, 2), y (6, 1)."""
    rng = np.random.default_rng(seed)
    angle = np.pi * rng.uniform(1 / 3, 5 / 3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    table = data.logistic()
    rows = _another_order(rng, table["y"])
    y = table["y"][rows]
    return {"x": _turned(table["x"][rows], turn), "y": 1 - y if rng.integers(2) else y}


def twin_softmax(seed: int) -> Table:
    """Turn model 7's points any way in 4 dimensions and rename the classes.  Returns x (8, 4), y (8, 3)."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.standard_normal((4, 4)))
    table = data.softmax()
    rows = _another_order(rng, table["y"])
    return {"x": _turned(table["x"][rows], turn), "y": table["y"][rows][:, rng.permutation(3)]}


def twin_diabetes(seed: int) -> Table:
    """Make another diabetes set, its columns shuffled and its label reversed.  Returns x (759, 8), y (759, 1)."""
    x, y = made_diabetes(seed + APART)
    return {"x": x[:, np.random.default_rng(seed).permutation(x.shape[1])], "y": 1 - y}


def _another_order(rng: np.random.Generator, y: NDArray[Any]) -> NDArray[Any]:
    """Shuffle rows until the labels stand in another order."""
    while True:
        rows = rng.permutation(len(y))
        if not np.array_equal(y[rows], y):
            return rows


def _turned(x: NDArray[Any], turn: NDArray[Any]) -> NDArray[np.float32]:
    """Turn points and write them with two decimals, as a table would have them."""
    return np.asarray((x @ turn).round(2), dtype=np.float32)
