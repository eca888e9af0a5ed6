"""learns: a statistic of a stochastic run lies in the band seen over reference runs."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

import numpy as np
from pydantic import Field

from grader.checks.base import SAME, Case, Check, NotJudged
from grader.strict import Model
from grader.tolerance import Array, Band
from grader.verdict import Outcome

StatisticName = Literal["value", "first", "last", "mean", "std", "min", "max", "sum", "norm", "size", "drop",
                        "late_decay", "spread", "reach"]


def late_decay(a: Array) -> float:
    """Mean factor per step by which the last tenth of a curve shrinks."""
    tail = a[-max(2, a.size // 10):]
    return float((tail[-1] / tail[0]) ** (1 / (tail.size - 1)))


def spread(a: Array) -> float:
    """Mean over places of the deviation from row to row, as between what one function made from several seeds."""
    return float(np.mean(np.std(a, axis=0, ddof=1)))


STATISTICS: MappingProxyType[str, Callable[[Array], float]] = MappingProxyType({
    "value": float,
    "first": lambda a: float(a[0]), "last": lambda a: float(a[-1]),
    "mean": lambda a: float(np.mean(a)), "std": lambda a: float(np.std(a)),
    "min": lambda a: float(np.min(a)), "max": lambda a: float(np.max(a)),
    "sum": lambda a: float(np.sum(a)), "norm": lambda a: float(np.linalg.norm(a)),
    "size": lambda a: float(a.size), "drop": lambda a: float(a[-1] / a[0]), "late_decay": late_decay, "spread": spread,
    "reach": lambda a: float(np.max(np.abs(a)))})


class Measure(Model):
    """One statistic and its band. `of` may be a list output: its arrays are joined, or `part` picks one of them."""

    of: str
    statistic: StatisticName
    band: Band
    part: int | None = None
    minus: str | None = None  # an output of the same shapes, taken off first
    called: str = ""  # the statistic in the student's words
    where_given: bool = False  # nothing to judge where an optional output was left empty

    @property
    def what(self) -> str:
        """Name the statistic for a student."""
        output = self.of.partition(".")[2] + ("" if self.part is None else f"[{self.part}]")
        return self.called or (output if self.statistic == "value" else f"{self.statistic} of {output}")

    def is_empty(self, case: Case) -> bool:
        """Tell whether the output has no numbers at all."""
        return all(a.size == 0 for a in case.got(self.of))

    def value(self, case: Case) -> float:
        """Compute the statistic; raises NotJudged when it cannot be."""
        chosen = self._chosen(case, self.of)
        if self.minus is not None:
            others = self._chosen(case, self.minus)
            if [a.shape for a in chosen] != [a.shape for a in others]:
                raise NotJudged(f"{self.of} and {self.minus} have different shapes")
            chosen = [a - other for a, other in zip(chosen, others, strict=True)]
        try:
            with np.errstate(all="ignore"):
                return STATISTICS[self.statistic](joined(chosen, self.statistic))
        except (ValueError, IndexError, TypeError, ZeroDivisionError) as e:
            size = sum(a.size for a in chosen)
            raise NotJudged(f"{self.of} has {size} numbers, too few or too many for its {self.statistic}") from e

    def _chosen(self, case: Case, ref: str) -> list[Array]:
        arrays = [a.astype(np.float64) for a in case.got(ref)]
        if self.part is None:
            return arrays
        if not -len(arrays) <= self.part < len(arrays):
            needed = self.part + 1 if self.part >= 0 else -self.part
            raise NotJudged(f"{ref} has {len(arrays)} arrays, expected at least {needed}")
        return [arrays[self.part]]


def joined(arrays: list[Array], statistic: StatisticName) -> Array:
    """Join arrays into one list of numbers; for `spread` row by row, for `value` into the one number there is."""
    if statistic == "spread":
        return np.concatenate([a.reshape(len(a), -1) for a in arrays], axis=1)
    flat = np.concatenate([a.ravel() for a in arrays])
    return flat.reshape(()) if statistic == "value" else flat


class Learns(Check):
    """Each statistic lies in its band."""

    kind: Literal["learns"]

    measures: list[Measure] = Field(min_length=1)

    def refs(self) -> list[str]:
        """Name the outputs looked at."""
        return [ref for m in self.measures for ref in (m.of, m.minus) if ref is not None]

    def statistics(self, case: Case) -> dict[str, float]:
        """Give every measure's statistic."""
        return {m.called or m.statistic: m.value(case) for m in self.measures if not (m.where_given and m.is_empty(case))}

    def outcome(self, case: Case) -> Outcome:
        """Compare every statistic with its band; the first outside speaks."""
        told = [(m, m.value(case)) for m in self.measures if not (m.where_given and m.is_empty(case))]
        if not told:
            return Outcome(True, "nothing to judge")
        outside = [(m, v) for m, v in told if not m.band.holds(v)]
        m, v = (outside or told)[0]
        low, high = f"{m.band.low:.4g}", f"{m.band.high:.4g}"
        margin = f"{v:.4g} in {low} .. {high}"
        if outside and m.statistic == "spread" and v == 0:
            return Outcome(False, f"{SAME}, so the seed is not used", margin)
        if outside and low == high:
            return Outcome(False, f"{m.what} is {v:.4g}, expected {low}", margin)
        if outside:
            return Outcome(False, f"{m.what} is {v:.4g}; right programs lie between {low} and {high}", margin)
        return Outcome(True, f"{m.what} is {v:.4g}, inside the band of right programs", margin)
