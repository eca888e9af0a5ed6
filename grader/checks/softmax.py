"""softmax: rows are distributions, close to the reference, with its argmax, shift-invariant and stable for large scores."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from grader.checks.base import Case, Check
from grader.tolerance import Array, Tolerance, compare
from grader.verdict import Outcome

SUM_TOLERANCE = Tolerance(atol=1e-4, because="a float32 row of a few classes adds up to 1 within 1e-6")


class Softmax(Check):
    """Softmax outputs are right in all the ways that matter; the first that is not is named.

    `of` is compared with the reference; `shifted` must equal `of` (the same scores plus a constant per row); `large`
    are the outputs for scores so large that a naive exponential overflows.
    """

    kind: Literal["softmax"]

    of: str
    tolerance: Tolerance
    shifted: str | None = None
    large: str | None = None

    def refs(self) -> list[str]:
        """Name the outputs looked at."""
        return [r for r in (self.of, self.shifted, self.large) if r is not None]

    def answered(self) -> list[str]:
        """Compare all of them with the reference."""
        return self.refs()

    def outcome(self, case: Case) -> Outcome:
        """Look for the first property that does not hold."""
        [(_, got, want)] = case.pairs(self.of, "loose")
        picture = bars(got, want)
        problem = not_a_distribution(got) or self._stability(case)
        if problem:
            return Outcome(False, problem, picture=picture)
        result = compare(got, want, self.tolerance)
        if not np.array_equal(got.argmax(axis=-1), want.argmax(axis=-1)):
            return Outcome(False, f"another class has the largest probability; {result.sentence()}", result.sentence(),
                           result.used, picture)
        return Outcome(result.is_close, f"probability: {result.sentence()}", result.sentence(), result.used, picture)

    def _stability(self, case: Case) -> str:
        if self.large:
            [(_, got, want)] = case.pairs(self.large, "loose")
            if not np.all(np.isfinite(got)):
                return "large scores give NaN or infinity: subtract each row's maximum before the exponential"
            if not compare(got, want, self.tolerance).is_close:
                return "probabilities for large scores are wrong"
        if self.shifted:
            [(_, moved, want)] = case.pairs(self.shifted, "loose")
            if not compare(moved, want, self.tolerance).is_close:
                return "adding one number to all scores of a row changes the probabilities"
        return ""


def not_a_distribution(p: Array) -> str:
    """Say why rows are not probability distributions, or return an empty text."""
    if not np.all(np.isfinite(p)):
        return "the outputs contain NaN or infinity"
    if np.any(p < 0):
        return f"a probability is negative ({p.min():.3g})"
    sums = p.sum(axis=-1)
    worst = compare(sums, np.ones_like(sums), SUM_TOLERANCE)
    if worst.is_close:
        return ""
    is_columns = p.ndim == 2 and bool(np.allclose(p.sum(axis=0), 1, atol=1e-3))
    extra = " (the columns do: the axis is wrong)" if is_columns else ""
    return f"a row adds up to {sums[worst.where]:.4g}, not 1{extra}"


def bars(got: Array, want: Array) -> dict[str, Any]:
    """Keep the first rows for the report's bar picture."""
    rows = slice(0, 8)
    return {"type": "bars", "got": _finite(got[rows]), "want": _finite(want[rows])}


def _finite(a: Array) -> list[Any]:
    rounded: list[Any] = np.round(np.nan_to_num(a.astype(np.float64), nan=0, posinf=1, neginf=0), 5).tolist()
    return rounded
