"""Comparing numbers with an allowed distance, written so that NaN can never pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from grader.strict import Model

Array = NDArray[Any]
Layout = Literal["exact", "loose", "any"]
FAR = 0.5  # of the least cost of thousands of right runs; halves of 2,000 to 4,000 XOR runs differ in it by 11 % at most


class Tolerance(Model):
    """An allowed distance, `err <= atol + rtol * |want|`, and why it is that large."""

    atol: float = Field(0.0, ge=0, allow_inf_nan=False)
    rtol: float = Field(0.0, ge=0, allow_inf_nan=False)
    because: str = Field(min_length=8)

    @model_validator(mode="after")
    def _some(self) -> Tolerance:
        if self.atol + self.rtol <= 0:
            msg = "give atol or rtol above 0: floating-point numbers never agree exactly"
            raise ValueError(msg)
        return self


class Band(Model):
    """A range seen over reference runs, and where it comes from."""

    low: float
    high: float
    because: str = Field(min_length=8)

    @model_validator(mode="after")
    def _ordered(self) -> Band:
        if not self.low <= self.high:
            msg = f"low ({self.low}) is above high ({self.high})"
            raise ValueError(msg)
        return self

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the band; NaN never does."""
        return self.low <= value <= self.high

    def is_too_good(self, value: float, far: float = FAR) -> bool:
        """Tell whether a cost is better than any right run's, but not so much that luck can't explain it."""
        return is_too_good(value, self.low, far)


def is_too_good(value: float, low: float, far: float = FAR) -> bool:
    """Tell whether a cost lies below the least of all right runs, down to the share `far` of it.

    That is no mistake by itself: it passes, and staff are told. What lies lower still, no right program reaches: it trained
    with another rate or for longer, or its numbers are made up.
    """
    return far * low <= value < low


@dataclass(frozen=True, slots=True)
class Comparison:
    """The worst place of a comparison: how far off, how far allowed, and where."""

    is_close: bool
    off: float
    allowed: float
    where: tuple[int, ...]

    @property
    def used(self) -> float:
        """The share of the allowed distance that was used; above 1 is too far."""
        if self.off == 0:
            return 0.0
        return self.off / self.allowed if self.allowed > 0 else float("inf")

    def sentence(self) -> str:
        """Say how far off and how far allowed, as `0.062 off, 0.050 allowed`."""
        if not np.isfinite(self.off):
            return "not a finite number"
        return f"{self.off:.3g} off, {self.allowed:.3g} allowed"


def compare(got: Array, want: Array, tolerance: Tolerance) -> Comparison:
    """Compare two arrays of one shape elementwise and report the worst element.

    Elements that are not finite count as infinitely far unless `want` is the same infinity.
    """
    got, want = got.astype(np.float64), want.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = tolerance.atol + tolerance.rtol * np.abs(np.where(np.isfinite(want), want, 0.0))
        off = np.where(got == want, 0.0, np.abs(got - want))
        off = np.where(np.isnan(off), np.inf, off)
        excess = np.where(np.isfinite(off), off - allowed, np.inf)
    if off.size == 0:
        return Comparison(True, 0.0, tolerance.atol, ())
    where = np.unravel_index(int(np.argmax(excess)), off.shape)
    is_close = bool(np.all((off <= allowed) & np.isfinite(off)))
    return Comparison(is_close, float(off[where]), float(np.broadcast_to(allowed, off.shape)[where]),
                      tuple(int(i) for i in where))


def fit(got: Array, shape: tuple[int, ...], layout: Layout) -> Array | None:
    """Bring an array into a shape without changing its meaning, or return None.

    `exact` allows nothing, `loose` adds or drops axes of length 1, `any` also transposes a matrix (nn.Linear
    keeps its weight as (out, in), the lecture as (in, out)).
    """
    if got.shape == shape:
        return got
    if layout == "exact":
        return None
    squeezed = tuple(n for n in shape if n != 1)
    if tuple(n for n in got.shape if n != 1) == squeezed:
        return got.reshape(shape)
    if layout == "any" and tuple(n for n in got.shape if n != 1) == squeezed[::-1]:
        return got.squeeze().T.reshape(shape)
    return None
