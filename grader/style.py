"""Telling how a submission is meant: as functions to call, or as a plain script whose variables are read."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Mapping
from fnmatch import fnmatch

from grader.spec import Function, Spec
from grader.submission import Submission
from grader.syntax import parse

ALMOST = 0.75  # predikt and trian are as near to predict and train


def style_of(submission: Submission, spec: Spec) -> str:
    """Return `function` or `script`, one of the spec's styles.

    A script is what defines none of the asked functions in a callable form but assigns a variable the spec reads, or
    leaves one out and has the costs of a training loop of its own: a script may well have a helper called `predict`.
    """
    if len(spec.styles) == 1:
        return spec.styles[0]
    tree = parse(submission.source)
    defined = callables(tree)
    fitting = [f for f in spec.functions if f.name in defined and fits(defined[f.name], f)]
    watched = [n for listed in (spec.script.watch if spec.script else {}).values() for n in listed]
    trains = any(fnmatch(n if w.isidentifier() else n.lower(), w) for n in assigned(tree) for w in watched)
    if len(fitting) == len(spec.functions) or (fitting and not trains):
        return "function"
    if assigned(tree) & roots(spec):
        return "script"
    return "function" if any(f.name in defined or is_misspelt(f, defined) for f in spec.functions) else "script"


def is_misspelt(function: Function, defined: Mapping[str, ast.arguments | None]) -> bool:
    """Tell whether a function of almost this name is defined that takes as many arguments: a script rarely has one."""
    near = difflib.get_close_matches(function.name, defined, 1, ALMOST)
    return bool(near) and defined[near[0]] is not None and fits(defined[near[0]], function)


def callables(tree: ast.Module) -> dict[str, ast.arguments | None]:
    """Map what a module defines or imports at its top level to its parameters; None where they are not in sight."""
    found: dict[str, ast.arguments | None] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = node.args if not node.decorator_list else None
        elif isinstance(node, ast.ClassDef):
            found[node.name] = None
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            found |= {t.id: node.value.args for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name: None for a in node.names}
    return found


def fits(parameters: ast.arguments | None, function: Function) -> bool:
    """Tell whether parameters accept as many arguments as the asked signature has."""
    if parameters is None or parameters.vararg or parameters.kwarg:
        return True
    [asked] = parse(f"def {function.signature}: pass").body
    count = len(asked.args.args) if isinstance(asked, ast.FunctionDef) else 0
    names = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]
    required = len(parameters.posonlyargs) + len(parameters.args) - len(parameters.defaults)
    return required <= count <= len(names)


def assigned(tree: ast.Module) -> set[str]:
    """Name every variable assigned outside functions and classes."""
    names: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)
    return names


def roots(spec: Spec) -> set[str]:
    """Name every variable the spec's [script] starts a path with."""
    if spec.script is None:
        return set()
    paths = [p for listed in [*spec.script.reads.values(), *spec.script.watch.values()] for p in listed]
    return {re.split(r"[.\[(,]", p)[0] for p in paths}
