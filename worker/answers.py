"""The same probes on the reference: what a right submission's evidence would be, measured outside the box."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from grader.catalog import Assignment
from grader.errors import Broken
from grader.evidence import Measured
from grader.settings import Places
from grader.spec import Reference
from grader.tolerance import Array
from worker.datasets import inputs_of
from worker.inside.measure import measure
from worker.inside.turn import Round, Subject
from worker.plan import bare_probe, kept, with_dependencies


@lru_cache(maxsize=64)
def answers(assignment: Assignment, style: str, seed: int, places: Places) -> Mapping[str, Measured]:
    """Measure the reference for one seed: only the probes that some check compares with it.

    Raises Broken when the reference itself cannot be measured, which no student can be blamed for.
    """
    spec = assignment.spec
    wanted = list(dict.fromkeys(r.partition(".")[0] for c in spec.checks_of(style) for r in c.answered()))
    probes = with_dependencies(spec, "function", wanted)
    data = inputs_of(spec, seed, places)
    turn = Round(Subject(names_of(spec.reference, assignment.root)), data, seed)
    bare = [bare_probe(spec, p, kept(spec, p) if p.name in wanted else [], data) for p in probes]
    return MappingProxyType({h["probe"]: _sound(assignment, h, a) for h, a in measure(turn, bare)})


def _sound(assignment: Assignment, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Measured:
    if header["status"] != "ok":
        msg = f"{assignment.slug}: the reference fails at probe {header['probe']}: {header['because']} {header.get('where', '')}"
        raise Broken(msg)
    return Measured("ok", arrays=arrays, seconds=header["seconds"], seed=header["seed"])


def names_of(reference: Reference, root: Path) -> dict[str, Callable[..., Any]]:
    """Return the reference's functions under the names the student's have."""
    module = _module(reference, root)
    public = {n: v for n, v in vars(module).items() if callable(v) and not n.startswith("_")}
    try:
        return public | {mine: public[theirs] for mine, theirs in reference.names.items()}
    except KeyError as e:
        msg = f"the reference {reference.module or reference.file} has no function {e}"
        raise Broken(msg) from e


def _module(reference: Reference, root: Path) -> Any:
    try:
        if reference.module:
            return importlib.import_module(f"reference.{reference.module}")
        module = ModuleType(f"reference_of_{root.name}")
        file = root / (reference.file or "")
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), module.__dict__)  # noqa: S102 - staff's own code
    except Exception as e:
        msg = f"{root.name}: the reference cannot be loaded: {e}"
        raise Broken(msg) from e
    return module
