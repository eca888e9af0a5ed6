"""Small made things that tests judge and measure: evidence, cases, checks, specs and rounds of probes."""

from __future__ import annotations

import numpy as np

from grader.checks.base import Case
from grader.evidence import Measured
from grader.spec import Spec
from worker.inside.load import run_units
from worker.inside.measure import measure
from worker.inside.turn import Round, Subject

CLOSE = {"atol": 1e-5, "because": "float32 sums differ by parts in 1e7"}
BASE = {"name": "it", "about": "something is right", "points": 2, "hint": "think again"}


def measured(**arrays):
    """Evidence of one probe; a list of arrays becomes `name.0`, `name.1`, ..."""
    flat = {}
    for name, value in arrays.items():
        parts = {f"{name}.{i}": v for i, v in enumerate(value)} if isinstance(value, tuple) else {name: value}
        flat |= {key: np.asarray(v) for key, v in parts.items()}
    return Measured("ok", arrays=flat)


def case(got=None, want=None, data=None, **more):
    """One trial: what the probe `p` left in the box and on the reference, and data by `set.key`."""
    evidence = got if isinstance(got, Measured) else measured(**(got or {}))
    answers = {"p": measured(**want)} if want else {}
    arrays = {name: np.asarray(value) for name, value in (data or {}).items()}
    return Case({"p": evidence, **more.pop("others", {})}, answers, arrays, **more)


def check(kind, **fields):
    """A check of this kind, with what every check needs."""
    name = kind.model_fields["kind"].annotation.__args__[0]
    return kind.model_validate(BASE | {"kind": name} | fields)


def verdict(kind, trial, **fields):
    """Judge one trial by a check of this kind."""
    return check(kind, **fields).judge([trial])


def spec(**changes):
    """A small sound spec: one function, one probe, one check."""
    table = {
        "title": "Doubling", "reference": {"module": "linear_regression"},
        "function": [{"name": "double", "signature": "double(x)", "returns": ["y"]}],
        "data": {"published": {"arrays": {"x": [[1.0], [2.0], [3.0]]}}},
        "probe": [{"name": "doubled", "call": "double", "args": {"x": "@published.x"}}],
        "check": [BASE | {"name": "right", "kind": "values", "of": ["doubled.y"], "tolerance": CLOSE}],
    }
    return Spec.model_validate({k: v for k, v in (table | changes).items() if v is not None})


def turn(source, inputs=None, *, as_tensor=False, seed=1, shift=0, script=False):
    """A round of probes on a submission's source; a script is run by its own probes."""
    units = [["submission.py", source]]
    names = {} if script else run_units(units, "submission")
    arrays = {name: np.asarray(value) for name, value in (inputs or {}).items()}
    return Round(Subject(names, units, as_tensor), arrays, seed, shift=shift)


def told(of_round, *probes):
    """Measure probes: each one's status, what it says, and its arrays."""
    return [(h["status"], h.get("because", ""), arrays) for h, arrays in measure(of_round, list(probes))]
