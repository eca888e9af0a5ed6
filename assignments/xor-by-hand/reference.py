"""Forward propagation through two layers of sigmoid units, and XOR from the lecture's weights (model 9)."""

import torch
from torch import Tensor

from reference.perceptron import xor_by_hand


def forward(x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Go through both layers: x (N, 2) to hidden (N, 2) to output (N, 1), in exact arithmetic."""
    hidden = torch.sigmoid(x @ W1 + b1)  # (N, 2)
    return hidden, torch.sigmoid(hidden @ W2 + b2)  # (N, 1)


def xor(x: Tensor) -> Tensor:
    """Answer with unit C, (N,)."""
    return xor_by_hand(x)[1]
