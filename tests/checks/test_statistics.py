"""Statistics of stochastic outputs: of parts, of differences, of optional outputs, and over several draws."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.learns import Learns
from tests.making import case, measured, verdict

ONE = {"low": 1, "high": 1, "because": "there is exactly one"}
RNG = np.random.default_rng(0)
DRAWS = RNG.normal(size=(8, 40))


def judged(trial, **measure):
    return verdict(Learns, trial, measures=[{"of": "p.w", "band": ONE} | measure])


def test_size_counts_the_numbers_of_a_part():
    told = judged(case({"w": ([1.0, 2.0], [3.0])}), statistic="size", part=1)
    assert (told.verdict, told.because) == ("passed", "size of w[1] is 1, inside the band of right programs")


def test_a_wrong_size_says_what_was_expected_in_the_students_words():
    told = judged(case({"w": ([1.0, 2.0], [3.0])}), statistic="size", part=0, called="the number of weights")
    assert told.because == "the number of weights is 2, expected 1"


def test_spread_is_the_deviation_from_row_to_row():
    band = {"low": 0.8, "high": 1.2, "because": "1 for N(0, 1)"}
    assert judged(case({"w": (DRAWS, DRAWS.reshape(8, 4, 10))}), statistic="spread", band=band).verdict == "passed"
    same = np.repeat(DRAWS[:1], 8, axis=0)
    told = judged(case({"w": (same,)}), statistic="spread", band=band)
    assert told.because.startswith("spread of w is ")
    assert told.verdict == "failed"


def test_a_difference_of_two_outputs_can_be_measured():
    band = {"low": 0, "high": 1e-6, "because": "the same seed draws the same numbers"}
    for other, result in (([1.0, 2.0], "passed"), ([1.0, 2.5], "failed"), ([1.0], "failed")):
        trial = case({"w": [1.0, 2.0]}, others={"q": measured(w=other)})
        assert judged(trial, statistic="norm", minus="q.w", band=band).verdict == result


def test_both_sides_of_a_difference_are_needed():
    check = Learns.model_validate({"kind": "learns", "name": "it", "about": "something is right", "points": 1, "measures":
                                   [{"of": "p.w", "minus": "q.w", "statistic": "norm", "band": ONE}]})
    assert check.refs() == ["p.w", "q.w"]


@pytest.mark.parametrize("statistic", ["norm", "spread", "size", "mean"])
def test_nan_never_lies_in_a_band(statistic):
    told = judged(case({"w": [[np.nan, 1.0], [2.0, 3.0], [1.0, 1.0]]}), statistic=statistic)
    assert told.verdict == "failed"


def test_an_optional_output_that_is_empty_is_not_judged():
    assert judged(case({"w": []}), statistic="size", where_given=True).because == "nothing to judge"
    assert judged(case({"w": []}), statistic="size").verdict == "failed"
