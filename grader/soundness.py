"""What must hold between the parts of a spec: every name exists, both styles are worth the same, nothing is idle."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from grader.checks import AnyCheck
from grader.checks.pytest import Pytest
from grader.probes import Call, Gradient, Probe, Routing, Script, style_of
from grader.spec import Draw, Spec
from grader.syntax import parse
from grader.wording import nearest

MOST_DRAWN = 1 << 24  # numbers in one array
REFERENCE = Path(__file__).resolve().parent.parent / "reference"  # read as text, never imported here


def problems_of(spec: Spec, folder: Path) -> list[str]:
    """List everything that does not fit together, each as a sentence that starts with what it is about."""
    told = [*_names(spec), *_styles(spec), *_functions(spec), *_reference(spec, folder), *_data(spec), *_probes(spec),
            *_idle(spec), *_checks(spec), *_circles(spec), *_files(spec, folder)]
    return list(dict.fromkeys(told))


def _names(spec: Spec) -> Iterator[str]:
    for what, names in (("check", [c.name for c in spec.checks]),
                        ("probe", [f"{style_of(p)} {p.name}" for p in spec.probes]),
                        ("function", [f.name for f in spec.functions]),
                        ("file", [f.name for f in spec.files])):
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"{what} {name.split()[-1]}: this name is used twice"


def _styles(spec: Spec) -> Iterator[str]:
    if ("script" in spec.styles) != (spec.script is not None):
        yield 'styles: a [script] table is needed exactly when styles contains "script"'
    points = {s: spec.points(s) for s in spec.styles}
    if max(points.values()) - min(points.values()) > 1e-9:
        told = ", ".join(f"{s} {p:g}" for s, p in points.items())
        yield f"styles: the styles are worth different points ({told}); a student may choose, so make them equal"
    for style in spec.styles:
        if spec.points(style) <= 0:
            yield f"styles: the checks of style {style} are worth no points"


def _functions(spec: Spec) -> Iterator[str]:
    for function in spec.functions:
        try:
            [defined] = parse(f"def {function.signature}: pass").body
            is_right = isinstance(defined, ast.FunctionDef) and defined.name == function.name
        except (SyntaxError, ValueError):
            is_right = False
        if not is_right:
            yield (f"function {function.name}: signature = {function.signature!r} cannot be read; "
                   f"write it as {function.name}(x, y)")


def _reference(spec: Spec, folder: Path) -> Iterator[str]:
    reference, asked = spec.reference, {f.name for f in spec.functions}
    for mine in reference.names:
        if mine not in asked:
            yield f"reference: names has {mine}, which is no [[function]]{nearest(mine, asked)}"
    if reference.module and reference.module not in _modules():
        yield f"reference: there is no module {reference.module}{nearest(reference.module, _modules())}"
        return
    has = _defined(REFERENCE / f"{reference.module}.py" if reference.module else folder / (reference.file or ""))
    if has is None:
        return
    for name in dict.fromkeys([*reference.names.values(), *(_called(spec) - reference.names.keys())]):
        if name not in has:
            yield f"reference: it has no function {name}{nearest(name, has)}"


def _called(spec: Spec) -> set[str]:
    """Name the functions that the reference must have, because a check compares with what they return."""
    answered = {r.partition(".")[0] for c in spec.checks for r in c.answered()}
    probes = [p for p in spec.probes_of("function") if p.name in answered]
    return {p.call for p in probes if isinstance(p, Call | Gradient) and not p.call.startswith("$")}


def _modules() -> list[str]:
    return [f.stem for f in REFERENCE.glob("*.py") if not f.stem.startswith("_")]


def _defined(file: Path) -> set[str] | None:
    """Name what a Python file defines or imports at its top level; None when that cannot be told."""
    try:
        body = parse(file.read_text(encoding="utf-8")).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    imports = [a for n in body if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    names = {a.asname or a.name for a in imports}
    names |= {n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    names |= {t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    return None if "*" in names else {n for n in names if not n.startswith("_")}


def _data(spec: Spec) -> Iterator[str]:
    for name, tables in spec.data.items():
        if tables.source is not None:
            yield from (f"data.{name}: {p}" for p in _source(tables.source))
        for key, value in tables.arrays.items():
            wrong = _draw(value) if isinstance(value, Draw) else _constant(value)
            yield from [f"data.{name}: arrays.{key}: {wrong}"] if wrong else []


def _source(source: str) -> Iterator[str]:
    module, _, function = source.partition(":")
    if module not in _modules():
        yield f'source = "{source}": reference/ has no module {module}{nearest(module, _modules())}'
    elif (has := _defined(REFERENCE / f"{module}.py")) is not None and function not in has:
        yield f'source = "{source}": reference/{module}.py has no function {function}{nearest(function, has)}'


def _draw(d: Draw) -> str:
    if any(n < 1 for n in d.shape) or len(d.shape) > 4:
        return f"shape = {d.shape} must be up to 4 whole numbers above 0"
    if math.prod(d.shape) > MOST_DRAWN:
        return f"shape = {d.shape} has {math.prod(d.shape)} numbers, {MOST_DRAWN} at most"
    if d.draw == "one_hot" and len(d.shape) != 2:
        return "one_hot needs shape = [rows, classes]"
    if d.draw == "choice" and not d.of:
        return "choice needs of = [...], the numbers to choose from"
    return "" if d.low <= d.high else f"low ({d.low:g}) is above high ({d.high:g})"


def _constant(value: float | list[Any]) -> str:
    """Say why a value of the spec is no array: its rows differ in length, or something in it is no number."""
    if not isinstance(value, list):
        return ""
    if not value:
        return "it is empty"
    shapes = [_shape(v) for v in value]
    if None in shapes:
        return "it holds something that is no number, or rows of different lengths"
    return "" if len(set(shapes)) == 1 else "its rows have different lengths"


def _shape(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, list):
        inner = {_shape(v) for v in value}
        first = next(iter(inner), ())
        return None if len(inner) > 1 or first is None else (len(value), *first)
    return () if isinstance(value, int | float) else None


def _probes(spec: Spec) -> Iterator[str]:
    names = {f.name for f in spec.functions}
    for probe in spec.probes:
        for call in _calls(probe):
            if not call.startswith("$") and call not in names:
                yield f"probe {probe.name}: calls {call}, which is no [[function]]{nearest(call, names)}"
        if isinstance(probe, Gradient) and probe.wrt not in probe.args:
            yield f"probe {probe.name}: wrt = {probe.wrt!r} is none of its args{nearest(probe.wrt, probe.args)}"
        if isinstance(probe, Call):
            outputs = [_bare(o) for o in spec.outputs(probe)]
            yield from (f"probe {probe.name}: keep has {k}, which it does not return{nearest(k, outputs)}"
                        for k in probe.keep or [] if k not in outputs)
        if isinstance(probe, Script) and "published" not in spec.data:
            yield f"probe {probe.name}: a script needs [data.published], the data written in it"
        yield from (f"probe {probe.name}: {m}" for m in _mentions(spec, probe))


def _calls(probe: Probe) -> list[str]:
    if isinstance(probe, Routing):
        return [probe.build, probe.d_step, probe.g_step]
    return [probe.call] if isinstance(probe, Call | Gradient) else []


def _mentions(spec: Spec, probe: Probe) -> Iterator[str]:
    earlier = {p.name: p for p in spec.probes[:spec.probes.index(probe)] if style_of(p) == style_of(probe)}
    for text in probe.mentions():
        if text.startswith("@") and text != "@seed":
            yield from _no_data(spec, text)
        if text.startswith("$"):
            name, output = [*text[1:].split("."), ""][:2]
            outputs = [_bare(o) for o in spec.outputs(earlier[name])] if name in earlier else []
            if name not in earlier:
                yield f"{text}: no earlier probe of this name{nearest(name, earlier)}"
            elif output not in outputs:
                yield f"{text}: no such output{nearest(output, outputs)}"


def _no_data(spec: Spec, ref: str) -> Iterator[str]:
    name, _, key = ref.lstrip("@").partition(".")
    tables = spec.data.get(name)
    if tables is None:
        yield f"{ref} names no [data.{name}]{nearest(name, spec.data)}"
    elif tables.source is None and key not in tables.arrays and not (key == "" and ref.endswith(".")):
        yield f"{ref}: no such array{nearest(key, tables.arrays)}"


def _bare(output: str) -> str:
    return output.rstrip("[]!")


def _idle(spec: Spec) -> Iterator[str]:
    """Find probes that nobody looks at: they cost a run and show nothing."""
    used = {p for c in spec.checks for p in c.probes()}
    used |= {t[1:].split(".")[0] for p in spec.probes for t in p.mentions() if t.startswith("$")}
    for probe in spec.probes:
        if probe.name not in used:
            yield f"probe {probe.name}: no check and no later probe uses it"


def _checks(spec: Spec) -> Iterator[str]:
    for check in spec.checks:
        styles = [check.style] if check.style else spec.styles
        if check.style and check.style not in spec.styles:
            yield f"check {check.name}: style {check.style} is none of styles = {spec.styles}"
            continue
        for style in styles:
            yield from (f"check {check.name}: {p}" for p in [*_needs(spec, check, style), *_refs(spec, check, style)])


def _needs(spec: Spec, check: AnyCheck, style: str) -> Iterator[str]:
    others = {c.name for c in spec.checks_of(style)} - {check.name}
    for needed in check.needs:
        if needed not in others:
            yield f"needs {needed}, which is no other check of style {style}{nearest(needed, others)}"


def _circles(spec: Spec) -> Iterator[str]:
    needs = {c.name: c.needs for c in spec.checks}
    for check in spec.checks:
        seen, todo = set[str](), list(check.needs)
        while todo:
            name = todo.pop()
            todo += [n for n in needs.get(name, []) if n not in seen]
            seen |= {name, *needs.get(name, [])}
        if check.name in seen and check.name not in check.needs:
            yield f"check {check.name}: it needs itself, by way of {', '.join(check.needs)}"


def _refs(spec: Spec, check: AnyCheck, style: str) -> Iterator[str]:
    for ref in check.refs():
        if ref.startswith("@"):
            yield from _no_data(spec, ref)
        else:
            yield from _no_output(spec, ref, spec.probes_of(style), style)
    if style == "script":  # the reference is measured by its functions
        for ref in check.answered():
            yield from _no_output(spec, ref, spec.probes_of("function"), "function, which answers for the reference")


def _no_output(spec: Spec, ref: str, probes: Collection[Probe], style: str) -> Iterator[str]:
    name, _, output = ref.partition(".")
    found = {p.name: p for p in probes}
    if name not in found:
        yield f"{ref}: no probe {name} for style {style}{nearest(name, found)}"
    elif output not in (outputs := _exported(spec, found[name])):
        yield f"{ref}: {name} leaves no {output}{nearest(output, outputs)}"


def _exported(spec: Spec, probe: Probe) -> list[str]:
    keep = probe.keep if isinstance(probe, Call) else None
    return [_bare(o) for o in spec.outputs(probe) if not o.endswith("!") and (keep is None or _bare(o) in keep)]


def _files(spec: Spec, folder: Path) -> Iterator[str]:
    for file in spec.files:
        yield from (f"file {file.name}: {p}" for ref in file.arrays.values() for p in _no_data(spec, ref))
    wanted = ["statement.md", "starter.py", *(c.file for c in spec.checks if isinstance(c, Pytest))]
    for name in [*wanted, *([spec.reference.file] if spec.reference.file else [])]:
        if not (folder / name).is_file():
            yield f"{name}: this file is not in the folder"
