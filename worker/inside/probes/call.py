"""call: call a function of the subject, or something an earlier probe handed back, and name what it returns."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..load import guarded
from ..turn import Round, Unmeasured
from ..values import class_name, to_array, to_arrays


def run(turn: Round, probe: dict[str, Any]) -> dict[str, Any]:
    """Call `probe['call']` with its arguments, once or `probe['times']` times with one seed after the other.

    Returns the values by output name (marks `[]` and `!` stripped); of several calls each output's arrays stacked,
    (times, ...).
    Raises Unmeasured: `missing`, `signature` (it takes other arguments), `unreadable` (it returns something else).
    """
    times = probe.get("times")
    if times is None:
        return once(turn, probe)
    calls = [once(replace(turn, seed=turn.seed + k), probe) for k in range(times)]
    return {o.rstrip("[]!"): stacked(calls, o) for o in probe["returns"] if not o.endswith("!")}


def stacked(calls: list[dict[str, Any]], output: str) -> Any:
    """Stack an output of several calls, one row a call; of a list output every array by itself."""
    name = output.rstrip("[]")
    if output.endswith("[]"):
        return [to_array(list(same), f"{name}[{i}]")
                for i, same in enumerate(zip(*(to_arrays(c[name], name) for c in calls), strict=False))]
    return to_array([to_array(c[name], name) for c in calls], name)


def once(turn: Round, probe: dict[str, Any]) -> dict[str, Any]:
    """Call a probe's function with its arguments and name what it returns."""
    function = find(turn, probe["call"])
    args = {name: turn.argument(value) for name, value in probe["args"].items()}
    with guarded(turn.subject.units):
        args_in_order, by_name = arrange(function, args, probe["call"])
        result = function(*args_in_order, **by_name)
        return unpack(result, [o.rstrip("[]!") for o in probe["returns"]], probe["call"])


def find(turn: Round, name: str) -> Callable[..., Any]:
    """Return the function of this name; says which similar name there is when it is missing."""
    function = turn.handed_back(name[1:]) if name.startswith("$") else turn.subject.names.get(name)
    if callable(function):
        return function  # type: ignore[no-any-return]
    if function is not None:
        raise Unmeasured("missing", f"{name} is not a function but {class_name(type(function))}")
    names = [n for n, v in turn.subject.names.items() if callable(v) and not n.startswith("_")]
    near = difflib.get_close_matches(name, names, 1)
    also = f" (there is {near[0]})" if near else ""
    raise Unmeasured("missing", f"the function {name} is not defined{also}")


def arrange(function: Callable[..., Any], args: Mapping[str, Any], name: str) -> tuple[list[Any], dict[str, Any]]:
    """Decide how to pass the arguments: by name those that the function has, in order all others."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # built in C, as torch.sigmoid
        return list(args.values()), {}
    named = paired(signature, args)
    ways: list[tuple[list[Any], dict[str, Any]]] = [([], named), (list(args.values()), {}), ([], dict(args))]
    if list(named) == list(signature.parameters)[:len(args)]:  # in order anyhow, and a decorator may take no names
        ways[:2] = ways[1::-1]
    for in_order, by_name in ways:
        with suppress(TypeError):
            if by_name or in_order or not args:
                signature.bind(*in_order, **by_name)
                return in_order, by_name
    raise Unmeasured("signature", f"{name}{signature} cannot be called as {name}({', '.join(args)})")


def paired(signature: inspect.Signature, args: Mapping[str, Any]) -> dict[str, Any]:
    """Pair arguments with parameters of the same name, capital or small, and the rest in order; empty if none fits."""
    free = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    found: dict[str, str] = {}
    for fold in (str, str.lower):
        for arg in args:
            if arg not in found and (fits := [p for p in free if fold(p) == fold(arg)]):
                found[arg] = fits[0]
                free.remove(fits[0])
    rest = [a for a in args if a not in found]
    if not found or len(rest) > len(free):
        return {}
    found |= dict(zip(rest, free, strict=False))
    return {found[a]: v for a, v in args.items()}


def unpack(result: Any, names: list[str], function: str) -> dict[str, Any]:
    """Name the parts of a result: a tuple in order, a dictionary or object by name, a single value as it is."""
    if inspect.iscoroutine(result):
        result.close()
        raise Unmeasured("unreadable", f"{function} is an async function; write def in place of async def")
    fields = by_field(result)
    if all(n.lower() in fields for n in names):
        return {n: fields[n.lower()] for n in names}
    if len(names) == 1:
        return {names[0]: result}
    if isinstance(result, tuple | list) and len(result) == len(names):
        return dict(zip(names, result, strict=True))
    if not isinstance(result, tuple | list) and all(hasattr(result, n) for n in names):
        return {n: getattr(result, n) for n in names}
    got = f"{len(result)} values" if isinstance(result, tuple | list) else "None (is a return missing?)" \
        if result is None else f"one {class_name(type(result))}"
    lacks = [n for n in names if n.lower() not in fields] if fields else []
    without = f" without {', '.join(lacks)}" if lacks else ""
    raise Unmeasured("unreadable", f"{function} returned {got}{without}, expected {len(names)}: ({', '.join(names)})")


def by_field(result: Any) -> dict[str, Any]:
    """Return the fields of a dictionary, named tuple or dataclass by their names in small letters; else nothing."""
    if isinstance(result, tuple) and hasattr(result, "_asdict"):
        result = result._asdict()
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        result = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    is_named = isinstance(result, Mapping) and all(isinstance(k, str) for k in result)
    return {k.lower(): v for k, v in result.items()} if is_named else {}
