"""The gradients of a deep net, and how much of them is left in the first layer, with either activation."""

from collections.abc import Sequence

from torch import Tensor

from reference import xor


def gradients(x: Tensor, y: Tensor, weights: Sequence[Tensor], activation: str) -> list[Tensor]:
    """Take the slope of the logistic cost in every weight: [dW1, db1, ..., dW4, db4]."""
    by_name = {"sigmoid": xor.gradients, "relu": xor.gradients_relu}
    return by_name[activation](x, y, weights)


def ratio(x: Tensor, y: Tensor, weights: Sequence[Tensor], activation: str) -> Tensor:
    """Divide the norm of dW1 by that of dW4."""
    by_name = {"sigmoid": xor.gradient_ratio, "relu": xor.gradient_ratio_relu}
    return by_name[activation](x, y, weights)
