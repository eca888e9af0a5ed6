"""Bands measured over many reference runs, and what they promise.

Theory of operation. A spec's `[calibration]` says how right programs train; `grader calibrate` trains them from many
seeds and writes calibration.json beside the spec. Where the spec says `"calibrated"` instead of a band, `fill` puts the measured
one there before the spec is checked, so that every other part of the service sees plain numbers.

A band reaches from the least to the greatest value seen. Nothing is assumed about how the values are distributed: with
n runs it holds, whatever the distribution, at least `coverage(n)` of all right runs with 95 % confidence (Wilks 1941); the
bands of several numbers of one check together hold less, by as much as Tukey (1947) says. Runs that got stuck, where the
spec names the check that tells (`settled`), count as lost and do not widen the bands.
Where right runs have a long tail that would let mistakes through, the spec says which share of them to `keep`: the band
then reaches from the least value up to where it holds so many, so that below a band always means better than any right run.
Such bands are made of every other run, and what they turn away is counted on the rest, which they have not seen.
Further trials make up for lost runs: `trials_for` says how many.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from grader.bounds import FALSE_REJECTIONS
from grader.errors import SpecError
from grader.strict import Model
from grader.syntax import parse
from grader.tolerance import Array

FILE = "calibration.json"
WORD = "calibrated"
BANDS = {"band": "cost", "real_mean": "real_mean", "fake_mean": "fake_mean", "distance": "distance", "pixel_std": "pixel_std",
         "classes": "classes"}  # keys of checks that may say so, and the statistic that makes the band
NOISE = 0.5  # of a tolerance, the share that rounding may use at most
AWAY = 1e9  # of a tolerance: turned away for another reason than a distance
OPEN = 1e300  # an end of a band that is still to be measured
QUANTILES = (0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999)
REFERENCE = Path(__file__).resolve().parent.parent / "reference"  # read as text, never imported here


class Training(Model):
    """One way in which right programs train: their start, and what their results are called in the evidence."""

    about: str = Field(min_length=8)
    start: Literal["normal", "linear", "glorot"]  # N(0, 1) for every number, or as torch.nn.Linear or Keras' Dense draws
    sizes: list[int] = Field(min_length=2)
    x: str
    y: str
    lr: float = Field(gt=0)
    steps: int = Field(ge=1)
    output: Literal["linear", "sigmoid", "softmax"] = "sigmoid"
    hidden: Literal["sigmoid", "relu"] = "sigmoid"
    optimizer: Literal["sgd", "adam"] = "sgd"
    columns_apart: bool = False  # one input: every column of x makes rows of its own, as a broadcast scalar weight has it
    seeds: int | None = Field(None, ge=100)  # fewer than the plan's, where a training is long
    leaves: dict[str, str]  # `probe.output` in the evidence: outputs, costs, weights, W1, b1, ...


class Gan(Model):
    """How right programs train a GAN, one run after the other, and what is asked of the networks."""

    about: str = Field(min_length=8)
    runs: int = Field(40, ge=20, le=100_000)
    images: str  # what is learned from, (M, 784)
    steps: int = Field(ge=1)
    batch: int = Field(ge=1)
    z: str  # noise to draw images from
    real: str  # digits no run was trained on
    noise: str  # images that are no digits
    leaves: dict[str, str]  # `probe.output` in the evidence: images, real, fake, noise (D's scores), d_costs, g_costs


class Plan(Model):
    """What `[calibration]` in a spec says."""

    seeds: int = Field(2000, ge=100, le=100_000)
    settled: str | None = None  # the check that tells runs that got stuck
    keep: float = Field(1.0, gt=0.5, le=1)  # the share of the other runs that a band is to hold
    training: list[Training] = []
    gan: list[Gan] = []

    @model_validator(mode="after")
    def _some(self) -> Plan:
        if not self.training and not self.gan:
            msg = "give at least one [[calibration.training]] or [[calibration.gan]]: how right programs train"
            raise ValueError(msg)
        return self

    @property
    def runs(self) -> int:
        """How many runs there are at most of one kind."""
        return max([g.runs for g in self.gan] + [t.seeds or self.seeds for t in self.training])


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


class Float(Model):
    """What rounding alone uses of a check's tolerance, and zeros; 1 is all that is allowed."""

    noise: float
    by: str  # the way of computing that used most
    zeros: float
    cases: int


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
    floats: dict[str, Float] = {}  # of checks that compare with the reference
    floats_digest: str = ""

    def because(self, name: str) -> str:
        """Say in a sentence where a check's bands come from."""
        judged = self.checks[name]
        how = "least to greatest of" if self.keep == 1 else f"the least {self.keep:.0%} of as many others as these"
        lost = f", {judged.lost} of them outside" if judged.lost else ""
        return (f"{how} {judged.runs} right runs{lost}: turns away at most {judged.bound:.2%} of right runs in one trial, "
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
    return any(p.get(key) == WORD for p in parts for key in (*BANDS, "trials")) or check.get("because") == WORD


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

    for key, statistic in BANDS.items():
        if check.get(key) == WORD:
            check[key] = {**band(statistic), "because": because}
    if check.get("because") == WORD:
        check["because"] = because
        if isinstance(bands := check.get("bands", []), list):
            check["bands"] = [b | band(str(b.get("step"))) if isinstance(b, dict) else b for b in bands]
    if isinstance(check.get("measures"), list):
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
    own = [Path(__file__).with_name("strokes.py")] if any(c.get("kind") == "samples" for c in checks) else []
    h = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode())
    for file in own:
        h.update(code_of(file.read_text(encoding="utf-8")))
    asked: dict[str, set[str]] = {}  # of each module of data, the functions that make it
    for made in table.get("data", {}).values():
        module, _, name = str(made.get("source", "")).partition(":")
        asked.setdefault(module, set()).add(name)
    whole = {"ensemble", table.get("reference", {}).get("module") or ""}
    for module in sorted({*whole, *asked} - {""}):
        file = REFERENCE / f"{module}.py"
        names = None if module in whole else asked[module]
        h.update(code_of(file.read_text(encoding="utf-8"), names) if file.exists() else b"")
    return h.hexdigest()


def floats_digest(table: Mapping[str, Any]) -> str:
    """Hash what the rounding of a spec's checks rests on: all checks, probes, data and the reference."""
    table = {**table, "check": [c | {"trials": WORD} for c in _checks(table)], "calibration": None}
    return digest(table)


def code_of(source: str, names: set[str] | None = None) -> bytes:
    """Give what a module does, without its comments and docstrings: no calibration ages by a better word.

    With names, only what these need of the module: a case drawn otherwise for one assignment ages no other's.
    """
    tree = parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    if names is not None:
        tree.body = _needed(tree.body, set(names))
    return ast.dump(tree).encode()


def _needed(body: list[ast.stmt], names: set[str]) -> list[ast.stmt]:
    """Keep the statements that make these names, and those that make what they use."""
    seen = -1
    while seen != len(names):
        seen = len(names)
        names |= {n.id for node in body if _made(node) & names for n in ast.walk(node) if isinstance(n, ast.Name)}
    return [node for node in body if _made(node) & names]


def _made(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(a.asname or a.name).partition(".")[0] for a in node.names}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


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
    """Summarize one number over the right runs, from the least up to where the share `keep` is held.  values: (n,), finite."""
    told = {f"{q:g}": float(np.quantile(values, q)) for q in QUANTILES}
    ordered = np.sort(values)
    held = math.ceil(keep * ordered.size)
    return Statistic(low=float(ordered[0]), high=float(ordered[held - 1]), runs=int(values.size), quantiles=told)


def chance_of_loss(judged: Sequence[Judged]) -> float:
    """Bound the share of right submissions that lose a mark by chance, with the trials calibrated."""
    return min(1.0, math.fsum(j.bound ** j.trials for j in judged))
