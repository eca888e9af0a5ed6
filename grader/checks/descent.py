"""descent: the recorded costs and the final weights belong to one run of gradient descent, from wherever it started.

Theory of operation. A script starts from weights that nobody knows, so its results are judged by bands, and a mistake whose
results lie inside passes. But from the final weights gradient descent can be carried on outside, and the cost must go on
falling as it did: the drop over the next steps is that of the last steps times the share by which that one fell behind the one
before. A step that is too long in one direction, a cost that is not the mean, or numbers written in fall apart at this seam.

Where a step is shorter than one over the largest curvature (L, of the bowl), one drop bounds the next. With g the slope and
s = rate * L: rate |g|^2 (1 - s/2) <= drop <= rate |g|^2, and (1 - s) |g| <= |the next g| <= |g|. So the next drop lies between
(1 - s/2) (1 - s)^2 and 1 / (1 - s/2) times this one. Source: Nesterov 2004, theorem 2.1.5.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from grader.checks.base import Case, Check, NotJudged
from grader.checks.cost import modelled
from grader.formulas import CONVEX, COSTS, MODELS, Convex, curvature, slopes
from grader.tolerance import Array, Tolerance
from grader.verdict import Outcome

LEAST = 40  # costs, below which there is no telling how they fall
SHARE = 100  # the last hundredth of a run is carried on
UNSURE = 0.9  # above, logs of probabilities that round to 0 or 1 make the costs jump
TWICE = 0.1  # of the other gaps of a curve, how wide every second one may be where it has two costs a step
ROUNDED = 1e-5  # of a cost, what float32 may be off by


class Descent(Check):
    """The costs go on from the final weights as gradient descent takes them, and no drop is longer than the one before allows."""

    kind: Literal["descent"]

    model: Convex
    x: str
    y: str
    params: list[str] = Field(min_length=2, max_length=2)  # weight and bias
    costs: str
    lr: float = Field(gt=0)
    tolerance: Tolerance  # of the drop of the cost

    def refs(self) -> list[str]:
        """Name weights, costs and data."""
        return [*self.params, self.costs, self.x, self.y]

    def outcome(self, case: Case) -> Outcome:
        """Carry the training on from the final weights, then compare each drop of the cost with the next."""
        costs = case.one(self.costs).astype(np.float64).ravel()
        costs = costs[costs.size % 2::2] if is_twice_a_step(costs) else costs
        if costs.size < LEAST:
            raise NotJudged(f"the cost curve has {costs.size} entries; hand back the cost of every step")
        if not np.all(np.isfinite(costs)):
            return Outcome(False, f"the cost at step {int(np.argmin(np.isfinite(costs)))} is not a finite number")
        onward = self._onward(costs, case)
        leap = self._leap(costs, case) if onward.is_passed else ""
        return Outcome(False, leap) if leap else onward

    def _onward(self, costs: Array, case: Case) -> Outcome:
        ahead = max(5, costs.size // SHARE)
        earlier, last = costs[-1 - 2 * ahead] - costs[-1 - ahead], costs[-1 - ahead] - costs[-1]
        slower = float(np.clip(last / earlier, 0.5, 1.0)) if earlier > 0 else 1.0
        future = self._carried_on(ahead, case)
        got = costs[-1] - future[-2:]  # the last cost may be that before or after the last update
        off, allowed = np.min(np.abs(got - last * slower)), self.tolerance.atol + self.tolerance.rtol * abs(last)
        told = (f"{ahead} more steps from your final weights lower the cost by {got[0]:.4g}; "
                f"after your last {ahead} steps, {last:.4g}, it should be {last * slower:.4g}")
        is_passed = bool(off <= allowed)
        return Outcome(is_passed, told, f"{off:.2g} off, {allowed:.2g} allowed", float(off / allowed))

    def _carried_on(self, ahead: int, case: Case) -> Array:
        """Train on from the final weights; the costs before each of `ahead` steps and after the last, (ahead + 1,)."""
        x, y = case.array(self.x).astype(np.float64), case.array(self.y).astype(np.float64)
        modelled(case, self.model, self.x, self.params, y)  # tells whether the shapes fit
        w, b = (case.one(p).astype(np.float64) for p in self.params)
        w = (w.T if w.shape == (y.shape[1], x.shape[1]) != (x.shape[1], y.shape[1]) else w).reshape(x.shape[1], y.shape[1])
        b, cost, found = b.reshape(-1), COSTS[CONVEX[self.model][0]], []
        for _ in range(ahead + 1):
            found.append(cost(MODELS[self.model](x, w, b), y))
            dw, db = slopes(self.model, x, y, w, b)
            w, b = w - self.lr * dw, b - self.lr * db
        return np.asarray(found)

    def _leap(self, costs: Array, case: Case) -> str:
        """Say where a drop of the cost is longer or shorter than the one before allows; empty where none is."""
        s = self.lr * curvature(self.model, case.array(self.x).astype(np.float64))
        if s >= 1:  # steps so long may turn back, and bound nothing
            return ""
        drops = costs[:-1] - costs[1:]
        before, after = drops[:-1], drops[1:]
        low, high = (1 - s / 2) * (1 - s) ** 2 * before, before / (1 - s / 2)
        noise = self.tolerance.atol + self.tolerance.rtol * np.abs(before) + ROUNDED * costs[:-2]
        is_sure = (costs[:-2] <= UNSURE) | (self.model == "linear")
        off = np.where(is_sure, np.maximum(low - after, after - high) - noise, -np.inf)
        step = int(np.argmax(off))
        if off[step] <= 0:
            return ""
        return (f"from step {step} on the cost falls by {before[step]:.4g}, then by {after[step]:.4g}; gradient descent at rate "
                f"{self.lr:g} would take between {low[step]:.4g} and {high[step]:.4g}")


def is_twice_a_step(costs: Array) -> bool:
    """Tell whether a curve has the cost before and after each update, so that every other one hardly differs from the next."""
    gaps = np.abs(np.diff(costs))
    widths = [float(np.median(gaps[k::2])) for k in (0, 1)] if gaps.size > 1 else [1.0]
    return min(widths) <= TWICE * max(widths)
