"""Mistakes made by machine: a right submission's source with one thing changed, as students get it wrong.

Each mutation finds its places in the syntax tree and changes one of them, so that every mutant has exactly one mistake and
a name that says what and where.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from grader.syntax import parse

ACTIVATIONS = ("sigmoid", "relu", "softmax", "tanh", "sigmoid_", "relu_")
RATES = ("lr", "learning_rate", "rate", "alpha", "eta")
STEPS = ("steps", "epochs", "n_steps", "num_steps", "n_epochs", "iterations")
AXES = ("dim", "axis")

Change = Callable[[ast.AST], ast.AST | None]  # the changed node, None where it does not apply


@dataclass(frozen=True, slots=True)
class Mutant:
    """A source with one mistake."""

    name: str  # what was changed
    line: int
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Make every mutant of a source; a source that is not Python has none."""
    try:
        tree = parse(source)
    except SyntaxError:
        return
    for name, change in MUTATIONS.items():
        for place, node in enumerate(ast.walk(tree)):
            if change(node) is None:
                continue
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[place]
            new = change(target)
            mutated = ast.fix_missing_locations(_Swap(target, new).visit(changed))
            yield Mutant(name, getattr(node, "lineno", 0), ast.unparse(mutated) + "\n")


class _Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Swap the node, or look below it."""
        if node is self.old and self.new is not None:
            return self.new
        found: ast.AST = self.generic_visit(node)
        return found


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    f = node.func
    return f.attr if isinstance(f, ast.Attribute) else f.id if isinstance(f, ast.Name) else ""


def _no_zero_grad(node: ast.AST) -> ast.AST | None:
    """Gradients are kept from step to step."""
    if isinstance(node, ast.Expr) and _called(node.value) in ("zero_grad", "zero_"):
        return ast.Pass()
    cleared = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "grad"
    return ast.Pass() if cleared else None


def _flipped_sign(node: ast.AST) -> ast.AST | None:
    """A step goes the other way, or a difference is taken the wrong way round."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub):
        return ast.AugAssign(node.target, ast.Add(), node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return ast.BinOp(node.left, ast.Add(), node.right)
    return None


def _sum_for_mean(node: ast.AST) -> ast.AST | None:
    """The cost is summed instead of averaged."""
    if _called(node) != "mean" or not isinstance(node, ast.Call):
        return None
    new = copy.copy(node)
    new.func = copy.copy(node.func)
    if isinstance(new.func, ast.Attribute):
        new.func.attr = "sum"
    return new


def _wrong_axis(node: ast.AST) -> ast.AST | None:
    """A sum, a softmax or an argmax runs over the other axis."""
    if not isinstance(node, ast.Call):
        return None
    for keyword in node.keywords:
        if keyword.arg in AXES and isinstance(keyword.value, ast.Constant) and keyword.value.value in (0, 1):
            new = copy.copy(node)
            other = ast.keyword(keyword.arg, ast.Constant(0 if keyword.value.value else 1))
            new.keywords = [other if k is keyword else k for k in node.keywords]
            return new
    return None


def _no_activation(node: ast.AST) -> ast.AST | None:
    """A sigmoid, a ReLU or a softmax is left out."""
    if _called(node) not in ACTIVATIONS or not isinstance(node, ast.Call):
        return None
    if node.args:
        return node.args[0]
    return node.func.value if isinstance(node.func, ast.Attribute) else None


def _not_detached(node: ast.AST) -> ast.AST | None:
    """A detach is left out."""
    if _called(node) == "detach" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return None


def _steps(by: int) -> Change:
    def change(node: ast.AST) -> ast.AST | None:
        if not (isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and _called(node.iter) == "range"):
            return None
        new = copy.copy(node)
        *before, end = node.iter.args[:2]
        new.iter = ast.Call(node.iter.func, [*before, ast.BinOp(end, ast.Add(), ast.Constant(by)), *node.iter.args[2:]], [])
        return new
    return change


def _rate(by: float) -> Change:
    def change(node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.keyword) and node.arg in RATES:
            return ast.keyword(node.arg, ast.BinOp(node.value, ast.Mult(), ast.Constant(by)))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Name) \
                and node.left.id in RATES:
            return ast.BinOp(ast.BinOp(node.left, ast.Mult(), ast.Constant(by)), ast.Mult(), node.right)
        return None
    return change


def _scale(by: float) -> Change:
    def change(node: ast.AST) -> ast.AST | None:
        is_draw = _called(node) in {"randn", "standard_normal", "normal", "rand", "uniform"}
        return ast.BinOp(node, ast.Mult(), ast.Constant(by)) if is_draw and isinstance(node, ast.Call) else None
    return change


def _half(node: ast.AST) -> ast.AST | None:
    """Numbers are kept in 16 bits."""
    if isinstance(node, ast.Return) and node.value is not None and isinstance(node.value, ast.Name | ast.Call | ast.BinOp):
        [helper] = parse("(lambda v: v.half().float() if hasattr(v, 'half') else "
                         "v.astype('float16') if hasattr(v, 'astype') else v)").body
        return ast.Return(ast.Call(cast(ast.Expr, helper).value, [node.value], []))
    return None


MUTATIONS: MappingProxyType[str, Change] = MappingProxyType({
    "gradients not cleared": _no_zero_grad, "sign flipped": _flipped_sign, "sum for mean": _sum_for_mean,
    "wrong axis": _wrong_axis, "activation left out": _no_activation, "detach left out": _not_detached,
    "one step fewer": _steps(-1), "one step more": _steps(1), "rate tenfold": _rate(10.0), "rate a tenth": _rate(0.1),
    "start scaled tenfold": _scale(10.0), "float16": _half})
