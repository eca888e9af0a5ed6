"""Vanishing gradients."""

import torch


def gradients(x, y, weights, activation):
    """Return [dW1, db1, ..., dW4, db4].  x: (N, 2), y: (N, 1), activation: 'sigmoid' or 'relu'."""
    raise NotImplementedError


def ratio(x, y, weights, activation):
    """Return the norm of dW1 over the norm of dW4."""
    raise NotImplementedError
