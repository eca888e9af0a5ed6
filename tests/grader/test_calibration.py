"""What a measured band promises, and how it comes into the spec."""

import numpy as np
import pytest

from grader import bounds
from grader import calibration as c
from grader.errors import SpecError

CURVE = {"name": "falls", "kind": "curve", "trials": 2, "bands": [{"step": 0}, {"step": 9}], "because": "calibrated"}
COST = {"name": "ends", "kind": "cost", "band": "calibrated", "trials": "calibrated"}
MEASURE = {"name": "learned", "kind": "learns", "trials": 5,
           "measures": [{"of": "a.b", "statistic": "mean", "band": "calibrated"}]}
PLAIN = {"name": "plain", "kind": "values", "tolerance": {"atol": 1e-3, "because": "by hand"}}
TABLE = {"calibration": {"training": []}, "check": [CURVE, COST, MEASURE, PLAIN]}


def judged(*names, lost=0, trials=2):
    statistics = {n: c.Statistic(low=1.0, high=2.0, runs=100, quantiles={}) for n in names}
    return c.Judged(statistics=statistics, lost=lost, runs=100, bound=0.02, trials=trials)


@pytest.fixture
def made():
    checks = {"falls": judged("0", "9"), "ends": judged("cost", lost=4, trials=3), "learned": judged("mean")}
    return c.Calibration(digest="d", seeds=100, torch="2", device="cpu", seconds=1, keep=1, confidence=0.95, checks=checks)


@pytest.mark.parametrize(("runs", "share"), [(473, 0.99), (947, 0.995), (4742, 0.999)])
def test_least_to_greatest_holds_what_the_published_tables_say(runs, share):
    assert bounds.coverage(runs) == pytest.approx(share, abs=2e-5)


def test_promised_coverage_is_kept_as_often_as_promised():
    rng = np.random.default_rng(1)
    runs = rng.exponential(size=(4000, 200))
    held = np.exp(-runs.min(axis=1)) - np.exp(-runs.max(axis=1))  # the true share between the ends
    assert np.mean(held >= bounds.coverage(200)) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("found", "n", "share"), [(0, 300, 0.00994), (0, 2999, 0.000998), (10, 100, 0.1637), (5, 5, 1.0)])
def test_upper_bound_of_a_share_is_that_of_the_published_tables(found, n, share):
    assert bounds.upper_share(found, n) == pytest.approx(share, rel=2e-3)


def test_binomial_tail_is_exact_on_small_numbers():
    assert bounds.at_most(1, 3, 0.5) == pytest.approx(0.5)
    assert bounds.at_most(3, 3, 0.9) == 1.0
    assert bounds.at_most(0, 3, 1.0) == 0.0
    assert bounds.at_most(0, 3, 0.0) == 1.0


@pytest.mark.parametrize(("lost", "runs", "trials"), [(0, 2000, 2), (90, 2000, 3), (980, 2000, 13), (2000, 2000, 20)])
def test_trials_make_up_for_runs_that_got_stuck(lost, runs, trials):
    assert bounds.trials_for(bounds.bound(lost, runs, numbers=1), checks=3) == trials


def test_chance_of_loss_with_those_trials_is_below_one_in_a_thousand():
    shares = [bounds.bound(lost, 2000, 1) for lost in (0, 90)]
    checks = [judged("cost").model_copy(update={"bound": p, "trials": bounds.trials_for(p, 2)}) for p in shares]
    assert c.chance_of_loss(checks) <= 1e-3


def test_kept_range_leaves_a_long_tail_out():
    rng = np.random.default_rng(2)
    values = np.concatenate([rng.normal(1.0, 0.01, 950), rng.uniform(2, 100, 50)])
    s = c.summarize(values, 0.95)
    assert s.low == values.min()
    assert s.high < 1.05
    assert np.mean((s.low <= values) & (values <= s.high)) >= 0.95
    assert c.summarize(values).high > 90


def test_bands_of_several_numbers_together_hold_as_much_as_promised():
    rng = np.random.default_rng(3)
    kept = []
    for _ in range(400):
        runs = rng.uniform(size=(100, 3))
        kept.append(1 - np.prod(runs.max(axis=0) - runs.min(axis=0)) <= bounds.bound(0, 100, numbers=3))
    assert np.mean(kept) >= 0.93  # 0.95 but for the chance of 400 tries


@pytest.mark.parametrize("share", [0.001, 0.003, 0.01, 0.05])
def test_runs_that_got_stuck_are_counted_beside_the_bands(share):
    rng = np.random.default_rng(4)
    kept = []
    for _ in range(400):
        stuck = rng.uniform(size=200) < share
        runs = rng.uniform(size=200)[~stuck]
        turned_away = share + (1 - share) * (1 - (runs.max() - runs.min()))
        kept.append(turned_away <= bounds.bound(int(stuck.sum()), 200, numbers=1))
    assert np.mean(kept) >= 0.93  # 0.95 but for the chance of 400 tries


def test_bands_that_were_there_before_lose_what_was_counted():
    assert bounds.bound(3, 300, numbers=0) == bounds.upper_share(3, 300)
    assert bounds.bound(20, 21, numbers=1) == 1.0


def test_measured_bands_take_the_place_of_the_word(made):
    falls, ends, learned, plain = c.fill(TABLE, made)["check"]
    assert falls["bands"] == [{"step": 0, "low": 1.0, "high": 2.0}, {"step": 9, "low": 1.0, "high": 2.0}]
    assert (ends["band"]["low"], ends["band"]["high"], ends["trials"]) == (1.0, 2.0, 3)
    assert "100 right runs, 4 of them outside" in ends["band"]["because"]
    assert learned["measures"][0]["band"]["high"] == 2.0
    assert plain is PLAIN
    assert TABLE["check"][1]["band"] == "calibrated"


@pytest.mark.parametrize("check", [5, "x", [5], [{"name": "a", "bands": 3, "because": "calibrated"}], [{"measures": [7]}]])
def test_table_of_another_form_is_left_for_the_spec_to_refuse(check, made, tmp_path):
    table = {"check": check}
    assert c.is_wanted(table) in ([], ["a"])
    c.problems(table, tmp_path, made)
    if not c.is_wanted(table):
        assert c.fill(table, made) is table


def test_without_a_calibration_the_bands_are_open():
    assert c.fill(TABLE, None)["check"][1]["band"]["high"] >= 1e300


def test_what_is_missing_is_said_with_the_remedy(made, tmp_path):
    assert c.problems({"check": [PLAIN]}, tmp_path, None) == []
    assert "grader calibrate" in c.problems(TABLE, tmp_path, None)[0]
    assert "[calibration]" in c.problems(TABLE | {"calibration": None}, tmp_path, made)[0]
    fewer = made.model_copy(update={"checks": {"ends": made.checks["ends"]}})
    assert [p.split(":")[0] for p in c.problems(TABLE, tmp_path, fewer)] == ["check falls", "check learned"]
    assert "needed" not in str(c.problems(TABLE, tmp_path, fewer))


def test_fewer_trials_than_needed_are_a_problem(made, tmp_path):
    table = TABLE | {"check": [CURVE | {"trials": 2}, COST, MEASURE | {"trials": 1}, PLAIN]}
    assert [p.split(",")[0] for p in c.problems(table, tmp_path, made)] == ["check learned: trials = 1"]


def test_damaged_file_is_said_to_be_so(tmp_path):
    assert c.read(tmp_path) is None
    (tmp_path / c.FILE).write_text('{"digest": 3}')
    with pytest.raises(SpecError, match=c.FILE):
        c.read(tmp_path)


def test_digest_changes_with_what_decides_a_band_and_with_nothing_else():
    before = c.digest(TABLE)
    worded = TABLE | {"check": [CURVE | {"hint": "look", "points": 9}, COST, MEASURE, PLAIN | {"points": 3}]}
    assert c.digest(worded) == before
    assert c.digest(TABLE | {"probe": [{"name": "a"}]}) != before
    assert c.digest(TABLE | {"check": [CURVE | {"bands": [{"step": 3}]}, COST, MEASURE, PLAIN]}) != before
    assert c.digest(TABLE | {"reference": {"module": "xor"}}) != before


def test_summary_has_ends_and_quantiles():
    s = c.summarize(np.arange(1001.0))
    assert (s.low, s.high, s.runs, s.quantiles["0.5"], s.quantiles["0.99"]) == (0.0, 1000.0, 1001, 500.0, 990.0)


MODULE = """
import numpy as np
WIDE = 3
def one(seed): return _drawn(seed) * WIDE
def other(seed): return np.zeros(OTHERS)
def _drawn(seed): return seed
OTHERS = 5
"""


@pytest.mark.parametrize(("old", "new", "changes"), [
    ("WIDE = 3", "WIDE = 4", True), ("return seed", "return seed + 1", True), ("* WIDE", "+ WIDE", True),
    ("OTHERS = 5", "OTHERS = 6", False), ("np.zeros", "np.ones", False), ("WIDE = 3", "WIDE = 3  # units", False)])
def test_data_ages_by_the_code_that_makes_it_alone(old, new, changes):
    changed = MODULE.replace(old, new)
    assert changed != MODULE
    assert (c.code_of(changed, {"one"}) != c.code_of(MODULE, {"one"})) is changes
