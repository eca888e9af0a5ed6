"""Linear regression: H(x) = Wx + b, the mean squared error, and three ways to walk down it (models 1 to 4).

Every `train` keeps the cost *before* each update, so costs[0] belongs to the weights that went in.
"""

import math

import torch
from torch import Tensor

from reference.shapes import require_shape

Trained = tuple[Tensor, Tensor, Tensor]


def predict(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Predict with the line (or plane) H(x) = x W + b.

    x: (N, F).  W: (F, 1).  b: (1,).  Returns (N, 1).  Raises ValueError if x or W does not fit.
    Source: lecture, linear regression, hypothesis with n inputs.
    """
    require_shape("predict: x", x, "N", "F")
    require_shape("predict: W", W, x.shape[1], 1)
    return x @ W + b  # (N, 1)


def mse(h: Tensor, y: Tensor) -> Tensor:
    """Take the mean squared error (1/m) sum (H - y)^2, without a factor 1/2.

    h: (N, 1), or (N, 2) in model 2.  y: (N, 1).  Returns a scalar.
    Raises ValueError if h is not (N, M): a plain (N,) would be broadcast to (N, N).
    Source: lecture, linear regression, cost.
    """
    require_shape("mse: h", h, len(y), "M")
    require_shape("mse: y", y, len(y), 1)
    return ((h - y) ** 2).mean()


def mse_gradient(x: Tensor, y: Tensor, W: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Take the slope of the mean squared error in W and in b.

    x: (N, F).  y: (N, 1).  W: (F, 1).  b: (1,).  Returns dW (F, 1) and db (1,).
    dCost/dW = (2/m) sum (H - y) x and dCost/db = (2/m) sum (H - y).
    Raises ValueError if a shape does not fit.  Source: lecture, linear regression, gradient descent.
    """
    require_shape("mse_gradient: y", y, len(x), 1)
    error = predict(x, W, b) - y  # (N, 1)
    return 2 * x.T @ error / len(x), 2 * error.mean(dim=0)


def gradient_step(x: Tensor, y: Tensor, W: Tensor, b: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    """Move the weights one step down the slope: W <- W - lr dCost/dW, and b alike.

    x: (N, F).  y: (N, 1).  W: (F, 1).  b: (1,).  Returns the new W (F, 1) and b (1,); the old ones stay as
    they are.  Raises ValueError if a shape does not fit.  Source: lecture, linear regression, gradient
    descent.
    """
    dW, db = mse_gradient(x, y, W, b)
    return W - lr * dW, b - lr * db


@torch.no_grad()
def train(x: Tensor, y: Tensor, W: Tensor, b: Tensor, lr: float = 0.01, steps: int = 2001) -> Trained:
    """Train by gradient descent on all rows from the given weights (model 1).

    x: (N, F).  y: (N, 1).  W: (F, 1).  b: (1,).  Returns W (F, 1), b (1,), costs (steps,) before each update.
    Where two input columns are equal only the sum of their weights moves; the difference keeps its first
    value.  Raises ValueError if a shape does not fit.  Source: lecture, linear regression with two inputs (TF
    1.5).
    """
    costs = torch.empty(steps, dtype=x.dtype)
    for step in range(steps):
        costs[step] = mse(predict(x, W, b), y)
        W, b = gradient_step(x, y, W, b, lr)
    return W, b, costs


def train_from_zero(x: Tensor, y: Tensor, lr: float = 0.01, steps: int = 2001) -> Trained:
    """Train by gradient descent from W = 0 and b = 0, so that every run is the same (model 3).

    x: (N, F).  y: (N, 1).  Returns W (F, 1), b (1,), costs (steps,) before each update.
    Raises ValueError if a shape does not fit.  Source: lecture, linear regression in PyTorch.
    """
    return train(x, y, x.new_zeros(x.shape[1], 1), x.new_zeros(1), lr, steps)


def predict_scalar(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Predict with one scalar weight for all columns: W x + b.

    x: (N, M).  W, b: scalars ().  Returns (N, M), one prediction per column.
    Source: lecture, linear regression in TF 2.5.
    """
    return W * x + b  # (N, M)


@torch.no_grad()
def train_scalar(x: Tensor, y: Tensor, W: Tensor, b: Tensor, lr: float = 0.01, steps: int = 2000) -> Trained:
    """Train one scalar weight on two columns, (N, 2) predictions broadcast against (N, 1) answers (model 2).

    x: (N, 2).  y: (N, 1).  W, b: scalars ().  Returns W (), b (), costs (steps,) before each update.
    The mean runs over all 2N terms; with equal columns this is the one-input mean squared error.
    Raises ValueError if a shape does not fit.  Source: lecture, linear regression in TF 2.5.
    """
    costs = torch.empty(steps, dtype=x.dtype)
    for step in range(steps):
        h = predict_scalar(x, W, b)  # (N, 2)
        costs[step] = mse(h, y)
        W, b = W - lr * 2 * ((h - y) * x).mean(), b - lr * 2 * (h - y).mean()
    return W, b, costs


@torch.no_grad()
def train_adam(x: Tensor, y: Tensor, W: Tensor, b: Tensor, lr: float = 0.001, steps: int = 1000) -> Trained:
    """Train with Adam as the name 'adam' means it in Keras: betas 0.9 and 0.999, epsilon 1e-7 (model 4).

    x: (N, F).  y: (N, 1).  W: (F, 1).  b: (1,).  Returns W (F, 1), b (1,), costs (steps,) before each update.
    This is Algorithm 1 of the paper, like torch.optim.Adam(eps=1e-7).  Keras adds epsilon before the second
    moment is corrected: the same but for 3e-6 of a step as long as gradients are near 1.
    Raises ValueError if a shape does not fit.  Source: lecture, linear regression in Keras; Kingma and Ba
    2015.
    """
    weights = torch.cat([W.flatten(), b])  # (F + 1,)
    first, second = torch.zeros_like(weights), torch.zeros_like(weights)  # moments of the gradient
    costs = torch.empty(steps, dtype=x.dtype)
    for step in range(steps):
        W, b = weights[:-1, None], weights[-1:]
        costs[step] = mse(predict(x, W, b), y)
        gradient = torch.cat([slope.flatten() for slope in mse_gradient(x, y, W, b)])
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        mean = first / (1 - 0.9 ** (step + 1))  # both start at 0 and are too small at first
        spread = (second / (1 - 0.999 ** (step + 1))).sqrt()
        weights = weights - lr * mean / (spread + 1e-7)
    return weights[:-1, None], weights[-1:], costs


def glorot_uniform(fan_in: int, fan_out: int, seed: int) -> Tensor:
    """Draw weights uniformly within sqrt(6 / (fan_in + fan_out)), the default of a Keras Dense layer.

    Returns (fan_in, fan_out); with one input and one output the bound is sqrt(3) = 1.732.
    Source: Glorot and Bengio 2010, equation 16; lecture, linear regression in Keras.
    """
    bound = math.sqrt(6 / (fan_in + fan_out))
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.rand(fan_in, fan_out, generator=generator) - 1) * bound
