"""What an instructor's tests do anywhere else: call the submission's functions and compare what they return.

Stands alone: `grader bench` copies this file beside a submission, for every way of grading that is not ours. `calls.json`
beside it lists what is called with what, and what must come out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

ATOL, RTOL = 1e-3, 2e-3
CALLS = Path(__file__).with_name("calls.json")


def read_calls() -> list[dict[str, Any]]:
    """Read the calls that lie beside this file."""
    calls: list[dict[str, Any]] = json.loads(CALLS.read_text())
    return calls


def argument(value: Any) -> Any:
    """Make a fresh argument: a list of numbers becomes a tensor."""
    return torch.tensor(value) if isinstance(value, list) else value


def call(functions: Mapping[str, Callable[..., Any]], calls: list[dict[str, Any]]) -> list[Any]:
    """Make the calls one after another."""
    return [functions[c["function"]](**{k: argument(v) for k, v in c["args"].items()}) for c in calls]


def wrong(functions: Mapping[str, Callable[..., Any]]) -> list[str]:
    """Name the results that are not as they must be."""
    calls = read_calls()
    faults = []
    for asked, result in zip(calls, call(functions, calls), strict=True):
        parts = result if isinstance(result, tuple) else (result,)
        got = dict(zip(asked["returns"], parts, strict=True))
        faults += [f"{asked['name']}.{n}" for n, want in asked["wanted"].items() if not is_close(got[n], want)]
    return faults


def is_close(got: Any, want: list[Any] | float) -> bool:
    """Compare as float32, any shape of the same size."""
    have, wanted = torch.as_tensor(got).detach().float().flatten(), torch.as_tensor(want).float().flatten()
    return have.shape == wanted.shape and bool(torch.allclose(have, wanted, atol=ATOL, rtol=RTOL))
