"""Linear regression from zero weights."""

import torch


def predict(x, W, b):
    """Return H(x) = x W + b.  x: (N, 1), W: (1, 1), b: (1,)."""
    raise NotImplementedError


def train(x, y, lr=0.01, steps=2001):
    """Return W, b and the list of the costs before each of the steps."""
    raise NotImplementedError
