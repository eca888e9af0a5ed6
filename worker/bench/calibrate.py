"""What calibrating costs: a thousand seeds of XOR 2-10-1 as one program, against one seed as a plain PyTorch loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch
from torch.nn import functional

from reference import data, ensemble, xor

SIZES = (2, 10, 1)
LR = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """CPU seconds of both, and their ratio in each round."""

    seeds: int
    steps: int
    plain_s: float
    batched_s: float
    ratios: list[float]

    @property
    def ratio(self) -> float:
        """The median of the rounds."""
        return median(self.ratios)


def compare(seeds: int, steps: int, rounds: int, on_done: Callable[[], None] = lambda: None) -> Row:
    """Train both by turns, each `rounds` times, on one thread."""
    torch.set_num_threads(1)
    table = {key: torch.as_tensor(array) for key, array in data.xor().items()}
    starts = ensemble.normal_starts(SIZES, range(seeds))
    plain_s, batched_s = [], []
    for _ in range(rounds):
        plain_s.append(timed(lambda: plain(table["x"], table["y"], steps)))
        batched_s.append(timed(lambda: ensemble.train(table["x"], table["y"], starts, lr=LR, steps=steps, marks=[0])))
        on_done()
    ratios = [b / p for b, p in zip(batched_s, plain_s, strict=True)]
    return Row(seeds, steps, median(plain_s), median(batched_s), ratios)


def timed(work: Callable[[], object]) -> float:
    """Take the CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def plain(x: torch.Tensor, y: torch.Tensor, steps: int) -> list[torch.Tensor]:
    """Train one seed as a student does: autograd and torch.optim.SGD."""
    weights = [weight.requires_grad_() for weight in xor.normal_init(SIZES, 0)]
    optimizer = torch.optim.SGD(weights, lr=LR)
    for _ in range(steps):
        h = torch.sigmoid(torch.sigmoid(x @ weights[0] + weights[1]) @ weights[2] + weights[3])
        cost = functional.binary_cross_entropy(h, y)
        optimizer.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        optimizer.step()
    return weights
