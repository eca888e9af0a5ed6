"""Bands measured over many reference runs, and what they promise.

Theory of operation. A spec's `[calibration]` says how right programs train; `grader calibrate` trains them from many
seeds and writes calibration.json beside the spec. Where the spec says `"calibrated"` instead of a band, `fill` puts the measured
one there before the spec is checked, so that every other part of the service sees plain numbers.

A band reaches from the least to the greatest value seen. Nothing is assumed about how the values are distributed: with
n runs it holds, whatever the distribution, at least `coverage(n)` of all right runs with 95 % confidence (Wilks 1941).
Runs that got stuck, where the spec names the check that tells (`settled`), count as lost and do not widen the bands.
Where right runs have a long tail that would let mistakes through, the spec says which share of them to `keep`: the band
is then the shortest that holds so many. It was chosen by looking at the runs, so what it loses is bounded for all ranges
at once (Dvoretzky, Kiefer, Wolfowitz; Massart 1990). Further trials make up for lost runs: `trials_for` says how many.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from grader.errors import SpecError
from grader.strict import Model
from grader.tolerance import Array

FILE = "calibration.json"
WORD = "calibrated"
CONFIDENCE = 0.95
FALSE_REJECTIONS = 1e-3  # of right submissions, over all checks and trials together
MOST_TRIALS = 20
OPEN = 1e300  # an end of a band that is still to be measured
QUANTILES = (0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999)
REFERENCE = Path(__file__).resolve().parent.parent / "reference"  # read as text, never imported here


class Training(Model):
    """One way in which right programs train: their start, and what their results are called in the evidence."""

    about: str = Field(min_length=8)
    start: Literal["normal", "linear"]  # N(0, 1) for every number, or as torch.nn.Linear draws
    sizes: list[int] = Field(min_length=2)
    x: str
    y: str
    lr: float = Field(gt=0)
    steps: int = Field(ge=1)
    output: Literal["linear", "sigmoid", "softmax"] = "sigmoid"
    hidden: Literal["sigmoid", "relu"] = "sigmoid"
    optimizer: Literal["sgd", "adam"] = "sgd"
    leaves: dict[str, str]  # `probe.output` in the evidence: outputs, costs, weights, W1, b1, ...


class Plan(Model):
    """What `[calibration]` in a spec says."""

    seeds: int = Field(2000, ge=100, le=100_000)
    settled: str | None = None  # the check that tells runs that got stuck
    keep: float = Field(1.0, gt=0.5, le=1)  # the share of the other runs that a band is to hold
    training: list[Training] = Field(min_length=1)


class Statistic(Model):
    """The spread of one number over right runs."""

    low: float
    high: float
    runs: int
    quantiles: dict[str, float]


class Judged(Model):
    """What calibration found about one check."""

    statistics: dict[str, Statistic]
    lost: int  # runs that the check turns away in one trial
    runs: int
    bound: float  # the share of right runs that it turns away in one trial is at most this, with the confidence below
    trials: int  # needed for few enough false rejections


class Calibration(Model):
    """The content of calibration.json."""

    digest: str
    seeds: int
    torch: str
    device: str
    seconds: float
    keep: float
    confidence: float
    checks: dict[str, Judged]

    def because(self, name: str) -> str:
        """Say in a sentence where a check's bands come from."""
        judged = self.checks[name]
        how = "least to greatest" if self.keep == 1 else f"the shortest range that holds {self.keep:.0%}"
        lost = f", {judged.lost} of them outside" if judged.lost else ""
        return (f"{how} of {judged.runs} right runs{lost}: turns away at most {judged.bound:.2%} of right runs in one trial, "
                f"with {self.confidence:.0%} confidence whatever their distribution")


def read(folder: Path) -> Calibration | None:
    """Read an assignment's calibration, None where it has none; raises SpecError where the file is damaged."""
    file = folder / FILE
    if not file.exists():
        return None
    try:
        return Calibration.model_validate_json(file.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as e:
        raise SpecError(f"{folder.name}/{FILE}", [f"this file is damaged; run: grader calibrate {folder.name}"]) from e


def is_wanted(table: Mapping[str, Any]) -> list[str]:
    """Name the checks that leave a band to calibration."""
    return [c.get("name", "?") for c in _checks(table) if _asks(c)]


def _checks(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the checks of a table that nobody has looked at yet."""
    found = table.get("check")
    return [c for c in found if isinstance(c, dict)] if isinstance(found, list) else []


def _asks(check: Mapping[str, Any]) -> bool:
    lists = [check[key] for key in ("measures", "bands") if isinstance(check.get(key), list)]
    parts = [check, *(p for part in lists for p in part if isinstance(p, dict))]
    return any(p.get("band") == WORD or p.get("trials") == WORD for p in parts) or check.get("because") == WORD


def fill(table: dict[str, Any], calibration: Calibration | None) -> dict[str, Any]:
    """Put measured bands and trials where the spec says so; without a calibration, bands that hold everything."""
    if not is_wanted(table):
        return table
    return {**table, "check": [_filled(dict(c), calibration) if isinstance(c, dict) and _asks(c) else c
                               for c in table["check"]]}


def _filled(check: dict[str, Any], calibration: Calibration | None) -> dict[str, Any]:
    name = check.get("name", "")
    judged = calibration.checks.get(name) if calibration else None
    because = calibration.because(name) if calibration and judged else "not calibrated yet"

    def band(statistic: str) -> dict[str, float]:
        found = judged.statistics.get(statistic) if judged else None
        return {"low": found.low, "high": found.high} if found else {"low": -OPEN, "high": OPEN}

    if check.get("band") == WORD:
        check["band"] = {**band("cost"), "because": because}
    if check.get("because") == WORD:
        check["because"] = because
        check["bands"] = [b | band(str(b.get("step"))) if isinstance(b, dict) else b for b in check.get("bands", [])]
    if "measures" in check:
        check["measures"] = [m | {"band": {**band(m.get("called") or m.get("statistic", "")), "because": because}}
                             if isinstance(m, dict) and m.get("band") == WORD else m for m in check["measures"]]
    if check.get("trials") == WORD:
        check["trials"] = judged.trials if judged else 1
    return check


def digest(table: Mapping[str, Any]) -> str:
    """Hash all that a calibration rests on: how runs train, what is measured and judged, data, and the reference."""
    checks = [{k: v for k, v in c.items() if k not in {"hint", "points", "about", "visibility"}}
              for c in _checks(table) if _asks(c)]
    parts = {"checks": checks, **{k: table.get(k) for k in ("calibration", "probe", "data", "reference")}}
    h = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode())
    sources = [str(d.get("source", "")).partition(":")[0] for d in table.get("data", {}).values()]
    for module in sorted({"ensemble", table.get("reference", {}).get("module") or "", *sources} - {""}):
        file = REFERENCE / f"{module}.py"
        h.update(file.read_bytes() if file.exists() else b"")
    return h.hexdigest()


def problems(table: Mapping[str, Any], folder: Path, calibration: Calibration | None) -> list[str]:
    """Say where a spec and its calibration don't fit together; a stale one is not a problem here but of the proof."""
    wanted, remedy = is_wanted(table), f"run: grader calibrate {folder.name}"
    if not wanted:
        return []
    if not table.get("calibration"):
        return [f'check {wanted[0]}: "{WORD}" needs a [calibration] table that says how right programs train']
    if calibration is None:
        return [f'check {wanted[0]}: "{WORD}", but there is no {FILE}; {remedy}']
    told = [f"check {n}: {FILE} does not have it; {remedy}" for n in wanted if n not in calibration.checks]
    return told + [f"check {c['name']}: trials = {given}, but {FILE} says that {needed.trials} are needed for at most 1 false "
                   f"rejection in {1 / FALSE_REJECTIONS:g}" for c in _checks(table)
                   if (needed := calibration.checks.get(c.get("name", ""))) is not None
                   and isinstance(given := c.get("trials", 1), int) and given < needed.trials]


def summarize(values: Array, keep: float = 1.0) -> Statistic:
    """Summarize one number over the right runs, with the shortest range that holds the share `keep`.  values: (n,), finite."""
    told = {f"{q:g}": float(np.quantile(values, q)) for q in QUANTILES}
    ordered = np.sort(values)
    held = math.ceil(keep * ordered.size)
    first = int(np.argmin(ordered[held - 1:] - ordered[:ordered.size - held + 1]))
    return Statistic(low=float(ordered[first]), high=float(ordered[first + held - 1]), runs=int(values.size), quantiles=told)


def bound(lost: int, runs: int, keep: float = 1.0, confidence: float = CONFIDENCE) -> float:
    """Bound the share of right runs that a check turns away in one trial, after `lost` of `runs`."""
    if keep == 1:
        return min(1.0, upper_share(lost, runs, confidence) + 1 - coverage(max(2, runs - lost), confidence=confidence))
    stray = 2 * math.sqrt(math.log(2 / (1 - confidence)) / (2 * runs))  # of both ends, over all ranges at once
    return min(1.0, lost / runs + stray)


def coverage(runs: int, outside: int = 2, confidence: float = CONFIDENCE) -> float:
    """Give the share of a distribution that lies between order statistics, with `outside` intervals beyond them.

    Least to greatest leaves 2.  The coverage has the distribution Beta(runs + 1 - outside, outside), whatever the values'.
    Source: Wilks 1941; David and Nagaraja 2003, section 7.3.
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        is_held = at_most(outside - 1, runs, 1 - middle) <= 1 - confidence
        low, high = (middle, high) if is_held else (low, middle)
    return low


def at_most(successes: int, n: int, p: float) -> float:
    """Give the probability of at most so many successes in n tries of probability p."""
    if p <= 0 or successes >= n:
        return 1.0
    if p >= 1:
        return 0.0
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
            for k in range(successes + 1)]
    return min(1.0, math.fsum(math.exp(x) for x in logs))


def upper_share(found: int, n: int, confidence: float = CONFIDENCE) -> float:
    """Bound a share from above after `found` of `n`.  Source: Clopper and Pearson 1934."""
    if found >= n:
        return 1.0
    low, high = found / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(found, n, middle) > 1 - confidence else (low, middle)
    return high


def trials_for(bound: float, checks: int, rate: float = FALSE_REJECTIONS) -> int:
    """Say how many trials a check needs so that all `checks` together turn away at most `rate` of right submissions.

    bound: the share that one trial turns away at most.
    """
    if bound >= 1:
        return MOST_TRIALS
    return max(1, min(MOST_TRIALS, math.ceil(math.log(rate / checks) / math.log(bound))))


def chance_of_loss(judged: Sequence[Judged]) -> float:
    """Bound the share of right submissions that lose a mark by chance, with the trials calibrated."""
    return min(1.0, math.fsum(j.bound ** j.trials for j in judged))
