"""gradient: differentiate the sum of a function's output with respect to one of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..load import guarded
from ..turn import Round
from ..values import Array, to_array
from . import call

STEP = 1e-4


def run(turn: Round, probe: dict[str, Any]) -> dict[str, Any]:
    """Differentiate `probe['call']` by `probe['wrt']`, through autograd where the output hangs on it.

    Returns `value` (the output) and `gradient` (the argument's shape). A function that leaves the graph, as NumPy code
    does, is differentiated by central differences with a step of 1e-4.
    """
    function = call.find(turn, probe["call"])
    args = {name: turn.argument(value) for name, value in probe["args"].items()}
    at = args[probe["wrt"]]
    if hasattr(at, "requires_grad_"):
        at.requires_grad_(True)
    with guarded(turn.subject.units):
        in_order, by_name = call.arrange(function, args, probe["call"])
        value = only(function(*in_order, **by_name))
        if getattr(value, "requires_grad", False):
            return {"value": value, "gradient": autograd(value, at)}
    def again(x: Array) -> Any:
        moved = {name: turn_like(to_array(a, name), a) if is_fractional(a) else a for name, a in args.items()}
        moved[probe["wrt"]] = turn_like(x, at)
        in_order, by_name = call.arrange(function, moved, probe["call"])
        with guarded(turn.subject.units):
            return only(function(*in_order, **by_name))
    return {"value": value, "gradient": differences(again, to_array(at, probe["wrt"]))}


def only(result: Any) -> Any:
    """Take the one value out of a tuple, list or dictionary of one; anything else is the value itself."""
    values = list(result.values()) if isinstance(result, dict) else result
    return values[0] if isinstance(values, tuple | list) and len(values) == 1 else result


def autograd(value: Any, at: Any) -> Any:
    """Return d sum(value) / d at; zeros when the value does not depend on it."""
    import torch

    gradient = torch.autograd.grad(value.sum(), at, allow_unused=True)[0]
    return torch.zeros_like(at) if gradient is None else gradient


def is_fractional(value: Any) -> bool:
    """Tell whether an argument is an array of fractions: torch multiplies none of 64 bits by one of 32."""
    return hasattr(value, "dtype") and to_array(value, "an argument").dtype.kind == "f"


def turn_like(x: Array, at: Any) -> Any:
    """Give an array the type of the argument it stands for."""
    if hasattr(at, "detach"):
        import torch

        return torch.from_numpy(x.astype(np.float64))
    return x.astype(np.float64)


def differences(function: Callable[[Array], Any], at: Array) -> Array:
    """Central differences of the sum of a function's output, in float64."""
    at = at.astype(np.float64)
    slopes = np.zeros_like(at)
    for index in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[index] += STEP
        down[index] -= STEP
        high, low = to_array(function(up), "value"), to_array(function(down), "value")
        slopes[index] = (high.sum() - low.sum()) / (2 * STEP)
    return slopes
