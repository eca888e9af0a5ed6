"""How far right programs are apart by rounding alone, against what each tolerance allows, and whether zeros would pass.

The reference is measured again in two ways in which a right submission may differ from it: with 64-bit numbers, and with
every sum taken the other way round. What that uses of an allowed distance is the noise a tolerance must leave room for;
zeros in place of every number are what it must turn away. Both are judged by the checks themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from math import lcm
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grader.calibration import AWAY, NOISE, Float
from grader.catalog import Assignment, rounding
from grader.checks import AnyCheck
from grader.checks.base import Case, NotJudged
from grader.checks.pytest import Pytest
from grader.evidence import Measured
from grader.settings import Places
from grader.spec import Spec
from grader.tolerance import Array
from worker.answers import answers, measured_in
from worker.datasets import inputs_of

CASES = 2  # of the hidden pool; rounding differs little from case to case
MANY = 4  # where there is time
aten = torch.ops.aten


class Backwards(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types for it
    """Takes every sum, mean and matrix product in the opposite order: the same number but for rounding."""

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        """Turn the summed axis of an operation round."""
        if func in (aten.mm.default, aten.bmm.default):
            args = args[0].flip(-1), args[1].flip(-2)
        elif func is aten.addmm.default:
            args = args[0], args[1].flip(-1), args[2].flip(-2)
        elif func in (aten.sum.default, aten.mean.default, aten.sum.dim_IntList, aten.mean.dim):
            args = args[0].flip(tuple(range(args[0].ndim))), *args[1:]
            kept = func(*args, **(kwargs or {}))
            return kept.flip(tuple(range(kept.ndim)))  # the axes that were not summed, back in their order
        return func(*args, **(kwargs or {}))


def backwards() -> Backwards:
    """Make the mode in which sums are taken the other way round."""
    return Backwards()  # type: ignore[no-untyped-call]


@contextmanager
def in_64_bits() -> Iterator[None]:
    """Make new numbers 64 bits long."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def unsound(assignment: Assignment, places: Places) -> list[str]:
    """Say which tolerances of an assignment are unsound, by its calibration or, where that is about others, by measuring."""
    known = rounding(assignment.root)
    found = measure(assignment, places) if known is None else known
    return [f"{assignment.slug}: {told}" for told in complaints(assignment.spec, found)]


def measure(assignment: Assignment, places: Places, cases: int = CASES, *, is_whole: bool = False) -> dict[str, Float]:
    """Measure every check that compares with the reference; those on `late` probes, which train long, only when `is_whole`."""
    spec = assignment.spec
    late = set() if is_whole else {p.name for p in spec.probes if p.late}
    checks = [c for c in spec.checks if c.answered() and not isinstance(c, Pytest) and not late & set(c.probes())]
    probes = list(dict.fromkeys(p for c in checks for p in c.probes()))
    pool = range(min(cases, lcm(*(t.cases for t in spec.data.values() if t.hidden)))) if checks else range(0)
    found: dict[str, Float] = {}
    for seed in pool:
        data = inputs_of(spec, seed, places)
        wanted = {s: answers(assignment, s, seed, places) for s in spec.styles}
        ways = ways_of(assignment, probes, seed, places)
        for check in checks:
            right = {p: m for p, m in wanted[check.style or spec.styles[0]].items() if p in check.probes()}
            case = Case(right, right, data, seed=seed, root=assignment.root)
            used = {way: used_by(check, replace(case, evidence=evidence)) for way, evidence in ways.items()}
            worst = max(used, key=lambda way: used[way])
            zeros = used_by(check, replace(case, evidence={p: blank(m) for p, m in right.items()}))
            found[check.name] = joined(found.get(check.name), Float(noise=used[worst], by=worst, zeros=zeros, cases=1))
    return found


def joined(old: Float | None, new: Float) -> Float:
    """Keep the worst of both: the most noise, and the zeros that came nearest to passing."""
    if old is None:
        return new
    worst = max(old, new, key=lambda f: f.noise)
    return worst.model_copy(update={"zeros": min(old.zeros, new.zeros), "cases": old.cases + new.cases})


def ways_of(assignment: Assignment, probes: list[str], seed: int, places: Places) -> dict[str, Mapping[str, Measured]]:
    """Measure the reference as other right programs compute."""
    found: dict[str, Mapping[str, Measured]] = {}
    for way, modes in (("64 bits", [in_64_bits()]), ("sums the other way round", [backwards()])):
        with ExitStack() as stack:
            for mode in modes:
                stack.enter_context(mode)
            found[way] = measured_in(assignment, probes, seed, places, is_long=way == "64 bits")
    return found


def used_by(check: AnyCheck, case: Case) -> float:
    """Say which share of what it allows a check sees used; AWAY where something else turns the evidence away."""
    try:
        with np.errstate(all="ignore"):
            outcome = check.outcome(case)
    except NotJudged:
        return AWAY
    if outcome.is_passed:
        return outcome.used or 0.0
    return min(outcome.used, AWAY) if outcome.used is not None and outcome.used > 1 else AWAY


def blank(measured: Measured) -> Measured:
    """Put zeros in place of every number."""
    def zeros(a: Array) -> Array:
        return np.zeros(a.shape)
    return Measured(measured.status, arrays={k: zeros(a) for k, a in measured.arrays.items()}, seed=measured.seed)


def complaints(spec: Spec, found: Mapping[str, Float]) -> list[str]:
    """Say which tolerances are too narrow for rounding, and which let zeros pass.

    Where zeros are the right answer, a check must need another one.
    """
    needing = {c.name for c in spec.checks if c.needs}
    narrow = [f"check {name}: rounding alone ({f.by}) uses {f.noise:.0%} of the tolerance, {NOISE:.0%} at most is sound; widen it"
              for name, f in found.items() if not f.noise <= NOISE]
    wide = [f"check {name}: zeros in place of every number pass; narrow its tolerance, or judge it on larger numbers"
            for name, f in found.items() if not f.zeros > 1 and name not in needing]
    return narrow + wide
