"""gradients: derivatives lie close to the reference's; says so when they are a constant multiple of them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from grader.checks.values import Close
from grader.tolerance import Array


class Gradients(Close):
    """Derivatives lie within the tolerance of the reference's."""

    kind: Literal["gradients"]

    def explain(self, got: Array, want: Array) -> str:  # type: ignore[override]
        """Name a wrong sign or a constant factor (a sum for a mean, a forgotten 2)."""
        factor = constant_factor(got, want)
        if factor is None:
            return ""
        return "; the sign is reversed" if np.isclose(factor, -1, rtol=1e-3) else f"; it is {factor:.4g} times the right one"


def constant_factor(got: Array, want: Array) -> float | None:
    """Return f with got = f * want to a part in a thousand, or None; f is never near 1 or 0."""
    g, w = got.astype(np.float64).ravel(), want.astype(np.float64).ravel()
    norm = float(w @ w)
    factor = float(g @ w) / norm if norm > 0 else np.nan
    if not np.isfinite(factor):
        return None
    is_multiple = float(np.linalg.norm(g - factor * w)) <= 1e-3 * abs(factor) * norm**0.5
    return factor if is_multiple and abs(factor - 1) > 1e-2 and abs(factor) > 1e-3 else None
