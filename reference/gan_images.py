"""The GAN's images: 450 of each digit to learn from, 50 others of each to put before the discriminator.

A larger MNIST gives no more, so that a run takes as long and ends as it does with the 5,000 images.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.mnist import Images, mnist

TRAINING, HELD_OUT, BATCH = 450, 50, 128
SPLIT = 15  # the split is always the same: no student may learn from an image that another one is asked about


def training_images(path: Path | str) -> Images:
    """Give the images the GAN learns from, in mixed order.

    path: as for `mnist`.  Returns x (4500, 784) float32 in 0..1 and labels (4500,) int64.  Raises ValueError
    if a digit has fewer than 500 images.
    """
    images = mnist(path)
    rows = np.concatenate([digit[:TRAINING] for digit in _digits(images["y"])])
    return _taken(images, np.random.default_rng(SPLIT).permutation(rows))


def held_out_images(path: Path | str, seed: int) -> Images:
    """Give the images the GAN never sees, in an order drawn from the seed, and a batch of them.

    Returns x (500, 784), labels (500,) and batch (128, 784).  Raises ValueError as `training_images`.
    """
    images = mnist(path)
    rows = np.concatenate([digit[TRAINING : TRAINING + HELD_OUT] for digit in _digits(images["y"])])
    taken = _taken(images, np.random.default_rng(seed).permutation(rows))
    return taken | {"batch": taken["x"][:BATCH]}


def _digits(labels: NDArray[Any]) -> list[NDArray[Any]]:
    """List the rows of each digit, mixed."""
    rng = np.random.default_rng(SPLIT)
    rows = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    fewest = min(len(digit) for digit in rows)
    if fewest < TRAINING + HELD_OUT:
        raise ValueError(f"one digit has {fewest} images, the GAN needs {TRAINING + HELD_OUT} of each")
    return rows


def _taken(images: Images, rows: NDArray[Any]) -> Images:
    return {"x": images["x"][rows], "labels": images["y"][rows]}
