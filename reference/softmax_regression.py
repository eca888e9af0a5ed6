"""Softmax classification: one score per class, turned into probabilities (model 7)."""

import torch
from torch import Tensor

from reference.shapes import require_shape


def softmax(z: Tensor) -> Tensor:
    """Turn scores into probabilities, row by row.

    z: (N, K) scores.  Returns (N, K), each row >= 0 and summing to 1.  Raises ValueError if z is not a
    matrix. The row maximum is subtracted first: the result is the same and exp cannot overflow.
    Source: lecture, softmax classification; Goodfellow et al. 2016, section 4.1.
    """
    require_shape("softmax: z", z, "N", "K")
    shifted = z - z.max(dim=1, keepdim=True).values  # (N, K)
    weights = shifted.exp()                          # (N, K)
    return weights / weights.sum(dim=1, keepdim=True)


def log_softmax(z: Tensor) -> Tensor:
    """Take the logarithm of the softmax without ever taking the log of a rounded 0.

    z: (N, K) scores.  Returns (N, K), each <= 0.  Raises ValueError if z is not a matrix.
    Source: lecture, softmax classification; Goodfellow et al. 2016, section 6.2.2.3.
    """
    require_shape("log_softmax: z", z, "N", "K")
    shifted = z - z.max(dim=1, keepdim=True).values  # (N, K)
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


def cross_entropy(p: Tensor, onehot: Tensor) -> Tensor:
    """Take the mean cross-entropy C(S, L) = -sum L log S of probabilities and one-hot labels.

    p: (N, K) probabilities.  onehot: (N, K).  Returns a scalar; 0 log 0 is 0, and a label whose probability
    is 0 costs infinity.  Raises ValueError if p and onehot are not matrices of one shape.
    Source: lecture, softmax classification, cross-entropy.
    """
    require_shape("cross_entropy: onehot", onehot, "N", "K")
    require_shape("cross_entropy: p", p, *onehot.shape)
    return -torch.xlogy(onehot, p).sum(dim=1).mean()


def cross_entropy_from_scores(z: Tensor, onehot: Tensor) -> Tensor:
    """Take the same cost from the scores before the softmax: finite for any finite scores.

    z: (N, K) scores.  onehot: (N, K).  Returns a scalar.  Raises ValueError if z and onehot are not matrices
    of one shape.  Source: lecture, softmax classification (the listing's cost from logits).
    """
    require_shape("cross_entropy_from_scores: onehot", onehot, *z.shape)
    return -(onehot * log_softmax(z)).sum(dim=1).mean()


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Write each label as a row of zeros with a single one.

    labels: (N,) whole numbers from 0 to classes - 1.  Returns (N, classes) float32.
    Raises ValueError if labels is not a vector or a label is outside.  Source: lecture, softmax
    classification, one-hot.
    """
    require_shape("one_hot: labels", labels, "N")
    if bool(((labels < 0) | (labels >= classes)).any()):
        raise ValueError(f"one_hot: labels span {labels.min()}..{labels.max()}, expected 0..{classes - 1}")
    return (labels[:, None] == torch.arange(classes)).float()


def argmax(p: Tensor) -> Tensor:
    """Name the most probable class of each row, the first one where several are equal.

    p: (N, K) probabilities or scores.  Returns (N,) int64.  Raises ValueError if p is not a matrix.
    Source: lecture, softmax classification, one-hot and argmax.
    """
    require_shape("argmax: p", p, "N", "K")
    return p.argmax(dim=1)


def predict(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Predict the probability of each class in each row.

    x: (N, F).  W: (F, K).  b: (K,).  Returns (N, K).  Raises ValueError if x or W does not fit.
    Source: lecture, softmax classification, hypothesis.
    """
    return softmax(_scores(x, W, b))


def cost_gradient(x: Tensor, y: Tensor, W: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Take the slope of the cross-entropy in W and in b.

    x: (N, F).  y: (N, K) one-hot.  W: (F, K).  b: (K,).  Returns dW = x^T (p - y) / N (F, K) and db (K,).
    Raises ValueError if a shape does not fit.  Source: lecture, softmax classification; Bishop 2006, equation
    4.109.
    """
    require_shape("cost_gradient: y", y, len(x), W.shape[1])
    return _gradient_from_scores(x, y, _scores(x, W, b))


@torch.no_grad()
def train(
    x: Tensor, y: Tensor, W: Tensor, b: Tensor, lr: float = 0.1, steps: int = 2001
) -> tuple[Tensor, Tensor, Tensor]:
    """Train by gradient descent on all rows from the given weights (model 7).

    x: (N, F).  y: (N, K) one-hot.  W: (F, K).  b: (K,).  Returns W (F, K), b (K,), costs (steps,) before each
    update.  Raises ValueError if a shape does not fit.  Source: lecture, softmax classification (TF 1).
    """
    costs = torch.empty(steps, dtype=x.dtype)
    for step in range(steps):
        z = _scores(x, W, b)  # (N, K)
        costs[step] = cross_entropy_from_scores(z, y)
        dW, db = _gradient_from_scores(x, y, z)
        W, b = W - lr * dW, b - lr * db
    return W, b, costs


def _scores(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    require_shape("predict: x", x, "N", "F")
    require_shape("predict: W", W, x.shape[1], "K")
    return x @ W + b  # (N, K)


def _gradient_from_scores(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    error = softmax(z) - y  # (N, K)
    return x.T @ error / len(x), error.mean(dim=0)
