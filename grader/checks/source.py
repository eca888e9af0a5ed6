"""source: names and calls that the submission may not, or must, contain, read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator

from grader.checks.base import Case, Check, NotJudged
from grader.syntax import parse
from grader.verdict import Outcome

OWN = ("self", "cls")


class Source(Check):
    """The source avoids the forbidden names and uses the required ones; dotted names match their tail.

    `forbidden = ["torch.optim", "backward"]` finds `import torch.optim`, `torch.optim.SGD` and `cost.backward()`.
    One with a dot before it is a method of a value: `.softmax` finds `z.softmax(1)`, but neither a function of that name
    nor `self.softmax`.
    """

    kind: Literal["source"]

    forbidden: list[str] = []
    required: list[str] = []

    @model_validator(mode="after")
    def _some(self) -> Source:
        if not self.forbidden and not self.required:
            msg = "give forbidden or required names"
            raise ValueError(msg)
        return self

    def refs(self) -> list[str]:
        """Look at no evidence."""
        return []

    def outcome(self, case: Case) -> Outcome:
        """Walk the syntax tree and report the first forbidden name with its line."""
        try:
            tree = parse(case.source)
        except SyntaxError as e:
            raise NotJudged(str(e)) from e
        uses, known = sorted(names(tree)), {*origins(tree).values(), *OWN}
        for line, name in uses:
            is_method = name.split(".")[0] not in known
            hit = next((f for f in self.forbidden if matches(name, f) and (is_method or f[0] != ".")), None)
            if hit:
                return Outcome(False, f"line {line}: {name} may not be used here ({hit})")
        missing = [r for r in self.required if not any(matches(name, r) for _, name in uses)]
        if missing:
            return Outcome(False, f"{missing[0]} is not used")
        return Outcome(True, "no forbidden name is used" if self.forbidden else "all required names are used")


def matches(name: str, wanted: str) -> bool:
    """Tell whether a dotted name contains the wanted dotted name as whole parts; `.name` not as the first of them."""
    return f"{wanted}." in f"{name}." if wanted.startswith(".") else f".{wanted}." in f".{name}."


def origins(tree: ast.Module) -> dict[str, str]:
    """Map each name that an import makes to where it comes from."""
    made = {a.asname or a.name.split(".")[0]: (a.name if a.asname else a.name.split(".")[0])
            for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return made | {a.asname or a.name: f"{n.module}.{a.name}"
                   for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every imported, read or attribute name with its line, aliases written out; of `a.b.c` the whole."""
    aliases = origins(tree)
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            inner.add(node.value)
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{a.name}") for a in node.names)
        elif isinstance(node, ast.Name | ast.Attribute) and node not in inner:
            yield node.lineno, _dotted(node, aliases)


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):  # a loop: a chain may be longer than Python's stack
        parts.append(node.attr)
        node = node.value
    parts.append(aliases.get(node.id, node.id) if isinstance(node, ast.Name) else "()")
    return ".".join(reversed(parts))
