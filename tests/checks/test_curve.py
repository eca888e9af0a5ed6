"""curve: the cost falls as the reference's, however a right program records it; NaN and zeros never do."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from grader.checks.curve import POINTS, Curve, curve_picture
from tests.making import case, check, verdict

COSTS = 3 * 0.9 ** np.arange(20)
NEAR = {"atol": 1e-6, "rtol": 1e-3, "because": "one percent a step"}
BANDS = {"bands": [{"step": 0, "low": 2.9, "high": 3.1}, {"step": 10, "low": 0.9, "high": 1.2}],
         "because": "seen over many seeds"}


def judge(got, **fields):
    return verdict(Curve, case({"costs": got}, {"costs": COSTS}), of="p.costs", **(fields or {"tolerance": NEAR}))


def twice(before, after):
    return np.stack([before, after], axis=1).ravel()


@pytest.mark.parametrize("got", [
    COSTS, COSTS[:, None], COSTS[None], COSTS[1:], COSTS[:-1], np.append(COSTS, COSTS[-1] * 0.9),
    twice(COSTS, COSTS * 7), twice(COSTS * 7, COSTS), COSTS.astype("f4")])
def test_a_curve_recorded_in_any_right_way_passes(got):
    assert judge(got).verdict == "passed"


@pytest.mark.parametrize(("got", "because"), [
    (0 * COSTS, "cost at step "), (np.full(20, 0.7), "cost at step "), (COSTS / 2, "cost at step "),
    (COSTS[::-1], "cost at step "), (COSTS * 20, "cost at step "), (3 * 0.8 ** np.arange(20), "cost at step "),
    (COSTS * np.nan, "the cost at step 0 is not a finite number"),
    (np.where(COSTS < 1, np.nan, COSTS), "the cost at step 11 is not a finite number"),
    (twice(COSTS, COSTS * np.nan), "the cost at step 1 is not a finite number"),
    (np.append(COSTS, np.inf), "the cost at step 20 is not a finite number"),
    (COSTS[:10], "10 costs, expected 20"), (np.tile(COSTS, 3), "60 costs, expected 20"),
    (COSTS[:1], "the cost curve has 1 entries; hand back the cost of every step"),
    ([], "the cost curve has 0 entries; hand back the cost of every step"),
    (2.0, "the cost curve has 1 entries; hand back the cost of every step")])
def test_other_curves_fail(got, because):
    told = judge(got)
    assert told.verdict == "failed"
    assert because in told.because


@pytest.mark.parametrize("got", [COSTS, COSTS * 1.02, COSTS[:12]])
def test_a_curve_inside_its_bands_passes(got):
    assert judge(got, **BANDS).because == "inside the band at 2 of 2 steps"


@pytest.mark.parametrize(("got", "because"), [
    (0 * COSTS, "cost at step 0 is 0; right programs lie between 2.9 and 3.1"),
    (np.full(20, 3.0), "cost at step 10 is 3; right programs lie between 0.9 and 1.2"),
    (COSTS * np.nan, "the cost at step 0 is not a finite number"),
    (np.where(np.arange(20) > 12, np.nan, COSTS), "the cost at step 13 is not a finite number"),
    (COSTS[:6], "the curve ends after 6 steps; step 10 is missing")])
def test_a_curve_outside_its_bands_fails(got, because):
    assert judge(got, **BANDS).because == because


def test_a_curve_of_two_entries_a_step_is_read_at_every_other_one():
    both = twice(COSTS, np.full(20, 9.0))
    assert judge(both, **BANDS).verdict == "failed"
    assert judge(both, steps=20, **BANDS).verdict == "passed"


def test_a_picture_keeps_few_points_all_of_them_numbers():
    picture = curve_picture(np.where(np.arange(100_000) % 7 == 0, np.nan, 1.0), np.ones(5))
    assert len(picture["got"]) <= POINTS + 1
    assert np.all(np.isfinite(picture["got"]))
    assert picture["want"] == [[i, 1.0] for i in range(5)]
    assert judge(COSTS * np.nan).picture["got"] == []


@pytest.mark.parametrize("wrong", [{}, {"tolerance": NEAR} | BANDS, {"bands": BANDS["bands"]},
                                   {"bands": [{"step": -1, "low": 0, "high": 1}], "because": "seen over many seeds"}])
def test_a_check_needs_a_tolerance_or_bands_with_a_reason(wrong):
    with pytest.raises(ValidationError):
        check(Curve, of="p.costs", **wrong)


def test_curve_a_little_below_every_right_run_loses_no_mark_and_is_flagged_for_staff():
    low = BANDS["bands"][-1]["low"]
    better = judge(np.array([3.0] + [0.6 * low] * 12), **BANDS)
    assert better.verdict == "passed", better.because
    assert better.flag.startswith("too good: the cost at step 10 is ")


def test_curve_far_below_every_right_run_is_that_of_another_training():
    low = judge(np.array([3.0] + [0.1] * 12), **BANDS)
    assert (low.verdict, low.flag) == ("failed", "too good: the cost at step 10 is 0.1, below that of every right run")
    assert judge(np.full(13, 3.0), **BANDS).flag == ""
