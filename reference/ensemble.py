"""Many seeds at once: the course's trainings as one batched program, for measuring how right runs spread.

Every array has the seeds in its last place, so that each operation runs over all of them in one stretch of memory: a
weight is (in, out, S), a layer's values are (N, out, S).  Seeds never meet: the arithmetic of each is that of its own
single run, gradients by hand as in `reference/xor.py`, in the same order.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import Tensor

Hidden = Literal["sigmoid", "relu"]
Output = Literal["linear", "sigmoid", "softmax"]
Progress = Callable[[int], None]

ADAM = (0.9, 0.999)
KERAS_EPS = 1e-7


class Runs(NamedTuple):
    """What S runs left: weights [W1 (in, out, S), b1 (out, S), ...], outputs (N, out, S), costs (marks, S)."""

    weights: list[Tensor]
    outputs: Tensor
    costs: Tensor


def normal_starts(sizes: Sequence[int], seeds: Sequence[int]) -> list[Tensor]:
    """Draw every weight and bias from N(0, 1), for each seed as a single run of that seed draws it.

    sizes: units per layer.  Returns [W1 (in, out, S), b1 (out, S), ...].  Source: lecture, all TF 1 listings.
    """
    draws = [torch.Generator().manual_seed(seed) for seed in seeds]
    weights = []
    for fan_in, fan_out in pairwise(sizes):
        weights.append(torch.stack([torch.randn(fan_in, fan_out, generator=g) for g in draws], dim=-1))
        weights.append(torch.stack([torch.randn(fan_out, generator=g) for g in draws], dim=-1))
    return weights


def linear_starts(sizes: Sequence[int], seeds: Sequence[int]) -> list[Tensor]:
    """Draw weights and biases as `torch.nn.Linear` does: uniform within 1 / sqrt(fan_in).

    sizes: units per layer.  Returns [W1 (in, out, S), b1 (out, S), ...].  Source: torch.nn.Linear.
    """
    weights = []
    draws = [torch.Generator().manual_seed(seed) for seed in seeds]
    for fan_in, fan_out in pairwise(sizes):
        bound = fan_in**-0.5
        weights += [torch.stack([(2 * torch.rand(shape, generator=g) - 1) * bound for g in draws], dim=-1)
                    for shape in ((fan_in, fan_out), (fan_out,))]
    return weights


def glorot_starts(sizes: Sequence[int], seeds: Sequence[int]) -> list[Tensor]:
    """Draw weights as a Keras Dense layer does, uniform within sqrt(6 / (fan_in + fan_out)); biases are 0.

    sizes: units per layer.  Returns [W1 (in, out, S), b1 (out, S), ...].  Source: keras.layers.Dense; Glorot and Bengio 2010.
    """
    weights = []
    draws = [torch.Generator().manual_seed(seed) for seed in seeds]
    for fan_in, fan_out in pairwise(sizes):
        bound = (6 / (fan_in + fan_out)) ** 0.5
        weights.append(torch.stack([(2 * torch.rand(fan_in, fan_out, generator=g) - 1) * bound for g in draws], dim=-1))
        weights.append(torch.zeros(fan_out, len(draws)))
    return weights


@torch.no_grad()
def train(  # noqa: PLR0913 - one parameter for each choice of the lecture
    x: Tensor, y: Tensor, weights: Sequence[Tensor], *, lr: float, steps: int, marks: Sequence[int],
    output: Output = "sigmoid", hidden: Hidden = "sigmoid", optimizer: Literal["sgd", "adam"] = "sgd",
    on_step: Progress = lambda _: None,
) -> Runs:
    """Train all seeds by gradient descent on all rows, keeping the costs before the updates of the steps in `marks`.

    x: (N, in).  y: (N, out).  weights: [W1 (in, out, S), b1 (out, S), ...], left as they are.  The cost is the mean
    square error for a linear output, the logistic cost for a sigmoid, the mean cross-entropy over rows for a softmax.
    Returns Runs.  Raises ValueError if a shape does not fit.  Source: lecture, all models but the GAN.
    """
    if weights[0].shape[0] != x.shape[1] or weights[-1].shape[0] != y.shape[1]:
        msg = f"train: weights lead from {weights[0].shape[0]} to {weights[-1].shape[0]}, data from {x.shape[1]} to {y.shape[1]}"
        raise ValueError(msg)
    trained = [weight.clone() for weight in weights]
    target = y.unsqueeze(-1)  # (N, out, 1)
    moments = [(torch.zeros_like(w), torch.zeros_like(w)) for w in trained]
    kept = {step: row for row, step in enumerate(marks)}
    costs = trained[0].new_full((len(marks), trained[0].shape[-1]), float("nan"))
    scale = 2 / y.numel() if output == "linear" else 1 / len(y) if output == "softmax" else 1 / y.numel()
    for step in range(steps):
        layers = _forward(x, trained, hidden)
        h = _answer(layers[-1], output)
        if step in kept:
            costs[kept[step]] = _costs(layers[-1], target, output)
        slopes = _backward((h - target) * scale, trained, layers, hidden)
        if optimizer == "sgd":
            for weight, slope in zip(trained, slopes, strict=True):
                weight.sub_(slope, alpha=lr)
        else:
            _adam(trained, slopes, moments, lr, step + 1)
        on_step(step)
    return Runs(trained, _answer(_forward(x, trained, hidden)[-1], output), costs)


def outputs(x: Tensor, weights: Sequence[Tensor], *, output: Output = "sigmoid", hidden: Hidden = "sigmoid") -> Tensor:
    """Answer for other rows.  x: (N, in).  Returns (N, out, S).  Source: as `train`."""
    return _answer(_forward(x, weights, hidden)[-1], output)


def _forward(x: Tensor, weights: Sequence[Tensor], hidden: Hidden) -> list[Tensor]:
    """List what enters each layer after the first, and the scores (N, out, S); x itself stands first."""
    W, b = weights[0], weights[1]
    z = (x @ W.flatten(1)).view(-1, *W.shape[1:]).add_(b)  # one product: x is the same for every seed
    layers = [x, z]
    for W, b in zip(weights[2::2], weights[3::2], strict=True):
        layers[-1] = layers[-1].sigmoid_() if hidden == "sigmoid" else layers[-1].relu_()
        layers.append((layers[-1].unsqueeze(2) * W).sum(dim=1).add_(b))  # (N, in, 1, S) * (in, out, S)
    return layers


def _backward(error: Tensor, weights: Sequence[Tensor], layers: list[Tensor], hidden: Hidden) -> list[Tensor]:
    """Walk back from the slope of the cost in the scores, (N, out, S)."""
    slopes: list[Tensor] = []
    for index in range(len(weights) - 2, -1, -2):
        value = layers[index // 2]
        if index == 0:
            slope = (value.T @ error.flatten(1)).view(-1, *error.shape[1:])  # (in, out, S)
        else:
            slope = (value.unsqueeze(2) * error.unsqueeze(1)).sum(dim=0)
        slopes[:0] = [slope, error.sum(dim=0)]
        if index > 0:
            error = (error.unsqueeze(1) * weights[index]).sum(dim=2)
            error *= value * (1 - value) if hidden == "sigmoid" else (value > 0).to(value.dtype)
    return slopes


def _adam(weights: list[Tensor], slopes: list[Tensor], moments: list[tuple[Tensor, Tensor]], lr: float, t: int) -> None:
    """Take step `t` (from 1) of Adam with the defaults of Keras, in place."""
    first, second = ADAM
    for weight, slope, (m, v) in zip(weights, slopes, moments, strict=True):
        m.mul_(first).add_(slope, alpha=1 - first)
        v.mul_(second).addcmul_(slope, slope, value=1 - second)
        rate = lr * (1 - second**t) ** 0.5 / (1 - first**t)
        weight.addcdiv_(m, v.sqrt().add_(KERAS_EPS), value=-rate)


def _answer(z: Tensor, output: Output) -> Tensor:
    if output == "linear":
        return z
    return torch.sigmoid(z) if output == "sigmoid" else torch.softmax(z, dim=1)


def _costs(z: Tensor, target: Tensor, output: Output) -> Tensor:
    """Take each seed's cost from its scores.  Returns (S,)."""
    if output == "linear":
        return ((z - target) ** 2).mean(dim=(0, 1))
    if output == "softmax":
        return -(target * torch.log_softmax(z, dim=1)).sum(dim=1).mean(dim=0)
    return (z.clamp(min=0) - z * target + torch.log1p(torch.exp(-z.abs()))).mean(dim=(0, 1))
