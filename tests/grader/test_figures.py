"""Numbers about many attempts, against the formulas they stand for."""

import math
import random
from statistics import correlation

import pytest

from grader import figures
from grader.figures import Row, alarm_from, discrimination, looks_right, margins, quantile_s, scores, suspected, wait_bin

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


def row(verdict, used=None):
    return Row(verdict, 1.0 if verdict == PASSED else 0.0, 1.0, used)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.11, 1.0, 7.3, 60.0, 3600.0, 86400.0])
def test_a_waiting_time_is_told_to_a_quarter_and_never_too_short(seconds):
    end = figures.bin_end_s(wait_bin(seconds))
    assert seconds <= end * (1 + 1e-9)
    assert end <= max(0.1, seconds * figures.RATIO) * (1 + 1e-9)


def test_years_of_waiting_still_have_a_bin():
    assert wait_bin(1e12) == wait_bin(1e15) == figures.LAST


def test_quantiles_are_those_of_the_sorted_times():
    rng = random.Random(1)
    times = sorted(rng.lognormvariate(1, 1) for _ in range(999))
    counts = {}
    for t in times:
        counts[wait_bin(t)] = counts.get(wait_bin(t), 0) + 1
    for share in (0.5, 0.95):
        exact = times[math.ceil(share * len(times)) - 1]
        assert exact <= quantile_s(counts, share) <= exact * figures.RATIO * (1 + 1e-9)
    assert quantile_s({}, 0.5) is None


def test_discrimination_is_the_correlation_with_the_rest():
    rng = random.Random(2)
    rest = [rng.random() for _ in range(60)]
    passed = [r + 0.3 * rng.random() > 0.6 for r in rest]
    assert discrimination(passed, rest) == pytest.approx(correlation([float(p) for p in passed], rest))


@pytest.mark.parametrize(("passed", "rest"), [
    ([True] * 20, list(range(20))), ([False] * 20, list(range(20))), ([True, False] * 10, [1.0] * 20),
    ([True, False], [1.0, 0.0]), ([], [])])
def test_where_correlation_says_nothing_nothing_is_said(passed, rest):
    assert discrimination(passed, rest) is None


@pytest.mark.parametrize(("checks", "mistake", "expected"), [
    ({"a": row(PASSED), "b": row(PASSED)}, "", True),
    ({"a": row(FAILED, 1.4), "b": row(PASSED)}, "", True),
    ({"a": row(FAILED), "b": row(PASSED)}, "", True),
    ({"a": row(FAILED, 1.4), "b": row(PASSED)}, "wrong-sign", False),
    ({"a": row(FAILED, 2.1), "b": row(PASSED)}, "", False),
    ({"a": row(FAILED, 1.4), "b": row(FAILED)}, "", False),
    ({"a": row(FAILED, 1.4), "b": row(SKIPPED), "c": row(PASSED)}, "", True),
    ({"a": row(PASSED), "b": row(SKIPPED), "c": row(PASSED)}, "", False),
    ({"a": row(SKIPPED), "b": row(PASSED)}, "", False),
    ({"a": row(FAILED, 1.4)}, "", False)])
def test_what_looks_right_to_a_check(checks, mistake, expected):
    assert looks_right(checks, mistake, "a") is expected


def tail(n, k, p=figures.WRONGLY):
    return sum(math.comb(n, i) * p**i * (1 - p)**(n - i) for i in range(k, n + 1))


@pytest.mark.parametrize("count", [2, 10, 50, 150, 500, 700])
def test_the_alarm_is_raised_from_the_least_number_that_chance_hardly_reaches(count):
    k = alarm_from(count)
    assert tail(count, k) <= figures.CHANCE
    assert k == 2 or tail(count, k - 1) > figures.CHANCE


def test_a_single_failure_never_raises_it():
    assert [alarm_from(n) for n in (0, 1, 2, 3)] == [2, 2, 2, 2]


def test_a_check_that_keeps_its_promise_raises_no_alarm_in_thousands_of_classes():
    rng, count, alarms = random.Random(3), 100, 0
    for _ in range(3000):
        attempts = [({"a": row(FAILED, 1.1) if rng.random() < figures.WRONGLY else row(PASSED, 0.5), "b": row(PASSED)}, "")
                    for _ in range(count)]
        right, failed = suspected(attempts, "a")
        alarms += failed >= alarm_from(right)
    assert alarms <= 1


def test_a_check_that_is_wrong_for_a_tenth_raises_it():
    attempts = [({"a": row(FAILED, 1.1) if k % 10 == 0 else row(PASSED, 0.5), "b": row(PASSED)}, "") for k in range(50)]
    assert suspected(attempts, "a") == (50, 5)
    assert alarm_from(50) <= 5


def test_margins_and_scores_are_counted_by_bins_whose_ends_belong_to_them():
    assert margins([0.0, 0.01, 1.0, 1.0001, 5.0, 5.1]) == [2, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1]
    assert scores([0, 0.9, 1.0, 9.99, 10.0, 11.0, -1.0], 10.0) == [3, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2]
