"""The course's costs and models once more in numpy, so that what a submission claims can be recomputed outside the box."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

import numpy as np

from grader.tolerance import Array

CostName = Literal["mse", "logistic", "cross_entropy"]
ModelName = Literal["linear", "scalar", "logistic", "softmax"]
Convex = Literal["linear", "logistic", "softmax"]  # models whose cost is a bowl


def mse(h: Array, y: Array) -> float:
    """Mean squared error without a factor 1/2; h and y broadcast. Source: lecture, linear regression."""
    return float(np.mean((h - y) ** 2))


def logistic(h: Array, y: Array) -> float:
    """Mean of -y log h - (1-y) log(1-h), with 0 log 0 = 0. Source: lecture, logistic regression."""
    with np.errstate(divide="ignore"):
        right = np.where(y > 0.5, h, 1 - h)
        return float(np.mean(-np.log(right)))


def cross_entropy(p: Array, y: Array) -> float:
    """Mean over rows of -sum y log p, with 0 log 0 = 0; p, y: (N, K). Source: lecture, softmax classification."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(-np.sum(np.where(y > 0, y * np.log(p), 0.0), axis=-1)))


def linear(x: Array, w: Array, b: Array) -> Array:
    """X W + b. x: (N, F), w: (F, K) in any layout, b: (K,).  Returns (N, K)."""
    return x @ w.reshape(x.shape[1], -1) + b.reshape(1, -1)


def scalar(x: Array, w: Array, b: Array) -> Array:
    """W x + b with one W and one b for all columns. Returns the shape of x."""
    return x * w.reshape(()) + b.reshape(())


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), without overflow."""
    with np.errstate(invalid="ignore"):  # NaN stays NaN
        return np.exp(-np.logaddexp(0.0, -z))


def from_scores(h: Array) -> Array:
    """Take values outside [0, 1] for scores before the sigmoid, as a model for BCEWithLogitsLoss answers them.

    Values inside stay as they are, and so does NaN.
    """
    with np.errstate(invalid="ignore"):
        are_scores = bool(np.any((h < 0) | (h > 1)))
    return sigmoid(h.astype(np.float64)) if are_scores else h


def softmax(z: Array) -> Array:
    """Rows of scores into rows of probabilities, without overflow. z: (N, K)."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


COSTS: MappingProxyType[str, Callable[[Array, Array], float]] = MappingProxyType(
    {"mse": mse, "logistic": logistic, "cross_entropy": cross_entropy})
MODELS: MappingProxyType[str, Callable[[Array, Array, Array], Array]] = MappingProxyType({
    "linear": linear, "scalar": scalar,
    "logistic": lambda x, w, b: sigmoid(linear(x, w, b)),
    "softmax": lambda x, w, b: softmax(linear(x, w, b))})
CONVEX: MappingProxyType[Convex, tuple[CostName, float]] = MappingProxyType({  # cost, its largest second derivative by a score
    "linear": ("mse", 2.0), "logistic": ("logistic", 0.25), "softmax": ("cross_entropy", 0.5)})


def slopes(model: Convex, x: Array, y: Array, w: Array, b: Array) -> tuple[Array, Array]:
    """Derivatives of a model's mean cost by its weights. x: (N, F), y: (N, K), w: (F, K), b: (K,).  Returns (F, K), (K,)."""
    error = (MODELS[model](x, w, b) - y) * (2 / y.size if model == "linear" else 1 / len(y))
    return x.T @ error, error.sum(axis=0)


def curvature(model: Convex, x: Array) -> float:
    """Bound the largest curvature of a model's mean cost, whatever its weights. x: (N, F)."""
    rows = np.column_stack([x, np.ones(len(x))])
    return float(np.linalg.eigvalsh(rows.T @ rows / len(x))[-1]) * CONVEX[model][1]
