"""Linear regression with two equal columns."""

import torch


def predict(x, W, b):
    """Return H(x) = x W + b.  x: (N, 2), W: (2, 1), b: (1,)."""
    raise NotImplementedError


def train(x, y, W, b, lr=0.01, steps=2001):
    """Train from the given W and b.  Return W, b and the list of the costs before each of the steps."""
    raise NotImplementedError
