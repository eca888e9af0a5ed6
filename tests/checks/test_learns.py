"""learns: statistics inside bands, over trials."""

import numpy as np
import pytest

from grader.checks.learns import Learns
from tests.making import case, check, verdict

BAND = {"low": 0.0, "high": 0.1, "because": "a made band"}
LAST = {"measures": [{"of": "p.costs", "statistic": "last", "band": BAND}]}


def judge(got, **more):
    return verdict(Learns, case({"costs": got}), **(LAST | more))


def test_a_statistic_inside_its_band_passes():
    found = judge([1.0, 0.5, 0.05])
    assert found.verdict == "passed"
    assert "in 0 .. 0.1" in found.margin


@pytest.mark.parametrize("got", [[1.0, 0.5], [1.0, np.nan], [1.0, -0.5], [1.0, np.inf]])
def test_outside_and_nan_fail(got):
    assert judge(got).verdict == "failed"


def test_the_first_trial_that_passes_wins_and_all_are_kept():
    stuck, solved = (case({"costs": [1.0, v]}, seed=s) for v, s in ((0.35, 1), (0.01, 2)))
    it = check(Learns, trials=3, **LAST)
    assert it.judge([stuck]).verdict == "failed"
    both = it.judge([stuck, solved])
    assert both.verdict == "passed"
    assert [(t.seed, t.is_passed) for t in both.trials] == [(1, False), (2, True)]


def test_all_trials_failing_says_how_many_seeds_were_tried():
    stuck = [case({"costs": [1.0, 0.35]}, seed=s) for s in (1, 2, 3)]
    assert "none of 3 seeds" in check(Learns, trials=3, **LAST).judge(stuck).because


def test_the_same_numbers_from_every_seed_are_told():
    same = [case({"costs": [1.0, 0.35]}, seed=s) for s in (1, 2)]
    other = case({"costs": [1.0, 0.36]}, seed=3)
    it = check(Learns, trials=3, **LAST)
    assert "every seed leaves the same numbers: use the seed you are given" in it.judge(same).because
    assert "same numbers" not in it.judge([*same, other]).because
    assert "same numbers" not in it.judge(same[:1]).because


def test_draws_that_ignore_their_seed_are_told():
    band = {"low": 0.5, "high": 1.5, "because": "1 for N(0, 1)"}
    fields = {"measures": [{"of": "p.w", "statistic": "spread", "band": band}]}
    told = verdict(Learns, case({"w": ([[1.0, 2.0], [1.0, 2.0]],)}), **fields)
    assert told.because == "every seed leaves the same numbers, so the seed is not used"


@pytest.mark.parametrize(("statistic", "value"), [("first", 4.0), ("last", 1.0), ("mean", 7 / 3), ("max", 4.0), ("min", 1.0),
                                                  ("sum", 7.0), ("drop", 0.25), ("norm", 21**0.5), ("size", 3.0)])
def test_each_statistic_is_what_its_name_says(statistic, value):
    near = {"low": value - 1e-9, "high": value + 1e-9, "because": "the exact value"}
    fields = {"measures": [{"of": "p.costs", "statistic": statistic, "band": near}]}
    assert judge([4.0, 2.0, 1.0], **fields).verdict == "passed"


@pytest.mark.parametrize(("got", "told"), [([0.1, -2.5, 1.0], "passed"), ([0.1, -1.7, 1.7], "failed"), ([np.nan, 2.0], "failed")])
def test_reach_is_the_size_of_the_largest_number(got, told):
    wide = {"low": 1.74, "high": 6, "because": "N(0, 1) reaches further than a uniform distribution"}
    assert judge(got, measures=[{"of": "p.costs", "statistic": "reach", "band": wide}]).verdict == told


def test_late_decay_is_the_factor_per_step():
    near = {"low": 0.9 - 1e-9, "high": 0.9 + 1e-9, "because": "the exact value"}
    fields = {"measures": [{"of": "p.costs", "statistic": "late_decay", "band": near}]}
    assert judge(0.9 ** np.arange(100), **fields).verdict == "passed"


@pytest.mark.parametrize("got", [1.0, [1.0], [], [[1.0]], [[[1.0], [2.0]]]])
@pytest.mark.parametrize("statistic", ["value", "first", "last", "min", "max", "drop", "late_decay", "spread", "reach", "mean",
                                       "std"])
def test_too_few_or_too_many_numbers_are_told_and_never_a_fault_of_ours(got, statistic):
    nowhere = {"low": 5, "high": 6, "because": "nothing lies there"}
    found = judge(got, measures=[{"of": "p.costs", "statistic": statistic, "band": nowhere}])
    assert found.verdict == "failed"


@pytest.mark.parametrize(("part", "needed"), [(2, 3), (5, 6), (-3, 3)])
def test_a_part_that_is_not_there_is_told(part, needed):
    fields = {"measures": [{"of": "p.w", "statistic": "mean", "part": part, "band": BAND}]}
    found = verdict(Learns, case({"w": ([1.0], [2.0])}), **fields)
    assert found.because == f"p.w has 2 arrays, expected at least {needed}"


def test_zeros_are_outside_a_band_above_zero():
    above = {"low": 0.01, "high": 0.1, "because": "a made band"}
    for statistic in ("last", "mean", "std", "norm", "drop", "late_decay"):
        fields = {"measures": [{"of": "p.costs", "statistic": statistic, "band": above}]}
        assert judge(np.zeros(30), **fields).verdict == "failed"
