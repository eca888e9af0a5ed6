"""What an attempt's runs left, for staff to look at: untrusted bytes, read by the strict reader and never believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.errors import Broken
from grader.evidence import Header, read_arrays, read_header
from grader.manifest import KeptRun, Manifest
from grader.store import unpack_run
from grader.tolerance import Array
from grader.web import specs
from grader.web.models import Attempt

FIRST = 8  # values shown of an array


@dataclass(frozen=True, slots=True)
class Shown:
    """One array in words: `low` and `high` are of the values that are finite, None where there are none."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    size: int
    low: float | None
    high: float | None
    strange: int  # values that are not finite
    first: str


@dataclass(frozen=True, slots=True)
class Left:
    """What one probe left: arrays, or why there are none."""

    header: Header
    arrays: list[Shown]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: a trial's probes in one box. `facts` are as the worker kept them; all in `probes` was made by student code."""

    number: int
    trial: int
    facts: Mapping[str, Any]
    probes: list[Left] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)  # probes that left nothing
    surplus: int = 0  # frames that nobody asked for
    fault: str = ""  # why the run can't be read any more

    @property
    def stages(self) -> dict[str, float]:
        """The seconds that the supervisor took before and after the run."""
        found = self.facts.get("stages")
        return {str(k): v for k, v in found.items() if isinstance(v, int | float)} if isinstance(found, dict) else {}


def runs(attempt: Attempt) -> list[Ran]:
    """Read all runs of an attempt; one that is damaged or gone says so."""
    return [_read(number, kept) for number, kept in enumerate(_kept(attempt))]


def array(attempt: Attempt, run: int, probe: str, name: str) -> Array | None:
    """Read one array; None where there is none. Raises Broken where the run is damaged or gone."""
    kept = _kept(attempt)
    if not 0 <= run < len(kept) or probe not in kept[run].probes:
        return None
    for head, blob in _frames(kept[run])[1]:
        header = read_header(head)
        if header is not None and header.probe == probe:
            try:
                return read_arrays(blob).get(name) if header.status == "ok" else None
            except ValueError:
                return None
    return None


def _kept(attempt: Attempt) -> list[KeptRun]:
    return Manifest.model_validate(attempt.manifest).runs if attempt.manifest else []


def _frames(kept: KeptRun) -> tuple[dict[str, Any], tuple[tuple[dict[str, Any], bytes], ...]]:
    return unpack_run(specs.objects().get(kept.content))


def _read(number: int, kept: KeptRun) -> Ran:
    try:
        facts, frames = _frames(kept)
    except Broken as e:
        return Ran(number, kept.trial, {}, fault=str(e))
    probes, surplus = [], 0
    for head, blob in frames:
        header = read_header(head)
        if header is None or header.probe not in kept.probes:
            surplus += 1
        else:
            probes.append(_left(header, blob))
    there = {p.header.probe for p in probes}
    return Ran(number, kept.trial, facts, probes, [p for p in kept.probes if p not in there], surplus)


def _left(header: Header, blob: bytes) -> Left:
    if header.status != "ok":
        return Left(header, [])
    try:
        return Left(header, [shown(name, a) for name, a in read_arrays(blob).items()])
    except ValueError as e:
        return Left(header, [], str(e))


def shown(name: str, values: Array) -> Shown:
    """Put an array in words."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values.ravel()
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
    more = " …" if values.size > FIRST else ""
    return Shown(name, values.shape, str(values.dtype), values.size, low, high, values.size - finite.size,
                 ", ".join(f"{v:.6g}" for v in values.ravel()[:FIRST].astype(np.float64)) + more)
