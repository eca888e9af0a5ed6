"""Which measurements are the same: a digest of what a probe asks, on which inputs, after which other probes.

Evidence may be judged again only by checks that look at what was measured then. So a kept attempt says for every probe
what it was, and a probe whose digest is another one now has to be measured again. Limits, tolerances, bands, points and
texts decide nothing of that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import lcm
from types import MappingProxyType
from typing import Any

from grader.catalog import Assignment
from grader.settings import Places
from grader.spec import Spec
from grader.tolerance import Array
from worker.datasets import inputs_of
from worker.plan import bare_probe, kept, mentioned, with_dependencies

MEASURING = {"styles", "functions", "script", "data", "files", "probes"}  # what decides what is measured


def measured_digest(spec: Spec) -> str:
    """Hash the part of a spec that decides what is measured and on which inputs."""
    return digest(spec.model_dump(mode="json", include=MEASURING, exclude={"functions": {"__all__": {"about"}}}))


def case_seed(spec: Spec, seed: int, sets: Iterable[str] | None = None) -> int:
    """Return the smallest seed that draws the same inputs: of all data sets, or of these."""
    names = spec.data if sets is None else set(sets) & spec.data.keys()
    return seed % lcm(*(spec.data[n].cases for n in names))


def fingerprints(assignment: Assignment, style: str, seed: int, places: Places) -> Mapping[str, str]:
    """Return the digest of every probe of a style by name, for the inputs that this seed draws."""
    return _fingerprints(assignment, style, case_seed(assignment.spec, seed), places)


@lru_cache(maxsize=256)
def _fingerprints(assignment: Assignment, style: str, seed: int, places: Places) -> Mapping[str, str]:
    spec = assignment.spec
    data = inputs_of(spec, seed, places)
    arrays = {name: array_digest(a) for name, a in data.items()}
    def told(name: str) -> str:
        group = with_dependencies(spec, style, [name])
        asked = [bare_probe(spec, p, kept(spec, p), data) | {"late": False} for p in group]
        return digest([asked, {k: arrays[k] for k in sorted(mentioned(spec, group, data))}])
    return MappingProxyType({p.name: told(p.name) for p in spec.probes_of(style)})


def array_digest(array: Array) -> str:
    """Hash an array: type, shape and numbers."""
    h = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    h.update(array.tobytes())
    return h.hexdigest()


def digest(value: Any) -> str:
    """Hash a value of plain JSON; the order of keys counts, as that of arguments does."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
