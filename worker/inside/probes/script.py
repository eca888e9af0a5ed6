"""script: run the submission as a plain script on one data set and read the variables it leaves."""

from __future__ import annotations

import ast
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from ..load import StudentError, guarded, run_units
from ..recorder import LOOPED, Recorder
from ..rewrite import LEFT, SWAP, WAS, WATCH, Rewriter, Swapper, forms, numbers
from ..turn import Round, Unmeasured
from ..values import Unreadable, to_array

MISSING = object()
STEP = re.compile(r"\.([A-Za-z_]\w*|\d+)|\[(\d+)\]|\((\w+(?:\(\w+\))?)\)")


def run(turn: Round, probe: dict[str, Any]) -> dict[str, Any]:
    """Run the script, with other data where the probe says so, and read its results.

    Returns every output of the spec's [script]: watched variables as the list of their values, read ones as they are.
    Raises Unmeasured: `missing` (no such variable), `unswapped` (the published data are not found in the script).
    """
    swapper = Swapper(forms({k: (turn.inputs[o], turn.inputs[n]) for k, o, n in probe["swap"]})) if probe["swap"] else None
    recorder = Recorder()
    recorder.seen = turn.ticker.watcher(recorder.sums)
    watched = {name for names in probe["watch"].values() for name in names}
    write_data(probe["files"], turn)
    left: dict[str, Any] = {}
    given = {WATCH: recorder.record, LEFT: left.update} | ({SWAP: swapper.value, WAS: swapper.was} if swapper else {})
    with shifted_seeds(turn.shift):
        names = run_units(turn.subject.units, "__main__", rewriter(swapper, watched, recorder), given)
    if swapper and not probe["files"]:
        all_found([k for k, _, _ in probe["swap"]], swapper.found)
    names = left | names  # what a function `main` leaves, where the script itself leaves nothing of the name
    with guarded(turn.subject.units):  # an object of the script's own may raise when it is asked for an attribute
        return {output: read(output, probe, names, recorder, turn) for output in probe["outputs"]}


def all_found(wanted: list[str], found: Iterable[str]) -> None:
    """Raise Unmeasured with the names of the lecture's tables that were not replaced, if any."""
    seen = {key for f in found for key in f.split("+")}
    if lost := [key for key in wanted if key not in seen]:
        which = "the lecture's data were" if len(lost) == len(wanted) else f"the lecture's {' and '.join(lost)} was"
        msg = f"{which} not found in the script; write {' and '.join(wanted)} as lists of numbers, as in the statement"
        raise Unmeasured("unswapped", msg)


def rewriter(swapper: Swapper | None, watched: set[str], recorder: Recorder) -> Callable[[ast.Module], ast.Module]:
    """Make the function that rewrites one unit's syntax tree after the other."""
    shared = Rewriter(swapper, watched, recorder)
    def rewrite(tree: ast.Module) -> ast.Module:
        changed: ast.Module = ast.fix_missing_locations(shared.visit(tree))
        return changed
    return rewrite


def read(output: str, probe: Mapping[str, Any], names: Mapping[str, Any], recorder: Recorder, turn: Round) -> Any:
    """Read one output: the record of a watched variable, else the first of the listed paths that leads to numbers.

    An optional output that is not there is an empty array; what can't be read as numbers is handed on where nothing else is.
    """
    watched, paths = probe["watch"].get(output, []), probe["reads"].get(output, [])
    if curve := recorded([w for w in watched if w.isidentifier()], recorder):
        return curve
    unreadable: list[Any] = []
    for path in paths:
        value = follow(path, names, turn, probe["data"])
        if value is not MISSING and (output.endswith("[]") or is_readable(value)):
            return value
        unreadable += [] if value is MISSING else [value]
    for pattern in (w for w in watched if not w.isidentifier()):
        if curve := recorded(recorder.fitting(pattern), recorder) or listed(pattern, names):
            return curve
    if curve := recorded([LOOPED + w for w in watched if w.isidentifier()], recorder):
        return curve
    if unreadable:
        return unreadable[0]
    if output in probe["optional"]:
        return np.zeros(0)
    wanted = [p for p in [*watched, *paths] if p.isidentifier()]
    msg = f"the script leaves no variable {' or '.join(wanted[:4])}"
    raise Unmeasured("missing", msg)


def recorded(watched: list[str], recorder: Recorder) -> list[float]:
    """Return the longest curve of the watched names; empty if none has one."""
    curves = [recorder.curve(name) for name in watched]
    return max(curves, key=len) if any(len(c) > 1 for c in curves) else []


def listed(pattern: str, names: Mapping[str, Any]) -> list[float]:
    """Return the longest list of numbers under a name that fits a pattern, as one that costs were appended to; else empty."""
    found = [numbers(v) for n, v in names.items() if fnmatch(n.lower(), pattern) and isinstance(v, list | np.ndarray)]
    curves: list[list[float]] = [a.ravel().tolist() for a in found if a is not None]
    return max(curves, key=len, default=[])


def follow(path: str, names: Mapping[str, Any], turn: Round, data: str) -> Any:
    """Follow `model.0.weight`, `model(x)` with the run's x, `*(x)` of the only model, or `*.weight` of the only layer.

    `w1, w2` is a weight that is kept as two numbers. MISSING when it ends early.
    """
    if ", " in path:
        return numbers_apart([follow(p, names, turn, data) for p in path.split(", ")])
    root = re.match(r"\*\.([A-Za-z_]\w*)|[A-Za-z_]\w*|\*", path)
    value = MISSING if root is None else only_part(root[1], names) if root[1] else only_model(names) if root[0] == "*" \
        else names.get(root[0], MISSING)
    for step in STEP.finditer(path, root.end() if root else 0):
        if value is MISSING or value is None:
            return MISSING
        value = one_step(value, step, names, turn, data)
    is_data = value is not None and (path.endswith(")") or not callable(value))
    return value if is_data else MISSING


def is_readable(value: Any, size: int | None = None) -> bool:
    """Tell whether a value can be read as numbers, and as so many of them."""
    try:
        found = to_array(value, "value").size
    except Unreadable:
        return False
    return size is None or found == size


def numbers_apart(values: list[Any]) -> Any:
    """Put single numbers together in a list; MISSING if one is not there or is more than a number."""
    return values if all(v is not MISSING and is_readable(v, 1) for v in values) else MISSING


def models_of(names: Mapping[str, Any]) -> list[Any]:
    """List a script's PyTorch modules; a stand-in for a plotting package, which has every attribute, is none."""
    torch = sys.modules.get("torch")
    return [v for v in names.values() if isinstance(v, torch.nn.Module)] if torch else []


def only_part(attribute: str, names: Mapping[str, Any]) -> Any:
    """Return an attribute of the one thing that has it, by any name; else MISSING.

    A thing is a layer of the script's models, or an object of a class that the script itself defines.
    """
    own = [v for v in names.values() if type(v).__module__ == "__main__"]
    things = {id(m): m for v in models_of(names) for m in v.modules()} | {id(v): v for v in own}
    having = [m for m in things.values() if getattr(m, attribute, None) is not None]
    return getattr(having[0], attribute) if len(having) == 1 else MISSING


def only_model(names: Mapping[str, Any]) -> Any:
    """Return the one model with weights that is no part of another, by any name; else MISSING."""
    found = {id(v): v for v in models_of(names)}
    parts = {id(m) for v in found.values() for m in v.modules() if m is not v}
    models = [v for i, v in found.items() if i not in parts and any(True for _ in v.parameters())]
    return models[0] if len(models) == 1 else MISSING


def one_step(value: Any, step: re.Match[str], names: Mapping[str, Any], turn: Round, data: str) -> Any:
    """Take an attribute, an index, or a call with a data array or with another call, as in `D(G(z))`."""
    name, index, argument = step.groups()
    try:
        if argument is not None:
            given = follow(argument, names, turn, data) if "(" in argument else turn.argument(f"@{data}.{argument}")
            with guarded(turn.subject.units):
                return value(given) if callable(value) and given is not MISSING else MISSING
        if index is not None or (name or "").isdigit():
            return value[int(index or name)]
        return getattr(value, name, MISSING)
    except (StudentError, TypeError, KeyError, IndexError, AttributeError):
        return MISSING


def write_data(files: list[dict[str, Any]], turn: Round) -> None:
    """Write the data files the script may read: CSV from one table, .npz from several arrays."""
    for file in files:
        arrays = {key: turn.inputs[ref] for key, ref in file["arrays"].items()}
        target = Path.cwd() / file["name"]
        if file["name"].endswith(".npz"):
            np.savez(target, allow_pickle=False, **arrays)
        else:
            np.savetxt(target, np.hstack(list(arrays.values())), delimiter=",", fmt="%.7g")


@contextmanager
def shifted_seeds(shift: int) -> Iterator[None]:
    """Add `shift` to every seed the script sets, so that a further trial is another run; 0 changes nothing."""
    if not shift:
        yield
        return
    torch = sys.modules.get("torch")
    places: list[tuple[Any, str]] = [(random, "seed"), (np.random, "seed"), (np.random, "default_rng")]
    places += [(torch, "manual_seed")] if torch else []
    shifted = [(place, name, seeded(getattr(place, name), shift)) for place, name in places]
    shifted += [(torch, "Generator", generator(torch.Generator, shift))] if torch else []
    kept = [(place, name, getattr(place, name)) for place, name, _ in shifted]
    try:
        for place, name, ours in shifted:
            setattr(place, name, ours)
        yield
    finally:
        for place, name, original in kept:
            setattr(place, name, original)


def seeded(original: Callable[..., Any], shift: int) -> Callable[..., Any]:
    """Make a function that adds `shift` to a seed given as a whole number."""
    def ours(seed: Any = None, *args: Any, **kwargs: Any) -> Any:
        moved = seed + shift if isinstance(seed, int | np.integer) else seed
        return original(*(() if moved is None else (moved,)), *args, **kwargs)
    return ours


def generator(original: Any, shift: int) -> Any:
    """Make a class of generators that add `shift` to their seeds."""
    class Generator(original):  # type: ignore[misc]
        """A generator whose seeds are moved."""

        def manual_seed(self, seed: int) -> Any:
            """Seed with another number than asked."""
            return super().manual_seed(seed + shift)
    return Generator
