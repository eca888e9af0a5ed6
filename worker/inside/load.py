"""Loading a submission: its files are written beside it, its units (a file, or a notebook's cells) run in order.

A unit is `[filename, source]`. A notebook is one unit per cell, so that errors speak of `cell 3, line 2`.
"""

from __future__ import annotations

import ast
import linecache
import sys
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .values import Unreadable, class_name

Units = list[list[str]]
Rewrite = Callable[[ast.Module], ast.Module]


class ProbeError(Exception):
    """A probe that could not be measured, in words for the student."""


class StudentError(ProbeError):
    """What the submission's own code raised, in the student's words: what, and where in the submission."""

    def __init__(self, what: str, where: str) -> None:
        self.what = what
        self.where = where
        super().__init__(what)


def write_files(files: dict[str, str], folder: Path) -> None:
    """Write a submission's other files into the box's working folder, so that it can import and read them."""
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def run_units(units: Units, name: str, rewrite: Rewrite | None = None,
              extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run the units in one fresh namespace under a module name; raises StudentError where they raise."""
    module = types.ModuleType(name)
    module.__dict__.update(extra or {})
    module.__file__ = units[0][0]
    sys.modules[name] = module
    with guarded(units):
        for filename, source in units:
            linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
            tree = ast.parse(source, filename)
            code = compile(rewrite(tree) if rewrite else tree, filename, "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102 - this is the one place made for it
    return module.__dict__


class guarded:  # noqa: N801 - reads as a statement: `with guarded(units):`
    """Turn whatever student code raises into StudentError, but for MemoryError, which ends the run."""

    def __init__(self, units: Units) -> None:
        self.names = {u[0] for u in units}

    def __enter__(self) -> None:
        """Enter."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None or isinstance(error, MemoryError | ProbeError | Unreadable):
            return
        raise StudentError(describe(error), place(error, self.names)) from None


def describe(error: BaseException) -> str:
    """Say what was raised in one line of at most 500 characters; a student's exception may raise when asked."""
    try:
        return _said(error)[:500]
    except BaseException:  # noqa: BLE001 - see above
        return f"{class_name(type(error))}, which cannot be shown"


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "the program called exit(); leave it out, so that the results can be read"
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg}"
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed here; the box has the standard library, numpy and torch"
    if isinstance(error, RecursionError):
        return "RecursionError: a function calls itself without end"
    return f"{type(error).__name__}: {error}"


def place(error: BaseException, names: set[str]) -> str:
    """Name the innermost line of the submission, as `submission.py, line 12: cost.backward()`; empty if none."""
    try:
        return _line(error, names)[:300]
    except BaseException:  # noqa: BLE001 - as in describe
        return ""


def _line(error: BaseException, names: set[str]) -> str:
    if isinstance(error, SyntaxError) and error.filename in names:
        text = error.text or linecache.getline(error.filename, error.lineno or 1)  # found after parsing, it has none
        return f"{error.filename}, line {error.lineno}: {text.strip()}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in names]
    if not frames:
        return ""
    last = frames[-1]
    return f"{last.filename}, line {last.lineno}: {(last.line or '').strip()}"
