"""Logistic regression: a line, squeezed into a probability by the sigmoid (models 5, 6 and 10)."""

import torch
from torch import Tensor
from torch.nn import functional

from reference.shapes import require_shape


def sigmoid(z: Tensor) -> Tensor:
    """Squeeze any score into a probability: g(z) = 1 / (1 + e^-z).

    z: any shape.  Returns the same shape, each value in [0, 1]; g(0) = 0.5 and the slope g (1 - g) is at most
    0.25.  Source: lecture, logistic regression, sigmoid.
    """
    return torch.sigmoid(z)


def logistic_cost(h: Tensor, y: Tensor) -> Tensor:
    """Take the mean of -y log h - (1 - y) log(1 - h), with plain logs as in the lecture.

    h: (N, 1) probabilities.  y: (N, 1) of 0 and 1.  Returns a scalar: 0 where all are sure and right,
    infinity where one is sure and wrong.  0 log 0 is taken as 0, as in the lecture's table; computed
    literally it is NaN, which is how the lecture's listing ends when a right row is so sure that its float32
    sigmoid is exactly 1.  Raises ValueError if h and y differ in shape.  Source: lecture, logistic
    regression, cost.
    """
    require_shape("logistic_cost: h", h, *y.shape)
    return -(torch.xlogy(y, h) + torch.xlogy(1 - y, 1 - h)).mean()


def logistic_cost_from_scores(z: Tensor, y: Tensor) -> Tensor:
    """Take the same cost from the scores before the sigmoid: finite and exact however sure a row is.

    z: (N, 1) scores.  y: (N, 1) of 0 and 1.  Returns a scalar.  Raises ValueError if z and y differ in shape.
    -log g(z) = log(1 + e^-z), which for a large -z is -z; a log of 0 is never taken.
    Source: lecture, logistic regression, cost; Goodfellow et al. 2016, section 6.2.2.2.
    """
    require_shape("logistic_cost_from_scores: z", z, *y.shape)
    return functional.binary_cross_entropy_with_logits(z, y)


def predict(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Predict the probability of class 1 in each row.

    x: (N, F).  W: (F, 1).  b: (1,).  Returns (N, 1).  Raises ValueError if x or W does not fit.
    Source: lecture, logistic regression, hypothesis.
    """
    return sigmoid(_scores(x, W, b))


def classify(h: Tensor) -> Tensor:
    """Turn probabilities into classes: 1 where strictly more than 0.5, else 0.

    h: any shape.  Returns the same shape and dtype; exactly 0.5 and NaN are class 0.
    Source: lecture, logistic regression, accuracy.
    """
    return (h > 0.5).to(h.dtype)


def accuracy(h: Tensor, y: Tensor) -> Tensor:
    """Take the share of rows whose class is right.

    h: (N, 1) probabilities.  y: (N, 1) of 0 and 1.  Returns a scalar.  Raises ValueError if h and y differ in
    shape.  Source: lecture, logistic regression, accuracy.
    """
    require_shape("accuracy: h", h, *y.shape)
    return (classify(h) == y).to(h.dtype).mean()


def cost_gradient(x: Tensor, y: Tensor, W: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Take the slope of the logistic cost in W and in b.

    x: (N, F).  y: (N, 1).  W: (F, 1).  b: (1,).  Returns dW = x^T (h - y) / N (F, 1) and db = mean(h - y)
    (1,).  Raises ValueError if a shape does not fit.  Source: lecture, logistic regression.
    """
    require_shape("cost_gradient: y", y, len(x), 1)
    return _gradient_from_scores(x, y, _scores(x, W, b))


@torch.no_grad()
def train(
    x: Tensor, y: Tensor, W: Tensor, b: Tensor, lr: float = 0.01, steps: int = 10001
) -> tuple[Tensor, Tensor, Tensor]:
    """Train by gradient descent on all rows from the given weights.

    x: (N, F).  y: (N, 1) of 0 and 1.  W: (F, 1).  b: (1,).  Returns W (F, 1), b (1,), costs (steps,) before
    each update.  Model 5: lr 0.01, 10001 steps.  Model 6 (diabetes): 0.01, 100001.  Model 10 (XOR, one unit):
    0.1, 20001.  Raises ValueError if a shape does not fit.  Source: lecture, logistic regression (TF 1).
    """
    costs = torch.empty(steps, dtype=x.dtype)
    for step in range(steps):
        z = _scores(x, W, b)  # (N, 1)
        costs[step] = logistic_cost_from_scores(z, y)
        dW, db = _gradient_from_scores(x, y, z)
        W, b = W - lr * dW, b - lr * db
    return W, b, costs


def _scores(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    require_shape("predict: x", x, "N", "F")
    require_shape("predict: W", W, x.shape[1], 1)
    return x @ W + b  # (N, 1)


def _gradient_from_scores(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    error = sigmoid(z) - y  # (N, 1)
    return x.T @ error / len(x), error.mean(dim=0)
