"""Softmax classification."""

import torch


def predict(x, W, b):
    """Return the probabilities of the classes.  x: (N, 4), W: (4, 3), b: (3,); returns (N, 3)."""
    raise NotImplementedError


def train(x, y, W, b, lr=0.1, steps=2001):
    """Return W, b and the list of the costs before each of the steps, starting from the W and b given."""
    raise NotImplementedError
