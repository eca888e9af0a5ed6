"""Linear regression with one weight, broadcast over two columns."""

import torch


def predict(x, W, b):
    """Return W x + b, two predictions per row.  x: (N, 2), W: (1,), b: (1,)."""
    raise NotImplementedError


def train(x, y, W, b, lr=0.01, steps=2000):
    """Train from the given W and b.  Return W, b and the list of the costs before each of the steps."""
    raise NotImplementedError
