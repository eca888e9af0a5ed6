"""Axes of a cost curve: scales, ticks and the numbers beside them, for the picture and for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BEYOND = 1e300  # what lies beyond cannot be subtracted without overflow
NARROW = 0.02  # in decades: a flat curve still gets an axis with some room


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of values on an axis; on a logarithmic one `low` and `high` are decades."""

    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """Say where a value lies between low (0) and high (1); beyond the ends it is held at the end."""
        if self.is_log and value <= 0:
            return 0.0
        at = math.log10(value) if self.is_log else value
        return min(1.0, max(0.0, (at - self.low) / (self.high - self.low)))

    def ticks(self, count: int) -> list[float]:
        """Choose about `count` round values on the axis."""
        if not self.is_log:
            return _round_steps(self.low, self.high, count)
        decades = self.high - self.low
        if decades < 1:
            return _round_steps(10**self.low, 10**self.high, count)
        every = math.ceil(decades / count)
        factors = (1, 2, 5) if decades < 1.7 else (1, 3) if decades < 2.5 else (1,)
        first, last = max(-300, math.floor(self.low)), min(300, math.floor(self.high))
        exponents = [e for e in range(first, last + 1) if e % every == 0]
        values = [f * 10.0**e for e in exponents for f in factors]
        return [v for v in values if self.low <= math.log10(v) <= self.high]


def _round_steps(low: float, high: float, count: int) -> list[float]:
    rough = (high - low) / count
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(f * unit for f in (1, 2, 5, 10) if f * unit >= rough * 0.999)
    return [round(k * step, 12) if step > 1e-9 else k * step
            for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def label(value: float) -> str:
    """Write a number as short as an axis needs it: 0.0048, 20000, 1e-5."""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e4:
        return f"{value:.4g}"
    if 1e4 <= size < 1e6:
        return f"{value:.0f}"
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def is_number(value: object) -> bool:
    """Tell whether a value can be drawn: a finite number that is not absurdly large."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= BEYOND


def items(raw: object) -> Sequence[Any]:
    """Read a list; anything else counts as an empty one."""
    return raw if isinstance(raw, list | tuple) else []


def numbers(raw: object) -> list[float]:
    """Read a list of numbers; what cannot be drawn is left out."""
    return [float(v) for v in items(raw) if is_number(v)]


def points(raw: object) -> list[tuple[float, float]]:
    """Read a list of (step, value); points that cannot be drawn are left out."""
    return [(float(p[0]), float(p[1])) for p in items(raw) if len(numbers(p)) == 2 == len(p)]


@dataclass(frozen=True, slots=True)
class Curves:
    """What a cost curve's picture shows: the student's, the reference's or bands (step, low, high), and two axes."""

    got: list[tuple[float, float]]
    want: list[tuple[float, float]]
    bands: list[tuple[float, float, float]]
    x: Scale
    y: Scale


def read_curves(picture: Mapping[str, Any]) -> Curves | None:
    """Read the picture a curve check leaves; None when there is nothing to draw."""
    got, want = points(picture.get("got")), points(picture.get("want"))
    told = [numbers([b.get(k) for k in ("step", "low", "high")]) for b in items(picture.get("bands"))
            if isinstance(b, Mapping)]
    bands = [(b[0], b[1], b[2]) for b in told if len(b) == 3]
    if not got and not want:
        return None
    steps = [p[0] for p in (*got, *want)] + [b[0] for b in bands]
    return Curves(got, want, bands, Scale(0.0, max(1.0, *steps)), cost_axis([p[1] for p in (*got, *want)], bands))


def cost_axis(costs: list[float], bands: Iterable[tuple[float, float, float]] = ()) -> Scale:
    """Choose a logarithmic axis, unless a cost is negative; a cost of 0 stands a decade below the others."""
    edges = [v for _, low, high in bands for v in (low, high)]
    if min(costs) < 0 or max([*costs, *edges]) <= 0:
        low, high = min([*costs, *edges]), max([*costs, *edges])
        room = 0.05 * (high - low) or max(1.0, abs(high)) * 0.05
        return Scale(low - room, high + room)
    decades = [math.log10(v) for v in (*costs, *edges) if v > 0]
    low, high = min(decades) - (0 in costs), max(decades)
    room = max(NARROW, 0.04 * (high - low))
    return Scale(low - room, high + room, is_log=True)
