"""A small submission of ours, measured before the first fork, so often that nothing is new any more.

What a child would otherwise do as the first, it finds done: modules imported, patterns compiled, memory touched, and code
written anew for the types it meets (the interpreter does so when code has run eight times), which would be so many pages for
every child to copy. It saves every attempt 3 to 5 ms of CPU.
"""

from __future__ import annotations

import sys

import numpy as np

from . import wire
from .measure import measure, open_subject, pack_request, seed_all, unpack_request
from .ticker import Ticker
from .turn import Round

SOURCE = """
import torch

def train(x, lr, steps):
    W = torch.zeros(1, 1, requires_grad=True)
    optimizer = torch.optim.SGD([W], lr=lr)
    costs = []
    for _ in range(steps):
        cost = torch.mean((torch.sigmoid(x @ W) - x) ** 2)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W, costs
"""
PROBE = {"do": "call", "name": "train", "call": "train", "args": {"x": "@x", "lr": 0.1, "steps": 3},
         "returns": ["W", "costs"], "outputs": ["W", "costs"]}
REQUEST = {"style": "function", "units": [["rehearsal.py", SOURCE]], "as_tensor": True,
           "watch": ["cost", "*cost*", "*loss*", "*error*"]}
TIMES = 10


def rehearse() -> None:
    """Go the way of a request from its bytes to the bytes of its evidence, again and again."""
    for _ in range(TIMES):
        _rehearse_once()


def _rehearse_once() -> None:
    request, inputs = unpack_request(pack_request(REQUEST, {"x": np.ones((2, 1), np.float32)}))
    seed_all(0)
    ticker = Ticker()
    for _, arrays in measure(Round(open_subject(request, ticker), inputs, 0, ticker=ticker), [PROBE]):
        wire.pack_arrays(arrays)
    del sys.modules["submission"]
