"""The same probes on the reference: what a right submission's evidence would be, measured outside the box."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

from grader.catalog import Assignment
from grader.errors import Broken
from grader.evidence import Measured
from grader.probes import Probe, Routing
from grader.settings import Places
from grader.spec import Reference, Spec
from grader.tolerance import Array
from worker import cache
from worker.datasets import inputs_of
from worker.fingerprint import case_seed
from worker.inside.measure import measure
from worker.inside.turn import Round, Subject
from worker.plan import bare_probe, kept, with_dependencies


def answers(assignment: Assignment, style: str, seed: int, places: Places) -> Mapping[str, Measured]:
    """Measure the reference for one seed: only the probes that some check compares with it.

    Kept in this process and on disk; only when neither has them is the reference imported and trained.
    Raises Broken when the reference itself cannot be measured, which no student can be blamed for.
    """
    spec = assignment.spec
    wanted = list(dict.fromkeys(r.partition(".")[0] for c in spec.checks_of(style) for r in c.answered()))
    return _answers(assignment, tuple(wanted), own_seed(spec, with_dependencies(spec, "function", wanted), seed), places)


def own_seed(spec: Spec, probes: Sequence[Probe], seed: int) -> int:
    """Return the smallest seed with the same answers; the seed itself where a probe is told it."""
    is_told = any(isinstance(p, Routing) or "@seed" in p.mentions() for p in probes)
    return seed if is_told else case_seed(spec, seed, sets_of(probes))


def sets_of(probes: Sequence[Probe]) -> list[str]:
    """Name the data sets that probes mention."""
    return sorted({m[1:].partition(".")[0] for p in probes for m in p.mentions() if m.startswith("@") and m != "@seed"})


@lru_cache(maxsize=64)
def _answers(assignment: Assignment, wanted: tuple[str, ...], seed: int, places: Places) -> Mapping[str, Measured]:
    probes = with_dependencies(assignment.spec, "function", wanted)
    key = _key(assignment, probes, wanted, seed, places)
    found = cache.load(key) if probes else {}
    if found is None:
        measured = _measured(assignment, probes, wanted, seed, places)
        found = cache.frozen({f"{i} {n}": a for i, p in enumerate(probes) for n, a in measured[p.name].items()})
        cache.save(key, found)
    return MappingProxyType({p.name: Measured("ok", arrays=_part(found, i), seed=seed) for i, p in enumerate(probes)})


def forget() -> None:
    """Empty what this process has in memory; the disk keeps it."""
    _answers.cache_clear()


def _key(assignment: Assignment, probes: Sequence[Probe], wanted: Sequence[str], seed: int, places: Places) -> str:
    """Hash all that the answers depend on: of the assignment that is neither a check nor a limit."""
    spec, own = assignment.spec, assignment.spec.reference
    asked = [bare_probe(spec, p, kept(spec, p) if p.name in wanted else [], {}) for p in probes]
    text = (assignment.root / own.file).read_text(encoding="utf-8") if own.file else ""
    data = {name: spec.data[name].model_dump(mode="json") for name in sets_of(probes) if name in spec.data}
    return cache.key_of("answers", own.model_dump(mode="json"), text, asked, data, seed, cache.identity(places))


def measured_in(assignment: Assignment, wanted: Sequence[str], seed: int, places: Places, *,
                is_long: bool) -> Mapping[str, Measured]:
    """Measure the reference anew, as this process computes now, kept nowhere; `is_long` gives it 64-bit inputs."""
    probes = with_dependencies(assignment.spec, "function", wanted)
    measured = _measured(assignment, probes, wanted, seed, places, is_long=is_long)
    return {name: Measured("ok", arrays=dict(arrays), seed=seed) for name, arrays in measured.items()}


def _part(found: Mapping[str, Array], probe: int) -> dict[str, Array]:
    return {name.partition(" ")[2]: a for name, a in found.items() if name.partition(" ")[0] == str(probe)}


def _measured(assignment: Assignment, probes: Sequence[Probe], wanted: Sequence[str], seed: int,
              places: Places, *, is_long: bool = False) -> dict[str, Mapping[str, Array]]:
    """Import the reference and measure it."""
    spec = assignment.spec
    data = inputs_of(spec, seed, places)
    if is_long:
        data = {k: a.astype(np.float64) if a.dtype.kind == "f" else a for k, a in data.items()}
    turn = Round(Subject(names_of(spec.reference, assignment.root)), data, seed)
    bare = [bare_probe(spec, p, kept(spec, p) if p.name in wanted else [], data) for p in probes]
    return {h["probe"]: _sound(assignment, h, a) for h, a in measure(turn, bare)}


def _sound(assignment: Assignment, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Mapping[str, Array]:
    if header["status"] != "ok":
        msg = f"{assignment.slug}: the reference fails at probe {header['probe']}: {header['because']} {header.get('where', '')}"
        raise Broken(msg)
    return arrays


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
