"""Logistic regression."""

import torch


def predict(x, W, b):
    """Return the probability of class 1 in each row.  x: (N, 2), W: (2, 1), b: (1,)."""
    raise NotImplementedError


def classify(h):
    """Return 1 for each probability above 0.5, else 0."""
    raise NotImplementedError


def train(x, y, W, b, lr=0.01, steps=10001):
    """Start from W and b; return the trained W and b and the list of the costs before each of the steps."""
    raise NotImplementedError
