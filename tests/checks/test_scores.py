"""scores: separation first, then levels; a constant discriminator has the right mean and no separation."""

import numpy as np
import pytest

from grader.checks.scores import Scores, ordered_share
from tests.making import case, verdict

RNG = np.random.default_rng(0)
REAL, FAKE, NOISE = RNG.uniform(0.85, 1, 200), RNG.uniform(0, 0.15, 200), RNG.uniform(0, 0.1, 200)
FIELDS = {"real": "p.r", "fake": "p.f", "noise": "p.n", "separation": 0.9,
          "real_mean": {"low": 0.8, "high": 1.0, "because": "a made band"},
          "fake_mean": {"low": 0.0, "high": 0.2, "because": "a made band"}}


def judge(real=REAL, fake=FAKE, noise=NOISE):
    return verdict(Scores, case({"r": real, "f": fake, "n": noise}), **FIELDS)


def test_a_discriminator_that_tells_them_apart_passes():
    assert judge().verdict == "passed"


@pytest.mark.parametrize("value", [0.5, 0.0, 1.0])
def test_a_constant_discriminator_fails(value):
    assert "ranks a real image above" in judge(*[np.full(200, value)] * 3).because


def test_swapped_scores_fail():
    assert judge(FAKE, REAL).verdict == "failed"


@pytest.mark.parametrize("bad", [np.full(200, np.nan), REAL * 10, -REAL, np.zeros(0)])
def test_scores_that_are_no_probabilities_are_told(bad):
    assert "probabilities between 0 and 1" in judge(real=bad).because


def test_levels_outside_the_band_are_named():
    assert "mean D(real)" in judge(real=REAL * 0.5, fake=FAKE * 0.5, noise=NOISE * 0.5).because


def test_real_above_fake_but_not_above_noise_fails():
    assert "noise" in judge(noise=np.full(200, 0.99)).because


def test_ordered_share_counts_ties_half():
    assert ordered_share(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == pytest.approx(0.875)
