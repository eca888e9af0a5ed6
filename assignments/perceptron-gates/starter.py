"""AND and OR with one unit."""

import torch


def unit(x, w, w0):
    """Return 1 where w0 + w1 x1 + w2 x2 > 0, else 0.  x: (N, 2), w: (2,), w0: a number.  Returns (N,)."""
    raise NotImplementedError


def and_gate(x):
    """Return x1 AND x2 for each row.  x: (N, 2) of 0 and 1.  Returns (N,)."""
    raise NotImplementedError


def or_gate(x):
    """Return x1 OR x2 for each row.  x: (N, 2) of 0 and 1.  Returns (N,)."""
    raise NotImplementedError
