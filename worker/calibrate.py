"""Measuring bands: the reference trained from many seeds as one batched program, judged by the spec's own checks.

What a check looks at in a submission's evidence it looks at here in every run's: `statistics` gives the numbers whose spread
becomes the band, `outcome` says which runs are lost. The pieces (one training on one case of the data) are kept in the cache
as they are done, so that an interrupted calibration goes on where it stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from grader import bounds
from grader import calibration as bands
from grader.calibration import Calibration, Gan, Judged, Plan, Training
from grader.catalog import Assignment, calibration_digest, load, rounding_digest
from grader.checks import AnyCheck
from grader.checks.base import Case, NotJudged
from grader.checks.curve import Curve
from grader.checks.descent import Descent
from grader.checks.pytest import Pytest
from grader.errors import SpecError
from grader.evidence import Measured
from grader.settings import Places, cache_folder
from grader.spec import Spec
from grader.tolerance import Array
from grader.verdict import Result
from reference import ensemble
from worker import gan_runs
from worker.datasets import inputs_of

AT_ONCE = 1000  # seeds in one batch: more gains little and takes memory
PROGRESS = 100  # steps between two signs of life
STARTS = {"normal": ensemble.normal_starts, "linear": ensemble.linear_starts, "glorot": ensemble.glorot_starts}

Progress = Callable[[int, int], None]  # steps done, of how many


@dataclass(frozen=True, slots=True)
class Piece:
    """One training on one case of the data, from some of the seeds."""

    training: Training | Gan
    case: int
    seeds: range
    name: str

    @property
    def steps(self) -> int:
        """The work in it: a GAN's run has no seeds beside it, and its steps take as long as many others'."""
        return self.training.steps


def nothing_by_chance(digest: str, device: str) -> Calibration:
    """Start the calibration of an assignment in which nothing is measured over many runs."""
    return Calibration(digest=digest, seeds=0, torch=torch.__version__.partition("+")[0], device=device, seconds=0, keep=1,
                       confidence=bounds.CONFIDENCE, checks={})


def of_folder(folder: Path, places: Places, *, seeds: int | None = None, device: str = "cpu",
              on_progress: Progress = lambda *_: None) -> Calibration:
    """Measure all that a folder's calibration.json says: bands where chance decides, and what rounding uses of tolerances."""
    from worker import floats
    assignment = load(folder, is_open=True)
    made, plan = nothing_by_chance(calibration_digest(folder), device), assignment.spec.calibration
    if plan is not None:
        plan = plan.model_copy(update={"seeds": seeds}) if seeds else plan
        made = calibrate(assignment, plan, made.digest, places, device=device, on_progress=on_progress)
    found = floats.measure(assignment, places, floats.MANY, is_whole=True)
    return made.model_copy(update={"floats": found, "floats_digest": rounding_digest(folder)})


def calibrate(assignment: Assignment, plan: Plan, digest: str, places: Places, *, device: str = "cpu",
              on_progress: Progress = lambda *_: None) -> Calibration:
    """Train what the plan says and measure every check that wants it.

    `assignment` is read with open bands. Raises SpecError when the plan does not fit the checks.
    """
    pieces = list(pieces_of(assignment.spec, plan))
    total, done = sum(p.steps for p in pieces), 0
    found: dict[str, list[Array]] = {}
    for piece in pieces:
        measured = _kept(digest, piece)
        if measured is None:
            start = time.monotonic()
            measured = _measure(assignment, plan, piece, places, device, partial(_report, on_progress, done, total))
            measured["seconds"] = np.asarray([time.monotonic() - start])
            _keep(digest, piece, measured)
        for key, values in measured.items():
            found.setdefault(key, []).append(values)
        done += piece.steps
        on_progress(done, total)
    joined = {key: np.concatenate(values) for key, values in found.items()}
    judged = judged_of(assignment.spec, joined, plan.keep)
    return Calibration(digest=digest, seeds=plan.runs, torch=torch.__version__.partition("+")[0], device=device,
                       seconds=round(float(joined["seconds"].sum()), 1), keep=plan.keep,
                       confidence=bounds.CONFIDENCE, checks=judged)


def pieces_of(spec: Spec, plan: Plan) -> Iterator[Piece]:
    """Cut the work into pieces: every training on every case its data has, in batches of seeds."""
    for number, training in enumerate(plan.training):
        sets = [spec.data[ref.lstrip("@").partition(".")[0]] for ref in (training.x, training.y)]
        cases = math.lcm(*(t.cases if t.hidden else 1 for t in sets))
        for case in range(cases):
            mine = range(case, training.seeds or plan.seeds, cases)
            for first in range(0, len(mine), AT_ONCE):
                yield Piece(training, case, mine[first:first + AT_ONCE], f"{number}-{case}-{first}")


    for number, gan in enumerate(plan.gan):
        for seed in range(gan.runs):
            yield Piece(gan, seed, range(seed, seed + 1), f"gan-{number}-{seed}")


def _report(on_progress: Progress, done: int, total: int, step: int) -> None:
    if step % PROGRESS == 0:
        on_progress(done + step, total)


def _file(digest: str, piece: Piece) -> Path:
    return cache_folder() / "calibrate" / f"{digest[:32]}-{len(piece.seeds)}" / f"{piece.name}.npz"


def _kept(digest: str, piece: Piece) -> dict[str, Array] | None:
    """Return a piece's numbers from the cache."""
    file = _file(digest, piece)
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as kept:
        return {key: kept[key] for key in kept.files}


def _keep(digest: str, piece: Piece, measured: dict[str, Array]) -> None:
    file = _file(digest, piece)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    with unfinished.open("wb") as f:
        np.savez(f, **measured)  # type: ignore[arg-type]  # its stub wants a bool for one keyword
    unfinished.rename(file)


def _measure(assignment: Assignment, plan: Plan, piece: Piece, places: Places, device: str,
             on_step: Callable[[int], None]) -> dict[str, Array]:
    """Train one piece; give every number of every check, and which runs settled and passed, seed by seed."""
    covered = [c for c in assignment.spec.checks if c.probes() and is_covered(c, piece.training)]
    told: dict[str, list[float]] = {}
    for case in cases_of(assignment, piece, places, device, on_step):
        is_settled = plan.settled is None or all(passes(c, case) for c in covered if c.name == plan.settled)
        for check in covered:
            told.setdefault(f"{check.name}/settled", []).append(float(is_settled))
            told.setdefault(f"{check.name}/passed", []).append(float(passes(check, case)))
            for name, value in numbers(check, case).items():
                told.setdefault(f"{check.name}/is/{name}", []).append(value)
    return {key: np.asarray(values) for key, values in told.items()}


def cases_of(assignment: Assignment, piece: Piece, places: Places, device: str,
             on_step: Callable[[int], None]) -> Iterator[Case]:
    """Train a piece and write each of its runs as something to judge."""
    spec, training = assignment.spec, piece.training
    data = inputs_of(spec, piece.case, places)
    if isinstance(training, Gan):
        yield Case(gan_runs.evidence(training, piece.case, data), data=data, seed=piece.case, root=assignment.root)
        return
    marks = marks_of(spec, training)
    x, y = (torch.tensor(a, dtype=torch.float32, device=device) for a in table_of(training, data))
    starts = [w.to(device) for w in STARTS[training.start](training.sizes, piece.seeds)]
    runs = ensemble.train(
        x, y, starts, lr=training.lr, steps=training.steps, marks=marks, output=training.output, hidden=training.hidden,
        optimizer=training.optimizer, on_step=on_step)
    for row in range(len(piece.seeds)):
        yield Case(evidence_of(runs, row, training, marks), data=data, seed=piece.seeds[row], root=assignment.root)


def table_of(training: Training, data: Mapping[str, Array]) -> tuple[Array, Array]:
    """Give the inputs (N, in) and the answers (N, out) that a training learns from."""
    x, y = (data[ref.lstrip("@")] for ref in (training.x, training.y))
    return (x.T.reshape(-1, 1), np.tile(y, (x.shape[1], 1))) if training.columns_apart else (x, y)


def is_covered(check: AnyCheck, training: Training | Gan) -> bool:
    """Tell whether a training leaves all that a check must have, and chance decides about it."""
    if check.answered() or isinstance(check, Descent | Pytest):  # kept costs are those of a few steps
        return False
    needed = {r for r in check.refs() if not r.startswith("@")} - {getattr(check, "surface", None)}
    return needed <= training.leaves.keys()


def marks_of(spec: Spec, training: Training) -> list[int]:
    """List the steps whose costs some check looks at, the first and the last."""
    steps = {b.step for c in spec.checks if isinstance(c, Curve) and c.of in training.leaves for b in c.bands}
    return sorted({s for s in steps if s < training.steps} | {0, training.steps - 1})


def evidence_of(runs: ensemble.Runs, row: int, training: Training, marks: list[int]) -> Mapping[str, Measured]:
    """Write one run as a submission would have left it."""
    weights = [w[..., row].numpy(force=True) for w in runs.weights]
    costs = np.interp(np.arange(training.steps), marks, runs.costs[:, row].numpy(force=True).astype(np.float64))
    named = {f"{kind}{layer}": w for layer, pair in enumerate(zip(weights[::2], weights[1::2], strict=True), 1)
             for kind, w in zip("Wb", pair, strict=True)}
    told: dict[str, Any] = named | {"outputs": runs.outputs[..., row].numpy(force=True), "costs": costs}
    found: dict[str, dict[str, Array]] = {}
    for ref, name in training.leaves.items():
        probe, _, output = ref.partition(".")
        parts = {f"{output}.{i}": w for i, w in enumerate(weights)} if name == "weights" else {output: told[name]}
        found.setdefault(probe, {}).update(parts)
    return {probe: Measured("ok", arrays=arrays) for probe, arrays in found.items()}


def passes(check: AnyCheck, case: Case) -> bool:
    """Tell whether one run passes a check in one trial."""
    return check.judge([case]).verdict is Result.PASSED


def numbers(check: AnyCheck, case: Case) -> dict[str, float]:
    """Give a check's numbers for one run; NaN where it leaves none."""
    try:
        with np.errstate(all="ignore"):
            return check.statistics(case)
    except NotJudged:
        return {}


def judged_of(spec: Spec, found: Mapping[str, Array], keep: float) -> dict[str, Judged]:
    """Turn every check's numbers into bands, lost runs and trials."""
    covered = [c for c in spec.checks if f"{c.name}/settled" in found]
    styles = [c.style for c in covered]
    most = max((sum(s in (style, None) for s in styles) for style in spec.styles), default=1)  # that one submission meets
    return {c.name: _one(c, found, keep, max(1, most)) for c in covered}


def _one(check: AnyCheck, found: Mapping[str, Array], keep: float, checks: int) -> Judged:
    settled = found[f"{check.name}/settled"] > 0
    prefix = f"{check.name}/is/"
    values = {key.removeprefix(prefix): v for key, v in found.items() if key.startswith(prefix)}
    good = settled & np.all([np.isfinite(v) for v in values.values()], axis=0) if values else settled
    if not good.any():
        raise SpecError(f"check {check.name}", ["no run of the calibration is settled and finite; do the trainings learn?"])
    if not is_open(check):  # bands set by hand: their numbers are only shown
        lost, runs = int(np.sum(found[f"{check.name}/passed"] == 0)), int(settled.size)
        share = bounds.bound(lost, runs, 0)
        return Judged(statistics={name: bands.summarize(v[good]) for name, v in values.items()}, lost=lost, runs=runs,
                      bound=share, trials=bounds.trials_for(share, checks))
    is_other = np.arange(settled.size) % 2 == 1 if keep < 1 else np.ones(settled.size, dtype=bool)
    chosen = good & ~is_other if keep < 1 else good  # chosen by half of the runs, counted on the others
    statistics = {name: bands.summarize(v[chosen], keep) for name, v in values.items()}
    is_held = np.all([(s.low <= values[n]) & (values[n] <= s.high) for n, s in statistics.items()], axis=0)
    is_lost = is_other & ~(is_held & (found[f"{check.name}/passed"] > 0))
    lost, runs = int(is_lost.sum()), int(is_other.sum())
    share = bounds.bound(lost, runs, len(values) if keep == 1 else 0)
    return Judged(statistics=statistics, lost=lost, runs=runs, bound=share, trials=bounds.trials_for(share, checks))


def is_open(check: AnyCheck) -> bool:
    """Tell whether a check's bands are left to calibration."""
    own = [getattr(check, key, None) for key in bands.BANDS]
    every = [*own, *getattr(check, "bands", []), *(m.band for m in getattr(check, "measures", []))]
    return any(band is not None and band.high >= bands.OPEN for band in every)


def write(calibration: Calibration, folder: Path) -> Path:
    """Write calibration.json beside the spec, whole or not at all."""
    file = folder / bands.FILE
    unfinished = file.with_suffix(".part")
    unfinished.write_text(calibration.model_dump_json(indent=1) + "\n", encoding="utf-8")
    unfinished.rename(file)
    return file
