"""Multilayer perceptrons that learn XOR: 2-3-1, wide, deep, and the same with ReLU (models 11 to 14).

A net is the list [W1, b1, W2, b2, ...] of its weights.  Gradients are made by hand (backpropagation): for
nets this small it takes about half the time of autograd, and the lecture's chain rule can be read in
`_backward`.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from reference.shapes import require_shape


class Activation(NamedTuple):
    """What a hidden unit answers, and the slope of that, told from the answer itself."""

    apply: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]


SIGMOID = Activation(torch.sigmoid, lambda value: value * (1 - value))
RELU = Activation(torch.relu, lambda value: (value > 0).to(value.dtype))


def normal_init(sizes: Sequence[int], seed: int) -> list[Tensor]:
    """Draw every weight and bias from N(0, 1), as the lecture's listings do.

    sizes: units per layer from input to output.  Returns [W1, b1, W2, b2, ...], W (in, out) and b (out,),
    float32.  Source: lecture, XOR with a neural net (TF 1).
    """
    generator = torch.Generator().manual_seed(seed)
    weights = []
    for fan_in, fan_out in pairwise(sizes):
        weights.append(torch.randn(fan_in, fan_out, generator=generator))
        weights.append(torch.randn(fan_out, generator=generator))
    return weights


def init_2_3_1(seed: int) -> list[Tensor]:
    """Draw the 13 weights of the 2-3-1 net (model 11).

    Returns [W1 (2, 3), b1 (3,), W2 (3, 1), b2 (1,)].  Source: lecture, XOR with a neural net.
    """
    return normal_init((2, 3, 1), seed)


def init_2_10_1(seed: int) -> list[Tensor]:
    """Draw the 41 weights of the wide 2-10-1 net (model 12).

    Returns [W1 (2, 10), b1 (10,), W2 (10, 1), b2 (1,)].  Source: lecture, wide XOR net.
    """
    return normal_init((2, 10, 1), seed)


def init_2_10_5_8_1(seed: int) -> list[Tensor]:
    """Draw the 142 weights of the deep 2-10-5-8-1 net (model 13).

    Returns [W1 (2, 10), b1 (10,), ..., W4 (8, 1), b4 (1,)].  Source: lecture, deep XOR net.
    """
    return normal_init((2, 10, 5, 8, 1), seed)


def predict(x: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Predict with a sigmoid after every layer.

    x: (N, in).  weights: [W1, b1, ...].  Returns (N, 1) probabilities.  Raises ValueError if x does not fit
    W1.  Source: lecture, XOR with a neural net.
    """
    return torch.sigmoid(_forward(x, weights, SIGMOID)[-1])


def predict_relu(x: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Predict with ReLU, max(0, x), after the hidden layers and a sigmoid at the end.

    x: (N, in).  weights: [W1, b1, ...].  Returns (N, 1) probabilities.  Raises ValueError if x does not fit
    W1.  Source: lecture, vanishing gradient and ReLU.
    """
    return torch.sigmoid(_forward(x, weights, RELU)[-1])


def cost(x: Tensor, y: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Take the logistic cost of the sigmoid net, from the last scores so that a sure answer gives no NaN.

    x: (N, in).  y: (N, 1) of 0 and 1.  Returns a scalar.  Raises ValueError if a shape does not fit.
    Source: lecture, XOR with a neural net; Goodfellow et al. 2016, section 6.2.2.2.
    """
    return functional.binary_cross_entropy_with_logits(_forward(x, weights, SIGMOID)[-1], y)


def cost_relu(x: Tensor, y: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Take the logistic cost of the net with ReLU hidden units, from the last scores.

    x: (N, in).  y: (N, 1) of 0 and 1.  Returns a scalar.  Raises ValueError if a shape does not fit.
    Source: lecture, vanishing gradient and ReLU.
    """
    return functional.binary_cross_entropy_with_logits(_forward(x, weights, RELU)[-1], y)


def gradients(x: Tensor, y: Tensor, weights: Sequence[Tensor]) -> list[Tensor]:
    """Take the slope of the cost in every weight by backpropagation through the sigmoid net.

    x: (N, in).  y: (N, 1).  Returns [dW1, db1, ...], each shaped like its weight.  Raises ValueError if a
    shape does not fit.  Source: lecture, backpropagation; Rumelhart et al. 1986.
    """
    require_shape("gradients: y", y, len(x), 1)
    return _backward(y, weights, _forward(x, weights, SIGMOID), SIGMOID)


def gradients_relu(x: Tensor, y: Tensor, weights: Sequence[Tensor]) -> list[Tensor]:
    """Take the slope of the cost in every weight by backpropagation through the net with ReLU hidden units.

    x: (N, in).  y: (N, 1).  Returns [dW1, db1, ...]; at exactly 0 the slope of ReLU is taken as 0, as in
    PyTorch.  Raises ValueError if a shape does not fit.  Source: lecture, vanishing gradient and ReLU.
    """
    require_shape("gradients_relu: y", y, len(x), 1)
    return _backward(y, weights, _forward(x, weights, RELU), RELU)


def gradient_ratio(x: Tensor, y: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Compare the first layer's gradient with the last one's, |dW1| / |dW_last|: small where they vanish.

    x: (N, in).  y: (N, 1).  Returns a scalar.  Raises ValueError if a shape does not fit.
    Source: lecture, vanishing gradient.
    """
    slopes = gradients(x, y, weights)
    return torch.div(slopes[0].norm(), slopes[-2].norm())


def gradient_ratio_relu(x: Tensor, y: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Compare the first layer's gradient with the last one's in the net with ReLU hidden units.

    x: (N, in).  y: (N, 1).  Returns a scalar.  Raises ValueError if a shape does not fit.
    Source: lecture, vanishing gradient and ReLU.
    """
    slopes = gradients_relu(x, y, weights)
    return torch.div(slopes[0].norm(), slopes[-2].norm())


def train(
    x: Tensor, y: Tensor, weights: Sequence[Tensor], lr: float = 0.1, steps: int = 20001
) -> tuple[list[Tensor], Tensor]:
    """Train the sigmoid net by gradient descent on all rows from the given weights.

    x: (N, in).  y: (N, 1).  weights: [W1, b1, ...], left as they are.  Returns the new weights and costs
    (steps,) before each update.  Raises ValueError if a shape does not fit.  Source: lecture, XOR with a
    neural net (TF 1).
    """
    return _train(x, y, weights, lr, steps, SIGMOID)


def train_relu(
    x: Tensor, y: Tensor, weights: Sequence[Tensor], lr: float = 0.1, steps: int = 20001
) -> tuple[list[Tensor], Tensor]:
    """Train the net with ReLU hidden units by gradient descent on all rows from the given weights.

    x: (N, in).  y: (N, 1).  weights: [W1, b1, ...], left as they are.  Returns the new weights and costs
    (steps,) before each update.  Raises ValueError if a shape does not fit.  Source: lecture, vanishing
    gradient and ReLU.
    """
    return _train(x, y, weights, lr, steps, RELU)


def _forward(x: Tensor, weights: Sequence[Tensor], hidden: Activation) -> list[Tensor]:
    """List what enters each layer, x first, and the scores (N, 1) before the last sigmoid."""
    require_shape("predict: x", x, "N", weights[0].shape[0])
    layers = [x]
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        layers.append(hidden.apply(torch.addmm(b, layers[-1], W)))  # (N, out)
    layers.append(torch.addmm(weights[-1], layers[-1], weights[-2]))
    return layers


def _backward(y: Tensor, weights: Sequence[Tensor], layers: list[Tensor], hidden: Activation) -> list[Tensor]:
    """Walk back from the error at the output."""
    error = (torch.sigmoid(layers[-1]) - y) / len(y)  # (N, 1), the slope of the cost in the scores
    slopes: list[Tensor] = []
    for index in range(len(weights) - 2, -1, -2):
        value = layers[index // 2]  # what entered the layer
        slopes[:0] = [value.T @ error, error.sum(dim=0)]
        if index > 0:
            error = (error @ weights[index].T) * hidden.slope(value)  # (N, in)
    return slopes


@torch.no_grad()
def _train(
    x: Tensor, y: Tensor, weights: Sequence[Tensor], lr: float, steps: int, hidden: Activation
) -> tuple[list[Tensor], Tensor]:
    require_shape("train: y", y, len(x), 1)
    trained = [weight.clone() for weight in weights]
    scores = x.new_empty(steps, len(x), 1)
    for step in range(steps):
        layers = _forward(x, trained, hidden)
        scores[step] = layers[-1]
        for weight, change in zip(trained, _backward(y, trained, layers, hidden), strict=True):
            weight.sub_(change, alpha=lr)
    costs = functional.binary_cross_entropy_with_logits(scores, y.expand_as(scores), reduction="none")
    return trained, costs.mean(dim=(1, 2))  # all steps at once: one pass instead of one per step
