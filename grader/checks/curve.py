"""curve: the cost falls as the reference's does, step by step, or stays in bands at named steps."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.checks.base import Case, Check, NotJudged
from grader.strict import Model
from grader.tolerance import FAR, Array, Tolerance, compare, is_too_good
from grader.verdict import Outcome

POINTS = 120  # how many points of a curve a report keeps


class StepBand(Model):
    """The range of the cost at one step over right runs."""

    step: int = Field(ge=0)
    low: float
    high: float


class Curve(Check):
    """The list of costs over the steps of training agrees with the reference's, or with bands.

    A curve may be recorded one step late, one step short, or twice a step (before and after the update): all are right.
    """

    kind: Literal["curve"]

    of: str
    tolerance: Tolerance | None = None
    bands: list[StepBand] = []
    because: str = ""  # where the bands come from
    far: float = Field(FAR, ge=0, le=1)  # down to this share of a band's low end a cost is too good, and passes
    steps: int | None = None  # a curve of about twice so many entries has two for each step: every other one is read

    @model_validator(mode="after")
    def _one_of(self) -> Curve:
        if (self.tolerance is None) == (not self.bands) or (self.bands and len(self.because) < 8):
            msg = "give either tolerance (against the reference) or bands with because"
            raise ValueError(msg)
        return self

    def refs(self) -> list[str]:
        """Name the curve."""
        return [self.of]

    def answered(self) -> list[str]:
        """Need the reference's curve, unless bands are given."""
        return [self.of] if self.tolerance else []

    def outcome(self, case: Case) -> Outcome:
        """Judge the curve against bands or against the reference's curve."""
        got = case.one(self.of).astype(np.float64).ravel()
        if got.size < 2:
            msg = f"the cost curve has {got.size} entries; hand back the cost of every step"
            raise NotJudged(msg)
        if not np.all(np.isfinite(got)):
            step = int(np.argmin(np.isfinite(got)))
            return Outcome(False, f"the cost at step {step} is not a finite number", picture=curve_picture(got, None))
        if self.steps is not None and abs(got.size - 2 * self.steps) <= 2:
            got = got[::2]
        return self._in_bands(got) if self.bands else self._like_reference(got, case)

    def statistics(self, case: Case) -> dict[str, float]:
        """Give the cost at every step that has a band."""
        costs = case.one(self.of).astype(np.float64).ravel()
        return {str(b.step): float(costs[b.step]) for b in self.bands if b.step < costs.size}

    def _like_reference(self, got: Array, case: Case) -> Outcome:
        want = case.answers[self.of.partition(".")[0]].get(self.of.partition(".")[2])[0].astype(np.float64).ravel()
        tolerance = self.tolerance or Tolerance(atol=1e-6, because="never used")
        results = [compare(g, w, tolerance) for g, w in alignments(got, want)]
        if not results:
            return Outcome(False, f"{got.size} costs, expected {want.size}", picture=curve_picture(got, want))
        best = min(results, key=lambda r: (not r.is_close, r.used))
        because = f"cost at step {best.where[0]}: {best.sentence()}"
        return Outcome(best.is_close, because, best.sentence(), best.used, curve_picture(got, want))

    def _in_bands(self, got: Array) -> Outcome:
        picture, flag = curve_picture(got, None) | {"bands": [b.model_dump() for b in self.bands]}, ""
        for band in self.bands:
            near = got[max(0, band.step - 1):band.step + 2]
            if near.size == 0:
                because = f"the curve ends after {got.size} steps; step {band.step} is missing"
                return Outcome(False, because, picture=picture)
            if not np.any((band.low <= near) & (near <= band.high)):
                where = f"cost at step {band.step} is {near[-1]:.4g}"
                flag = f"too good: the {where}, below that of every right run" if near[-1] < band.low else flag
                if is_too_good(float(near[-1]), band.low, self.far):
                    continue
                return Outcome(False, f"{where}; right programs lie between {band.low:.4g} and {band.high:.4g}",
                               f"{near[-1]:.3g} in {band.low:.3g} .. {band.high:.3g}", picture=picture, flag=flag)
        told = "better than any right run" if flag else f"inside the band at {len(self.bands)} of {len(self.bands)} steps"
        return Outcome(True, told, f"{near[-1]:.3g} in {band.low:.3g} .. {band.high:.3g}", picture=picture, flag=flag)


def alignments(got: Array, want: Array) -> list[tuple[Array, Array]]:
    """Pair two curves in every way that a right program may have recorded its own.

    Entry k before or after the update, one step more or fewer, or both moments of each step.
    """
    n = want.size
    pairs = []
    for view in (got, got[::2], got[1::2]):
        for late in (0, 1):
            size = min(view.size, n - late)
            if n - late - 1 <= size and view.size <= n + 1 and size >= 1:
                pairs.append((view[:size], want[late:late + size]))
    return pairs


def curve_picture(got: Array, want: Array | None) -> dict[str, Any]:
    """Keep at most POINTS points of a curve for the report, denser at the start where it bends."""
    def thin(a: Array) -> list[list[float]]:
        if not a.size:
            return []
        at = np.unique(np.concatenate([[0], np.geomspace(1, max(a.size - 1, 1), POINTS).astype(int)]))
        return [[int(i), float(a[i])] for i in at if i < a.size and np.isfinite(a[i])]
    return {"type": "curve", "got": thin(got)} | ({} if want is None else {"want": thin(want)})
