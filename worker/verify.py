"""The proof of an assignment folder: every example gets the verdicts it names, and trivial evidence gets nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from grader.catalog import Assignment, stale_calibration
from grader.checks.base import Case
from grader.errors import Broken, SpecError
from grader.evidence import Measured
from grader.example import Example, examples_of
from grader.judge import judge
from grader.report import Report, score_of
from grader.settings import Places
from grader.tolerance import Array
from grader.verdict import Result
from worker.attempt import Attempt
from worker.box import Boxes
from worker.grade import measured

SEED = 20


@dataclass(frozen=True, slots=True)
class Proof:
    """One example's outcome: its report, what was not as expected, and the seconds it took."""

    assignment: str
    example: str
    about: str
    is_right: bool
    report: Report | None
    surprises: list[str]
    seconds: float

    @property
    def holds(self) -> bool:
        """Tell whether the example got what it had to get."""
        return not self.surprises


def prove(assignments: Sequence[Assignment], boxes: Boxes, places: Places, jobs: int,
          on_proof: Callable[[Proof], None] = lambda _: None, only: Callable[[Example], bool] = lambda _: True,
          seed: int = SEED) -> list[Proof]:
    """Grade all chosen examples of all folders, `jobs` at a time, slow ones first; calls `on_proof` as each is done.

    Raises SpecError when a folder's examples are not in order or its calibration is stale, or when a tolerance is
    narrower than rounding or wide enough for zeros. A fault of ours is a surprise of that example.
    """
    if stale := [told for a in assignments if (told := stale_calibration(a.root))]:
        raise SpecError("calibration", stale)
    from worker import floats
    if wrong := [told for a in assignments for told in floats.unsound(a, places)]:
        raise SpecError("tolerance", wrong)
    work = [(a, e) for a in assignments for e in examples_of(a.root, a.spec) if only(e)]
    work.sort(key=lambda w: not w[1].expected.slow)
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(_prove_one, a, e, boxes, places, seed, on_proof) for a, e in work]
        return [f.result() for f in futures]


def _prove_one(assignment: Assignment, example: Example, boxes: Boxes, places: Places, seed: int,
               on_proof: Callable[[Proof], None]) -> Proof:
    start = time.monotonic()
    attempt = Attempt(assignment, example.submission, seed, places)
    report: Report | None = None
    try:
        report = measured(attempt, boxes).report()
        surprises = example.surprises(report.checks, report.style)
        if example.expected.right:
            surprises += trivial_survivors(attempt)
    except Broken as e:
        surprises = [f"broken: {e}"]
    proof = Proof(assignment.slug, example.name, example.expected.about, example.expected.right, report, surprises,
                  time.monotonic() - start)
    on_proof(proof)
    return proof


def trivial_survivors(attempt: Attempt) -> list[str]:
    """Judge a right attempt's evidence with every number replaced: NaN may pass no check, zeros none that compares."""
    spec, told = attempt.assignment.spec, []
    cases = attempt.cases()
    spoiled = judge(spec, attempt.style, [_replaced(c, np.nan) for c in cases])
    measured_checks = {c.name for c in spec.checks_of(attempt.style) if c.probes()}
    told += [f"check {v.name} passes when every number is NaN" for v in spoiled
             if v.verdict is Result.PASSED and v.name in measured_checks]
    blank = judge(spec, attempt.style, [_replaced(c, 0.0) for c in cases])
    compared = {c.name for c in spec.checks_of(attempt.style) if c.answered()}
    told += [f"check {v.name} passes when every number is 0" for v in blank
             if v.verdict is Result.PASSED and v.name in compared]
    zeros = score_of(blank)
    if zeros >= spec.points(attempt.style) / 2:
        told.append(f"zeros in place of every number get {zeros:g} of {spec.points(attempt.style):g} points")
    return told


def _replaced(case: Case, value: float) -> Case:
    def spoil(a: Array) -> Array:
        return np.full(a.shape, value, dtype=np.float64)
    evidence = {n: Measured(m.status, m.because, m.where, {k: spoil(a) for k, a in m.arrays.items()}, m.seconds, m.seed)
                for n, m in case.evidence.items()}
    return replace(case, evidence=evidence)
