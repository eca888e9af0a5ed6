"""cost: the final cost, recomputed from the returned predictions or weights; what the submission claims must agree."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from grader.checks.base import Case, Check, NotJudged, shaped
from grader.formulas import COSTS, MODELS, CostName, ModelName, from_scores
from grader.tolerance import FAR, Array, Band, Tolerance, compare
from grader.verdict import Outcome


class Cost(Check):
    """The cost of the returned model is close to the reference's or inside a band, and the claimed cost is honest."""

    kind: Literal["cost"]

    formula: CostName
    y: str
    predictions: str | None = None
    or_scores: bool = False  # predictions outside [0, 1] are scores before the sigmoid
    model: ModelName | None = None
    x: str | None = None
    params: list[str] = []
    tolerance: Tolerance | None = None  # against the reference's own cost
    band: Band | None = None
    far: float = Field(FAR, ge=0, le=1)  # down to this share of the band's low end a cost is too good, and passes
    claimed: str | None = None  # the cost, or the list of costs, the submission reports
    honesty: float = Field(0.05, gt=0)  # share by which the claim may differ: it may be one step older

    @model_validator(mode="after")
    def _complete(self) -> Cost:
        if (self.predictions is None) == (self.model is None or self.x is None or len(self.params) != 2):
            msg = "give either predictions, or model, x and params = [weight, bias]"
            raise ValueError(msg)
        if (self.tolerance is None) == (self.band is None):
            msg = "give either tolerance (against the reference) or band"
            raise ValueError(msg)
        return self

    def refs(self) -> list[str]:
        """List everything the cost is recomputed from."""
        given = [self.predictions, self.x, self.y, self.claimed, *self.params]
        return [r for r in given if r is not None]

    def answered(self) -> list[str]:
        """Need the reference's weights or predictions, unless a band is given."""
        return [r for r in [self.predictions, *self.params] if r] if self.tolerance else []

    def outcome(self, case: Case) -> Outcome:
        """Recompute the cost, compare it, then compare the claim with it."""
        cost = self.recompute(case)
        judged = self._against_band(cost) if self.band else self._against_reference(cost, case)
        lie = self._dishonest(case, cost) if judged.is_passed and self.claimed else ""
        return Outcome(False, lie) if lie else judged

    def statistics(self, case: Case) -> dict[str, float]:
        """Give the recomputed cost, where a band judges it."""
        return {"cost": self.recompute(case)} if self.band else {}

    def recompute(self, case: Case) -> float:
        """Compute the cost from predictions or weights alone."""
        y = case.array(self.y)
        if self.predictions is not None:
            given = shaped("predictions", case.one(self.predictions), y.shape, "loose")
            return COSTS[self.formula](from_scores(given) if self.or_scores else given, y)
        return COSTS[self.formula](modelled(case, self.model or "linear", self.x or "", self.params, y), y)

    def _against_band(self, cost: float) -> Outcome:
        band = self.band or Band(low=0, high=0, because="never used")
        if not np.isfinite(cost):
            return Outcome(False, "the cost of what you returned is not a finite number")
        ends = f"right programs end between {band.low:.3g} and {band.high:.3g}"
        flag = f"too good: a final cost of {cost:.3g}, below that of every right run ({band.low:.3g})" if cost < band.low else ""
        is_passed = band.holds(cost) or band.is_too_good(cost, self.far)
        return Outcome(is_passed, f"the cost of what you returned is {cost:.6g}; {ends}",
                       f"{cost:.3g} in {band.low:.3g} .. {band.high:.3g}", flag=flag)

    def _against_reference(self, cost: float, case: Case) -> Outcome:
        answer = self.recompute(Case(case.answers, data=case.data))
        tolerance = self.tolerance or Tolerance(atol=1e-6, because="never used")
        result = compare(np.asarray(cost), np.asarray(answer), tolerance)
        return Outcome(result.is_close, f"the final cost is {result.sentence()}", result.sentence(), result.used)

    def _dishonest(self, case: Case, cost: float) -> str:
        claims = case.one(self.claimed or "").ravel()
        if claims.size == 0:  # nothing was claimed; whether costs are there at all is the curve's matter
            return ""
        claimed = float(claims[-1])
        if abs(claimed - cost) <= self.honesty * abs(cost) + 1e-6:
            return ""
        return f"the reported cost {claimed:.6g} is not the cost of what was returned, {cost:.6g}"


def modelled(case: Case, model: ModelName, x: str, params: list[str], y: Array) -> Array:
    """Compute a model's outputs for x from its weight and bias; raises NotJudged when their shapes do not fit."""
    given, (w, b) = case.array(x), (case.one(p) for p in params)
    outputs = 1 if model == "scalar" or y.ndim < 2 else y.shape[1]
    inputs = 1 if model == "scalar" or given.ndim < 2 else given.shape[1]
    if w.size != inputs * outputs or b.size != outputs:  # broadcast, the cost would be of something else, and large
        raise NotJudged(f"the weights have shapes {w.shape} and {b.shape}, which do not fit the data")
    h = MODELS[model](given if model == "scalar" or given.ndim > 1 else given.reshape(-1, 1), _weight(w, y), b)
    return h if model == "scalar" else shaped("predictions", h, y.shape, "loose")


def _weight(w: Array, y: Array) -> Array:
    is_out_in = w.ndim == 2 and y.ndim == 2 and y.shape[1] > 1 and w.shape[0] == y.shape[1] != w.shape[1]
    return w.T if is_out_in else w
