"""torch's compiler, imported only by those who ask it for something.

Every optimizer of torch, and `torch.func.grad`, import `torch._dynamo` (a second, 800 modules, 68 MB) to tell it where not to
compile, which means nothing where nothing is compiled. The stand-in answers these calls as they end there: nothing happens, and a
function stays as it is. Whatever else is asked of it (by `torch.compile`, say) imports the real one, which takes its place.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

NAME = "torch._dynamo"


class Autograd:
    """Stands for the module that compiles backward passes."""

    _disable = nullcontext

    def __getattr__(self, name: str) -> Any:
        """Pass on what the real one has."""
        return getattr(importlib.import_module(f"{NAME}.compiled_autograd"), name)


class StandIn(types.ModuleType):
    """Stands in `sys.modules` and in torch until it is asked for more than it has."""

    compiled_autograd = Autograd()

    def graph_break(self, *_: Any, **__: Any) -> None:
        """Do nothing, as outside of a compiled function."""

    def disable(self, fn: Callable[..., Any] | None = None, *_: Any, **__: Any) -> Any:
        """Leave a function as it is, as decorator with and without arguments."""
        return fn if fn is not None else lambda function: function

    def __getattr__(self, name: str) -> Any:
        """Make room for the real module and pass on what it has."""
        if name.startswith("__") and name != "__path__":  # the import system looks; a package it must be
            raise AttributeError(name)
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
        real = importlib.import_module(NAME)
        _stand(real)
        return getattr(real, name)


def put_off() -> None:
    """Put the stand-in where the compiler is not imported yet."""
    if NAME not in sys.modules:
        sys.modules[NAME] = StandIn(NAME)
        _stand(sys.modules[NAME])


def take_first_steps(torch: Any) -> None:
    """Go backward and step once: what a process does at the first time, its children find done."""
    weight = torch.zeros(2, requires_grad=True)
    optimizers = [torch.optim.SGD([weight], lr=0.1), torch.optim.Adam([weight], lr=0.1)]
    (weight * 2).sum().backward()
    for optimizer in optimizers:
        optimizer.step()


def _stand(module: types.ModuleType) -> None:
    package, _, name = NAME.partition(".")
    setattr(sys.modules[package], name, module)
