"""Logistic regression on the diabetes data."""

import torch


def predict(x, W, b):
    """Return the probability of class 1 in each row.  x: (N, 8), W: (8, 1), b: (1,)."""
    raise NotImplementedError


def accuracy(h, y):
    """Return the share of rows, 0 to 1, whose class is right; class 1 is a probability of more than 0.5."""
    raise NotImplementedError


def train(x, y, W, b, lr=0.01, steps=100001):
    """Start from W and b; return the trained W and b and the list of the costs before each of the steps."""
    raise NotImplementedError
