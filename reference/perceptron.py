"""Perceptrons with weights set by hand: AND, OR, and XOR from three sigmoid units (models 8 and 9)."""

import torch
from torch import Tensor

from reference.shapes import require_shape

# course table: unit A sees "both", unit B sees "neither", and C is on where both are off
UNIT_A = ((5.0, 5.0), -8.0)
UNIT_B = ((-7.0, -7.0), 3.0)
UNIT_C = ((-11.0, -11.0), 6.0)


def unit(x: Tensor, w: Tensor, w0: float) -> Tensor:
    """Fire where the weighted sum w0 + w1 x1 + w2 x2 is above 0.

    x: (N, 2).  w: (2,).  w0: the weight of x0 = 1.  Returns (N,) of 0 and 1; a sum of exactly 0 does not
    fire.  Raises ValueError if a shape does not fit.  Source: lecture, perceptron; Rosenblatt 1958.
    """
    return (_weighted_sum(x, w, w0) > 0).to(x.dtype)


def and_gate(x: Tensor) -> Tensor:
    """Fire where both inputs are on: w0 = -1.5, w1 = w2 = 1.

    x: (N, 2) of 0 and 1.  Returns (N,) of 0 and 1.  Raises ValueError if x is not (N, 2).  Source: lecture,
    AND gate.
    """
    return unit(x, x.new_ones(2), -1.5)


def or_gate(x: Tensor) -> Tensor:
    """Fire where at least one input is on: w0 = -0.5, w1 = w2 = 1.

    x: (N, 2) of 0 and 1.  Returns (N,) of 0 and 1.  Raises ValueError if x is not (N, 2).  Source: lecture,
    OR gate.
    """
    return unit(x, x.new_ones(2), -0.5)


def sigmoid_unit(x: Tensor, w: Tensor, w0: float) -> Tensor:
    """Answer with the sigmoid of the weighted sum instead of a step.

    x: (N, 2).  w: (2,).  w0: a number.  Returns (N,) in [0, 1].
    Raises ValueError if a shape does not fit.  Source: lecture, multilayer perceptron by hand.
    """
    return torch.sigmoid(_weighted_sum(x, w, w0))


def xor_by_hand(x: Tensor) -> tuple[Tensor, Tensor]:
    """Compute XOR with the lecture's weights: units A (5, 5; -8) and B (-7, -7; 3), then C (-11, -11; 6).

    x: (N, 2) of 0 and 1.  Returns hidden (N, 2), the outputs of A and B, and output (N,), that of C.
    Raises ValueError if x is not (N, 2).  Source: lecture, forward propagation by hand (exact arithmetic).
    """
    hidden = _hidden(x)
    return hidden, _output(hidden)


def xor_by_hand_rounded(x: Tensor) -> tuple[Tensor, Tensor]:
    """Compute XOR as the slides do, where A and B are rounded to 0 or 1 before C sees them.

    x: (N, 2) of 0 and 1.  Returns hidden (N, 2) of 0 and 1 and output (N,), not rounded.
    Raises ValueError if x is not (N, 2).  Source: lecture, forward propagation by hand.
    """
    hidden = _hidden(x).round()
    return hidden, _output(hidden)


def _hidden(x: Tensor) -> Tensor:
    units = [sigmoid_unit(x, x.new_tensor(w), w0) for w, w0 in (UNIT_A, UNIT_B)]
    return torch.stack(units, dim=1)  # (N, 2)


def _output(hidden: Tensor) -> Tensor:
    w, w0 = UNIT_C
    return sigmoid_unit(hidden, hidden.new_tensor(w), w0)  # (N,)


def _weighted_sum(x: Tensor, w: Tensor, w0: float) -> Tensor:
    require_shape("unit: x", x, "N", 2)
    require_shape("unit: w", w, 2)
    return x @ w + w0  # (N,)
