"""Which known mistake explains a submission's evidence, if any does.

Theory of operation. The mistakes of an assignment's folder were measured on the very inputs and seed of this attempt. For each
output that the reference answers, a submission and a mistake are two displacements from the right answer. Their distance,
divided by the longer of the two, is 0 when the mistake explains what the submission did and about 1 or more when it doesn't,
whatever the scale. The worst output speaks for the mistake: one that explains the weights and not the costs explains nothing.

What such a score is worth is measured, not set: `likelihood.json` holds how often each score comes up for the true mistake in
other hands, and for others. From the two follows the probability that a mistake is the cause, against the other mistakes and
against one that nobody has described. Two mistakes that leave the same evidence share it, and then nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import Field

from grader.evidence import Measured
from grader.strict import Model
from grader.tolerance import Array, fit

FILE = Path(__file__).with_name("likelihood.json")
SURE = 0.95
UNKNOWN = 0.5  # of failing submissions, the share whose mistake is none of the folder's
NOTICED = 1e-4  # a displacement smaller than this share of the answer is rounding
EDGES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.2, 0.5, 0.9)  # of the scores' bins

Evidence = Mapping[str, Measured]


class Likelihood(Model):
    """How often scores fall into each bin: for the true mistake as others make it, and for other mistakes."""

    own: list[int] = Field(min_length=len(EDGES) + 1, max_length=len(EDGES) + 1)
    other: list[int] = Field(min_length=len(EDGES) + 1, max_length=len(EDGES) + 1)
    measured: str = ""  # on what, in words

    def ratio(self, score: float) -> float:
        """Say how much likelier a score is for the true mistake than for another; no bin is impossible."""
        place = bin_of(score)
        own = (self.own[place] + 0.5) / (sum(self.own) + 0.5 * len(self.own))
        other = (self.other[place] + 0.5) / (sum(self.other) + 0.5 * len(self.other))
        return own / other


class Diagnosis(Model):
    """A known mistake that explains the evidence."""

    mistake: str
    about: str
    hint: str
    confidence: float


class Known(Model, arbitrary_types_allowed=True):
    """One mistake of the folder as it was measured on this attempt's inputs."""

    name: str
    about: str
    hint: str
    evidence: Mapping[str, Measured]


def diagnose(got: Evidence, right: Evidence, known: Sequence[Known], likelihood: Likelihood) -> Diagnosis | None:
    """Name the mistake that explains the evidence with a probability of SURE or more; None where none does."""
    chances = probabilities(got, right, known, likelihood)
    best = max(known, key=lambda k: chances.get(k.name, 0.0), default=None)
    if best is None or not best.hint or chances.get(best.name, 0.0) < SURE:
        return None
    return Diagnosis(mistake=best.name, about=best.about, hint=best.hint, confidence=round(chances[best.name], 4))


def probabilities(got: Evidence, right: Evidence, known: Sequence[Known], likelihood: Likelihood) -> dict[str, float]:
    """Give each mistake's probability of being the cause; together with the unknown ones they make 1."""
    scores = {k.name: s for k in known if (s := score(got, k.evidence, right)) is not None}
    if not scores:
        return {}
    weights = {name: (1 - UNKNOWN) / len(scores) * likelihood.ratio(s) for name, s in scores.items()}
    total = UNKNOWN + math.fsum(weights.values())
    return {name: w / total for name, w in weights.items()}


def score(got: Evidence, mistake: Evidence, right: Evidence) -> float | None:
    """Tell how badly a mistake explains the evidence, from 0; None where either shows nothing that is wrong."""
    worst, is_wrong, is_mistaken, is_there = 0.0, False, False, False
    for probe, answer in right.items():
        for output, want in answer.arrays.items():
            mine, theirs = (_displaced(e.get(probe), output, want) for e in (got, mistake))
            size = max(_length(mine), _length(theirs))
            is_there |= mine is not None
            is_wrong |= _length(mine) > NOTICED
            is_mistaken |= _length(theirs) > NOTICED
            if size > NOTICED:
                worst = max(worst, _apart(mine, theirs) / size)
    return worst if is_there and is_wrong and is_mistaken else None  # what left no numbers is not explained by numbers


def _displaced(measured: Measured | None, output: str, want: Array) -> Array | None:
    """Give an output's distance from the right answer, in units of the answer's length; None where there is none."""
    found = measured.arrays.get(output) if measured is not None and measured.is_ok else None
    got = None if found is None else fit(found, want.shape, "any")
    if got is None:
        return None
    with np.errstate(all="ignore"):
        apart = got.astype(np.float64) - want.astype(np.float64)
        length = float(np.linalg.norm(want.astype(np.float64)))
        return np.asarray(apart / (length if length > 0 else 1.0))


def _length(displaced: Array | None) -> float:
    length = math.inf if displaced is None else _norm(displaced)
    return length if math.isfinite(length) else 1.0


def _apart(one: Array | None, other: Array | None) -> float:
    """Take the distance of two displacements; two that are missing are alike, and two that are not finite."""
    if one is None or other is None:
        return 0.0 if one is other else 1.0
    are_finite = [math.isfinite(_norm(d)) for d in (one, other)]
    return _norm(one - other) if all(are_finite) else float(any(are_finite))


def _norm(displaced: Array) -> float:
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(displaced))


def bin_of(value: float) -> int:
    """Tell a score's bin."""
    return int(np.searchsorted(EDGES, value))


@lru_cache(maxsize=1)
def read_likelihood() -> Likelihood:
    """Read the measured likelihoods."""
    return Likelihood.model_validate_json(FILE.read_text(encoding="utf-8"))
