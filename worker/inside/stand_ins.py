"""Plotting and progress packages that lecture code imports but a box has no use for: every call is swallowed.

`plt.plot(...)` must not cost a right program its marks, and a headless box draws nothing. `tqdm(x)` iterates x. How many
things `fig, (left, right) = plt.subplots(1, 2)` or `line, = plt.plot(x)` expect is read from the code that asks.
"""

from __future__ import annotations

import dis
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any, Self

SWALLOWED = ("matplotlib", "seaborn", "IPython", "tqdm")


class Nothing:
    """Accepts every attribute, call, index and iteration, and does nothing."""

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Self:
        """Do nothing."""
        return self

    def __getitem__(self, _: Any) -> Nothing:
        return self

    def __setitem__(self, _: Any, __: Any) -> None:
        """Do nothing."""

    def __iter__(self) -> Iterator[Nothing]:
        return iter((self,) * asked_for(sys._getframe(1)))  # noqa: SLF001 - who asks is no argument

    def __len__(self) -> int:
        return 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


class Swallowing(types.ModuleType):
    """A module whose every attribute is Nothing."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return {"tqdm": Bar, "trange": trange}.get(name) or Nothing()


def asked_for(frame: types.FrameType) -> int:
    """Tell how many values the running instruction of a frame unpacks; two when it is none that unpacks."""
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at + 1] if dis.opname[code[at]] == "UNPACK_SEQUENCE" else 2


class Bar(Nothing):
    """Stands for tqdm: iterates its items, and does nothing else."""

    def __init__(self, iterable: Any = (), *_: Any, **__: Any) -> None:
        self.items = range(iterable) if isinstance(iterable, int) else iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @staticmethod
    def write(*_: Any, **__: Any) -> None:
        """Do nothing."""


def trange(*limits: int, **_: Any) -> Bar:
    """Stand for tqdm(range(...))."""
    return Bar(range(*limits))


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the swallowed packages, last of all finders: an installed one wins."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None,
                  target: types.ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        """Find a swallowed package or one of its modules."""
        del path, target
        is_ours = fullname.partition(".")[0] in SWALLOWED
        return importlib.util.spec_from_loader(fullname, self, is_package=True) if is_ours else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make the swallowing module."""
        return Swallowing(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing."""


def install() -> None:
    """Put the finder behind all others, once."""
    if not any(isinstance(f, Finder) for f in sys.meta_path):
        sys.meta_path.append(Finder())
