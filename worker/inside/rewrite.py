"""Rewriting a plain script before it runs: other data for the lecture's tables, and a record of watched variables.

Theory of operation. A script in the lecture's style has its data written into it, so it always prints the same
numbers, and so does a program that only prints them. To tell the two apart the script is run once more with the data
replaced. Published arrays are recognised by value, not by name: every list or tuple of numbers in the syntax tree that
equals a published array (or one of its columns, its transpose, its one-hot labels as classes, or x and y side by side)
is replaced by the same form of the hidden array. Where two published arrays are the same (y = x in model 4), the name
that a table is assigned to decides, else the order. Data built another way (`np.arange(1, 4)[:, None]`) are recognised
when they are assigned at the top level; those computed from others (`y = 2 * x`) are computed once more from the
published ones to be recognised. A watched variable (`cost`) is recorded after each assignment, wherever it stands; so is,
if asked for, whatever gradients are taken of. The body of a function without parameters (`def main():`) counts as top
level, and the variables it leaves are kept.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

import numpy as np

from .recorder import LOOPED, SLOPED, Recorder
from .values import Array, Unreadable, to_array

WATCH, SWAP, WAS, LEFT = "__watch__", "__swap__", "__was__", "__left__"
MIN_SIZE = 2
Assignment = ast.Assign | ast.AnnAssign | ast.AugAssign
COMPUTED = (ast.Call, ast.Subscript, ast.BinOp, ast.Attribute, ast.ListComp)  # what data may be assigned as, but for literals
DERIVED = (ast.BinOp, ast.ListComp, ast.Name)  # what data computed from other data may be assigned as


@dataclass
class Swapper:
    """Published arrays and what stands in for them; `found` names those that were replaced."""

    forms: list[tuple[str, Array, Array]]
    found: set[str] = field(default_factory=set)

    def replace(self, array: Array, name: str = "") -> Array | None:
        """Return the stand-in for an array that equals a published form, in the same shape, or None.

        Of several equal published arrays the one meant is that whose name the variable's begins with, else the next.
        """
        fitting = [(key, new) for key, old, new in self.forms if same(array, old)]
        if not fitting:
            return None
        named = [f for f in fitting if name.lower().startswith(f[0])]
        unseen = [f for f in fitting if not {*f[0].split("+")} <= {*"+".join(self.found).split("+")}]
        key, new = (named or unseen or fitting)[0]
        self.found.add(key)
        return new.reshape(array.shape)

    def value(self, value: Any, name: str = "", before: Callable[[], Any] | None = None) -> Any:
        """Replace a value assigned at the top level, keeping its type; `before` computes it from the published data."""
        new = self._stand_in(value, name)
        if new is None and before is not None:
            new = self._stand_in(before(), name)
        return value if new is None else like(value, new)

    def _stand_in(self, value: Any, name: str) -> Array | None:
        array = numbers(value)
        return None if array is None else self.replace(array, name)

    def was(self, value: Any) -> Any:
        """Turn a stand-in back into what it stands for; any other value stays."""
        array = numbers(value)
        if array is None or (old := next((o for _, o, n in self.forms if same(array, n)), None)) is None:
            return value
        return like(value, old.reshape(array.shape))


def numbers(value: Any) -> Array | None:
    """Read a value as an array of at least two numbers, or return None."""
    try:
        array = to_array(value, "value").astype(np.float64)
    except Unreadable:
        return None
    return array if array.size >= MIN_SIZE else None


def same(a: Array, b: Array) -> bool:
    """Tell whether two arrays hold the same numbers in the same shape, but for axes of length 1."""
    apart = [n for n in a.shape if n != 1] != [n for n in b.shape if n != 1]
    return not apart and bool(np.allclose(a.ravel(), b.ravel()))


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
    labels = {k: (as_classes(o), as_classes(n)) for k, (o, n) in matrices.items() if is_one_hot(o)}
    for kx, (ox, nx) in matrices.items():
        listed += [(f"{kx}+{ky}", np.hstack([ox, oy]), np.hstack([nx, ny])) for ky, (oy, ny) in
                   [*matrices.items(), *labels.items()] if ky != kx and len(oy) == len(ox)]
    for key, (old, new) in swap.items():
        listed.append((key, old.astype(np.float64), new.astype(np.float64)))
    listed += [(key, old.ravel(), new.ravel()) for key, (old, new) in labels.items()]
    for key, (old, new) in matrices.items():
        listed.append((key, old.T, new.T))
        if old.shape[1] > 1:
            listed += [(key, old[:, i], new[:, i]) for i in range(old.shape[1])]
    return [f for f in listed if f[1].size >= MIN_SIZE]


def is_one_hot(a: Array) -> bool:
    """Tell whether every row of a matrix is the one-hot label of a class."""
    return a.shape[1] > 1 and np.array_equal(a.sum(axis=1), np.ones(len(a))) and set(np.unique(a)) <= {0.0, 1.0}


def as_classes(a: Array) -> Array:
    """Turn one-hot rows into a column of class numbers."""
    return np.asarray(a.argmax(axis=1), dtype=np.float64).reshape(-1, 1)


class Rewriter(ast.NodeTransformer):
    """Puts stand-ins for published tables and a call after each assignment of a watched name."""

    def __init__(self, swapper: Swapper | None, watched: set[str], recorder: Recorder) -> None:
        self.swapper = swapper
        self.watched = watched
        self.names = {w for w in watched if w.isidentifier()}
        self.patterns = sorted(watched - self.names - {SLOPED})  # each becomes a regular expression the first time it is met
        self.recorder = recorder
        self.statement = 0  # numbers the statements that assign watched names
        self.depth = 0
        self.target = ""  # the name that the statement being visited assigns to

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Go one level down, but into a function without parameters: keep what that leaves."""
        if self.depth or node.decorator_list or any([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]):
            return self._deeper(node)
        self.generic_visit(node)
        left = ast.copy_location(ast.Expr(call(LEFT, call("locals"))), node.body[-1])
        node.body = [ast.copy_location(ast.Try(node.body, [], [], [left]), node.body[0])]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Record what gradients are taken of: `cost.backward()`, `torch.autograd.grad(cost, weights)`."""
        self.generic_visit(node)
        verb = node.func.attr if isinstance(node.func, ast.Attribute) and SLOPED in self.watched else ""
        if verb == "backward" and isinstance(node.func, ast.Attribute):
            node.func.value = self._sloped(node.func.value)
        elif verb == "grad" and node.args and not isinstance(node.args[0], ast.Starred):
            node.args[0] = self._sloped(node.args[0])
        return node

    def _sloped(self, value: ast.expr) -> ast.expr:
        self.statement += 1
        return ast.copy_location(call(WATCH, ast.Constant(SLOPED), ast.Constant(self.statement), value), value)

    def visit_For(self, node: ast.For) -> ast.AST:
        """Go one level down; record a watched name that the loop runs over, as in `for W, b, cost in steps():`, apart."""
        self._deeper(node)
        node.body[:0] = self._calls(node, self._watched([node.target]), LOOPED)
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        """Record a watched name that is assigned within an expression: `(cost := step())`."""
        self.generic_visit(node)
        if not self._watched([node.target]):
            return node
        self.statement += 1
        return ast.copy_location(call(WATCH, ast.Constant(node.target.id), ast.Constant(self.statement), node), node)

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
        before = self._before(node.value)
        self.generic_visit(node)
        if self.swapper and self.depth == 0 and (before or isinstance(node.value, COMPUTED)):
            node.value = ast.copy_location(call(SWAP, node.value, ast.Constant(self.target), *before), node.value)
        self.target = ""
        return self._watch(node)

    def _before(self, value: ast.expr) -> list[ast.expr]:
        """Write a function that computes a value from the published data, if it is data computed from data; else nothing.

        Nothing is called again by it: it must neither draw random numbers nor train twice.
        """
        calls = any(isinstance(n, ast.Call) for n in ast.walk(value))
        if calls or not self.swapper or self.depth or not isinstance(value, DERIVED):
            return []
        body = Before().visit(copy.deepcopy(value))
        return [ast.Lambda(ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]), body)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """Record watched names."""
        self.generic_visit(node)
        return self._watch(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Record watched names."""
        self.generic_visit(node)
        return self._watch(node)

    def watch(self, tree: ast.Module) -> ast.Module:
        """Record watched names and replace nothing; as deep as the tree may be, this cannot fail."""
        for node in ast.walk(tree):
            for _, block in ast.iter_fields(node):
                if isinstance(block, list):
                    block[:] = [s for n in block for s in (self._watch(n) if isinstance(n, Assignment) else [n])]
        return tree

    def _watch(self, node: Assignment) -> list[ast.stmt]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if node.value else []
        is_start = not isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Constant)  # `cost = 0`
        calls = self._calls(node, [] if is_start else self._watched(targets))
        self.recorder.sums |= {self.statement} if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) else set()
        return [node, *calls]

    def _watched(self, targets: Sequence[ast.expr]) -> list[str]:
        """List the watched names among what is assigned to."""
        return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                and (n.id in self.names or any(fnmatch(n.id.lower(), w) for w in self.patterns))]

    def _calls(self, node: ast.stmt, names: Sequence[str], kind: str = "") -> list[ast.stmt]:
        """Write the calls that record these names, as one statement's."""
        self.statement += 1
        made = [ast.Expr(call(WATCH, ast.Constant(kind + n), ast.Constant(self.statement), ast.Name(n, ast.Load())))
                for n in names]
        return [ast.fix_missing_locations(ast.copy_location(c, node)) for c in made]


class Before(ast.NodeTransformer):
    """Wraps every name that is read, so that a stand-in is read as what it stands for."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Wrap a name that is read."""
        return ast.copy_location(call(WAS, node), node) if isinstance(node.ctx, ast.Load) else node


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
