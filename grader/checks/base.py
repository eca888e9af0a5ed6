"""What every kind of check shares: its fields, what it is given to judge, how trials become one verdict."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from grader.evidence import Measured
from grader.strict import Model
from grader.tolerance import Array, Layout, fit
from grader.verdict import Outcome, Result, Trial, Verdict

Visibility = Literal["always", "after_due", "after_release", "staff"]


SAME = "every seed leaves the same numbers"


class NotJudged(Exception):
    """The evidence a check needs is not there or has a wrong form; the message is the verdict's `because`."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that one trial of a check may look at.

    `evidence` and `answers` hold what the probes left in the box and on the reference, `data` the arrays of the
    data sets (`published.x`), `source` the submission's text, `root` the assignment's folder.
    """

    evidence: Mapping[str, Measured]
    answers: Mapping[str, Measured] = field(default_factory=dict)
    data: Mapping[str, Array] = field(default_factory=dict)
    source: str = ""
    style: str = "function"
    seed: int = 0
    root: Path = Path()

    def got(self, ref: str) -> list[Array]:
        """Return the arrays of `probe.output`; raises NotJudged when the probe was not measured."""
        return _arrays(self.evidence, ref)

    def one(self, ref: str) -> Array:
        """Return the one array of `probe.output`."""
        return self.got(ref)[0]

    def number(self, ref: str) -> float:
        """Return `probe.output` as one number."""
        value = self.one(ref)
        if value.size != 1:
            msg = f"{ref}: shape is {value.shape}, expected one number"
            raise NotJudged(msg)
        return float(value.reshape(()))

    def pairs(self, ref: str, layout: Layout) -> list[tuple[str, Array, Array]]:
        """Pair each of the submission's arrays with the reference's, as (name, got, want), of one shape."""
        got, want = self.got(ref), _arrays(self.answers, ref)
        name = ref.partition(".")[2]
        if len(got) != len(want):
            msg = f"{name}: {len(got)} arrays, expected {len(want)}"
            raise NotJudged(msg)
        names = [name] if len(want) == 1 else [f"{name}[{i}]" for i in range(len(want))]
        return [(n, shaped(n, g, w.shape, layout), w) for n, g, w in zip(names, got, want, strict=True)]

    def array(self, ref: str) -> Array:
        """Return `@set.key` from the data, or `probe.output` from the evidence."""
        return self.data[ref[1:]] if ref.startswith("@") else self.one(ref)


def shaped(name: str, got: Array, shape: tuple[int, ...], layout: Layout) -> Array:
    """Bring an array into the expected shape; raises NotJudged with both shapes otherwise."""
    if got.size == 0 < math.prod(shape):
        raise NotJudged(f"{name}: nothing was found under the names the statement gives")
    fitted = fit(got, shape, layout)
    if fitted is None:
        msg = f"{name}: shape is {got.shape}, expected {shape}"
        raise NotJudged(msg)
    return fitted


def _arrays(evidence: Mapping[str, Measured], ref: str) -> list[Array]:
    probe, _, output = ref.partition(".")
    measured = evidence.get(probe, Measured("absent", "it was not measured"))
    if not measured.is_ok:
        place = f" ({measured.where})" if measured.where else ""
        raise NotJudged(measured.because + place)
    arrays = measured.get(output)
    if not arrays:
        msg = f"{output} was not handed back"
        raise NotJudged(msg)
    return arrays


class Check(Model, ABC):
    """One thing to judge, worth points. A kind is a subclass with its own fields and `outcome`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = Field(min_length=8)  # the one line a student reads
    points: float = Field(ge=0, allow_inf_nan=False)
    style: Literal["function", "script"] | None = None  # None: counts for every style
    needs: list[str] = []  # judged, and its probes run, only when these passed
    trials: int = Field(1, ge=1, le=20)  # further seeds are tried while the earlier ones fell outside
    hint: str = ""
    visibility: Visibility = "always"

    @abstractmethod
    def refs(self) -> list[str]:
        """List the `probe.output` and `@set.key` texts this check looks at."""

    def answered(self) -> list[str]:
        """List the refs whose answers on the reference this check needs; none by default."""
        return []

    @abstractmethod
    def outcome(self, case: Case) -> Outcome:
        """Judge one trial; may raise NotJudged."""

    def statistics(self, case: Case) -> dict[str, float]:  # noqa: ARG002 - those with bands look at it
        """Give by name the numbers whose spread over right runs makes this check's bands; none by default."""
        return {}

    def probes(self) -> list[str]:
        """Name the probes this check looks at."""
        return list(dict.fromkeys(r.partition(".")[0] for r in self.refs() if not r.startswith("@")))

    def judge(self, cases: Sequence[Case]) -> Verdict:
        """Judge all trials so far: the first that passes wins, else the first that failed speaks."""
        outcomes = [self._try(c) for c in cases]
        best = next((o for o in outcomes if o.is_passed), outcomes[0])
        trials = [Trial(seed=c.seed, is_passed=o.is_passed, margin=o.margin)
                  for c, o in zip(cases, outcomes, strict=True)]
        same = f"; {SAME}: use the seed you are given" if self._is_same(cases) else ""
        tried = f" (none of {len(outcomes)} seeds{same})" if len(outcomes) > 1 and not best.is_passed else ""
        result = Result.PASSED if best.is_passed else Result.FAILED
        return self._verdict(result, best.because + tried, best, trials)

    def _is_same(self, cases: Sequence[Case]) -> bool:
        """Tell whether several seeds left the very same numbers, as where a submission ignores the seed it is given."""
        refs = [r for r in self.refs() if not r.startswith("@")] if len(cases) > 1 else []
        try:
            first, *others = ([a for r in refs for a in case.got(r)] for case in cases)
        except NotJudged:
            return False
        return bool(refs) and all(len(first) == len(o) and all(map(np.array_equal, first, o)) for o in others)

    def skip(self, because: str) -> Verdict:
        """Make the verdict of a check that was not judged."""
        return self._verdict(Result.SKIPPED, because, Outcome(False, because), [])

    def _try(self, case: Case) -> Outcome:
        try:
            with np.errstate(all="ignore"):  # evidence may be NaN or huge: comparisons see it, warnings would not help
                return self.outcome(case)
        except NotJudged as e:
            return Outcome(False, str(e))

    def _verdict(self, result: Result, because: str, outcome: Outcome, trials: list[Trial]) -> Verdict:
        is_passed = result is Result.PASSED
        used = outcome.used if outcome.used is not None and math.isfinite(outcome.used) else None  # for JSON
        return Verdict(name=self.name, about=self.about, kind=getattr(self, "kind", ""), verdict=result,
                       because=because, points=self.points if is_passed else 0.0, max_points=self.points,
                       hint="" if is_passed else self.hint, margin=outcome.margin, used=used,
                       visibility=self.visibility, trials=trials, picture=outcome.picture,
                       flag=outcome.flag)
