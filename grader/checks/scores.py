"""scores: the discriminator tells real from fake and from noise, with mean scores inside the band of right runs."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from grader.checks.base import Case, Check, NotJudged
from grader.tolerance import Array, Band
from grader.verdict import Outcome

BINS = 20


class Scores(Check):
    """Discriminator scores: real above fake and above noise, and mean levels as right runs have them.

    A mean near 0.5 proves nothing (a constant discriminator has it too), so separation comes first.
    """

    kind: Literal["scores"]

    real: str
    fake: str
    noise: str | None = None
    separation: float = Field(gt=0.5, le=1)  # least share of (real, other) pairs in the right order
    real_mean: Band
    fake_mean: Band

    def refs(self) -> list[str]:
        """Name the three sets of scores."""
        return [r for r in (self.real, self.fake, self.noise) if r is not None]

    def statistics(self, case: Case) -> dict[str, float]:
        """Give the levels, which have bands."""
        return {"real_mean": float(probabilities(case, self.real).mean()),
                "fake_mean": float(probabilities(case, self.fake).mean())}

    def outcome(self, case: Case) -> Outcome:
        """Check that scores are probabilities, then separation, then levels."""
        real, fake = probabilities(case, self.real), probabilities(case, self.fake)
        noise = probabilities(case, self.noise) if self.noise else fake[:0]
        picture = histogram(real, fake, noise)
        said = f"mean D(real) {real.mean():.3f}, mean D(fake) {fake.mean():.3f}"
        problem = self._problem(real, fake, noise)
        margin = f"{ordered_share(real, fake):.3f} of pairs in order, {self.separation:.3f} needed"
        return Outcome(not problem, problem or said, margin, picture=picture)

    def _problem(self, real: Array, fake: Array, noise: Array) -> str:
        for name, other in (("fakes", fake), ("noise", noise)):
            share = ordered_share(real, other) if other.size else 1.0
            if not share >= self.separation:
                return f"D ranks a real image above {name} in {share:.3f} of the pairs, {self.separation:.3f} needed"
        for name, mean, band in (("real", real.mean(), self.real_mean), ("fake", fake.mean(), self.fake_mean)):
            if not band.holds(float(mean)):
                return f"mean D({name}) is {mean:.3f}; right programs lie between {band.low:.3f} and {band.high:.3f}"
        return ""


def probabilities(case: Case, ref: str) -> Array:
    """Read scores as a flat array; raises NotJudged unless all lie in [0, 1]."""
    p = case.one(ref).astype(np.float64).ravel()
    if p.size == 0 or not np.all((p >= 0) & (p <= 1)):
        msg = f"{ref}: discriminator scores must be probabilities between 0 and 1"
        raise NotJudged(msg)
    return p


def ordered_share(high: Array, low: Array) -> float:
    """Share of pairs in which `high` is above `low`, ties counting half (the area under the ROC curve)."""
    both = np.concatenate([high, low])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    wins = ranks[:high.size].sum() - high.size * (high.size + 1) / 2
    return float(wins / (high.size * low.size))


def histogram(real: Array, fake: Array, noise: Array) -> dict[str, Any]:
    """Count scores in BINS bins over [0, 1] for the report's picture."""
    def counts(a: Array) -> list[int]:
        binned: list[int] = np.histogram(a, bins=BINS, range=(0, 1))[0].tolist()
        return binned
    return {"type": "histogram", "real": counts(real), "fake": counts(fake), "noise": counts(noise)}
