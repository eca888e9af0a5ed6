"""XOR by hand."""

import torch


def forward(x, W1, b1, W2, b2):
    """Return hidden (N, 2) and output (N, 1).  x: (N, 2), W1: (2, 2), b1: (2,), W2: (2, 1), b2: (1,)."""
    raise NotImplementedError


def xor(x):
    """Return x1 XOR x2 for each row, computed with the lecture's weights.  x: (N, 2) of 0 and 1."""
    raise NotImplementedError
