"""Rewriting a plain script before it runs: other data for the lecture's tables, and a record of watched variables.

Theory of operation. A script in the lecture's style has its data written into it, so it always prints the same
numbers, and so does a program that only prints them. To tell the two apart the script is run once more with the data
replaced. Published arrays are recognised by value, not by name: every list or tuple of numbers in the syntax tree that
equals a published array (or one of its columns, its transpose, its one-hot labels as classes, or x and y side by side)
is replaced by the same form of the hidden array. Where two published arrays are the same (y = x in model 4), the name
that a table is assigned to decides, else the order. Data built another way (`np.arange(1, 4)[:, None]`) are recognised
when they are assigned at the top level. A watched variable (`cost`) is recorded after each assignment, wherever it stands.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .values import Array, Unreadable, to_array

WATCH, SWAP = "__watch__", "__swap__"
MAX_RECORDS = 400_000
MIN_SIZE = 2
COMPUTED = (ast.Call, ast.Subscript, ast.BinOp, ast.Attribute)  # what data may be assigned as, but for literals


@dataclass
class Swapper:
    """Published arrays and what stands in for them; `found` names those that were replaced."""

    forms: list[tuple[str, Array, Array]]
    found: set[str] = field(default_factory=set)

    def replace(self, array: Array, name: str = "") -> Array | None:
        """Return the stand-in for an array that equals a published form, in the same shape, or None.

        Of several equal published arrays the one meant is that whose name the variable's begins with, else the next.
        """
        same = [(key, new) for key, old, new in self.forms if array.size == old.size
                and squeezed(array) == squeezed(old) and np.allclose(array.ravel(), old.ravel())]
        if not same:
            return None
        named = [f for f in same if name.lower().startswith(f[0])]
        unseen = [f for f in same if not {*f[0].split("+")} <= {*"+".join(self.found).split("+")}]
        key, new = (named or unseen or same)[0]
        self.found.add(key)
        return new.reshape(array.shape)

    def value(self, value: Any, name: str = "") -> Any:
        """Replace a value assigned at the top level, keeping its type."""
        try:
            array = to_array(value, "value")
        except Unreadable:
            return value
        new = self.replace(array.astype(np.float64), name) if array.size >= MIN_SIZE else None
        return value if new is None else like(value, new)


def squeezed(a: Array) -> tuple[int, ...]:
    """Return the shape without axes of length 1."""
    return tuple(n for n in a.shape if n != 1)


def like(value: Any, new: Array) -> Any:
    """Give an array the type, dtype and grad flag of the value it stands for."""
    if isinstance(value, list | tuple):
        return type(value)(new.tolist()) if isinstance(value, list) else tuple(new.tolist())
    is_whole = np.array_equal(new, np.round(new))  # whole numbers may stand for others that are not
    if isinstance(value, np.ndarray):
        return new.astype(value.dtype if is_whole or value.dtype.kind == "f" else np.float64)
    if hasattr(value, "detach"):
        torch = sys.modules["torch"]
        dtype = value.dtype if is_whole or value.is_floating_point() else torch.float32
        return torch.as_tensor(new).to(dtype).requires_grad_(value.requires_grad)
    return value


def forms(swap: Mapping[str, tuple[Array, Array]]) -> list[tuple[str, Array, Array]]:
    """List every way a published array may be written, largest first: side by side, whole, classes, columns, transposed."""
    listed: list[tuple[str, Array, Array]] = []
    matrices = {k: (o.astype(np.float64), n.astype(np.float64)) for k, (o, n) in swap.items() if o.ndim == 2}
    for kx, (ox, nx) in matrices.items():
        listed += [(f"{kx}+{ky}", np.hstack([ox, oy]), np.hstack([nx, ny]))
                   for ky, (oy, ny) in matrices.items() if ky != kx and len(oy) == len(ox)]
    for key, (old, new) in swap.items():
        listed.append((key, old.astype(np.float64), new.astype(np.float64)))
    for key, (old, new) in matrices.items():
        listed.append((key, old.T, new.T))
        if old.shape[1] > 1:
            if np.array_equal(old.sum(axis=1), np.ones(len(old))) and set(np.unique(old)) <= {0.0, 1.0}:
                listed.append((key, old.argmax(axis=1).astype(np.float64), new.argmax(axis=1).astype(np.float64)))
            listed += [(key, old[:, i], new[:, i]) for i in range(old.shape[1])]
    return [f for f in listed if f[1].size >= MIN_SIZE]


@dataclass
class Recorder:
    """What watched variables were assigned, as floats in order, for each statement that assigns them."""

    records: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    sums: set[int] = field(default_factory=set)  # statements that only add up

    def record(self, name: str, statement: int, value: Any) -> None:
        """Append a scalar; anything else is not a cost and is left out."""
        try:
            number = to_array(value, name)  # NumPy makes no float of an array [[0.5]]
        except Unreadable:
            return
        kept = self.records.setdefault(name, {}).setdefault(statement, [])
        if number.size == 1 and len(kept) < MAX_RECORDS:
            kept.append(float(number.reshape(())))

    def curve(self, name: str) -> list[float]:
        """Return what the last of the busiest statements assigned: one that runs every hundredth step only shows."""
        records = self.records.get(name, {})
        told = [r for statement, r in sorted(records.items()) if statement not in self.sums] or list(records.values())
        most = max(map(len, told), default=0)
        return next((r for r in reversed(told) if 2 * len(r) >= most), [])


class Rewriter(ast.NodeTransformer):
    """Puts stand-ins for published tables and a call after each assignment of a watched name."""

    def __init__(self, swapper: Swapper | None, watched: set[str], recorder: Recorder) -> None:
        self.swapper = swapper
        self.watched = watched
        self.recorder = recorder
        self.statement = 0  # numbers the statements that assign watched names
        self.depth = 0
        self.target = ""  # the name that the statement being visited assigns to

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Go one level down."""
        return self._deeper(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        """Go one level down."""
        return self._deeper(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        """Go one level down."""
        return self._deeper(node)

    def _deeper(self, node: ast.AST) -> ast.AST:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    def visit_List(self, node: ast.List) -> ast.AST:
        """Replace a literal table."""
        return self._literal(node)

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        """Replace a literal table."""
        return self._literal(node)

    def _literal(self, node: ast.List | ast.Tuple) -> ast.AST:
        table = literal_table(node) if self.swapper else None
        new = self.swapper.replace(table, self.target) if self.swapper and table is not None else None
        if new is None:
            return self.generic_visit(node)
        return ast.copy_location(ast.parse(repr(as_written(node, new).tolist()), mode="eval").body, node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Swap data assigned at the top level; record watched names."""
        self.target = next((t.id for t in node.targets if isinstance(t, ast.Name)), "")
        self.generic_visit(node)
        if self.swapper and self.depth == 0 and isinstance(node.value, COMPUTED):
            node.value = ast.copy_location(call(SWAP, node.value, ast.Constant(self.target)), node.value)
        self.target = ""
        return self._watch(node, node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """Record watched names."""
        self.generic_visit(node)
        self.recorder.sums |= {self.statement + 1} if isinstance(node.op, ast.Add) else set()
        return self._watch(node, [node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Record watched names."""
        self.generic_visit(node)
        return self._watch(node, [node.target] if node.value else [])

    def _watch(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, targets: list[ast.expr]) -> Any:
        names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and n.id in self.watched
                 and isinstance(n.ctx, ast.Store)]
        self.statement += 1
        is_start = not isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Constant)  # `cost = 0`
        calls = [ast.Expr(call(WATCH, ast.Constant(n), ast.Constant(self.statement), ast.Name(n, ast.Load())))
                 for n in names if not is_start]
        return [node, *(ast.copy_location(c, node) for c in calls)]


def call(name: str, *args: ast.expr) -> ast.Call:
    """Make the syntax of a call."""
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def as_written(node: ast.List | ast.Tuple, new: Array) -> Array:
    """Keep whole numbers whole: `torch.tensor([2, 1, 0])` are class labels, `torch.tensor([2.0, 1.0, 0.0])` are not."""
    was_whole = all(isinstance(n.value, int) for n in ast.walk(node) if isinstance(n, ast.Constant))
    return new.astype(np.int64) if was_whole and np.array_equal(new, np.round(new)) else new


def literal_table(node: ast.List | ast.Tuple) -> Array | None:
    """Read a literal of numbers as an array, or return None."""
    try:
        array = to_array(ast.literal_eval(node), "table").astype(np.float64)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return array if array.size >= MIN_SIZE else None
