"""Verdicts are made check by check; one whose needs failed is skipped, and only what is needed is measured."""

from __future__ import annotations

import numpy as np
import pytest

from grader.evidence import Measured
from grader.judge import due, in_order, judge, retried
from grader.report import score_of
from tests.making import BASE, CLOSE, measured, spec
from tests.making import case as one_trial

CALL = {"call": "double", "args": {"x": "@published.x"}}
PROBES = [CALL | {"name": "a"}, CALL | {"name": "b"}, CALL | {"name": "costly", "late": True}]


def value(name, probe, **more):
    return BASE | {"name": name, "kind": "values", "of": [f"{probe}.y"], "tolerance": CLOSE} | more


THREE = spec(probe=PROBES, check=[value("third", "costly", needs=["second"]), value("second", "b", needs=["first"]),
                                  value("first", "a")])


def trial(a=1.0, b=1.0, costly=1.0, seed=0):
    """A trial that measured some probes, whose right answer is 1."""
    given = {"a": a, "b": b, "costly": costly}
    evidence = {n: v if isinstance(v, Measured) else measured(y=[v]) for n, v in given.items() if v is not None}
    made = one_trial(seed=seed)
    return type(made)(evidence, {n: measured(y=[1.0]) for n in given}, seed=seed)


def words(verdicts):
    return {v.name: v.verdict.value for v in verdicts}


def test_verdicts_come_in_the_order_of_the_spec_and_are_judged_in_that_of_their_needs():
    assert [c.name for c in in_order(THREE.checks)] == ["first", "second", "third"]
    assert list(words(judge(THREE, "function", [trial()]))) == ["third", "second", "first"]
    assert set(words(judge(THREE, "function", [trial()])).values()) == {"passed"}


def test_a_check_whose_need_did_not_pass_is_skipped_and_says_which():
    told = {v.name: v for v in judge(THREE, "function", [trial(a=5.0)])}
    assert words(told.values()) == {"first": "failed", "second": "skipped", "third": "skipped"}
    assert told["second"].because == "not judged, because first did not pass"
    assert told["third"].because == "not judged, because second did not pass"
    assert score_of(list(told.values())) == 0


def test_checks_that_need_one_another_end_all_the_same():
    ring = spec(probe=PROBES[:1], check=[value("x", "a", needs=["y"]), value("y", "a", needs=["x"])])
    assert set(words(judge(ring, "function", [trial()])).values()) == {"skipped"}


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, 1e308, Measured("raised", "no"), Measured("absent", "no"),
                                 Measured("forged", "no"), None])
def test_nothing_but_right_evidence_earns_points(bad):
    told = judge(THREE, "function", [trial(a=bad)])
    assert words(told)["first"] == "failed"
    assert score_of(told) == 0


def test_without_any_evidence_every_check_fails_or_is_skipped():
    empty = trial(None, None, None)
    assert words(judge(THREE, "function", [empty])) == {"third": "skipped", "second": "skipped", "first": "failed"}
    assert judge(THREE, "function", [empty])[2].because == "it was not measured"


def test_a_costly_probe_waits_until_what_its_checks_need_has_passed():
    assert due(THREE, "function", {}, set()) == ["b", "a"]
    after = {v.name: v for v in judge(THREE, "function", [trial(costly=None)])}
    assert due(THREE, "function", after, {"a", "b"}) == ["costly"]
    failed = {v.name: v for v in judge(THREE, "function", [trial(b=0.0, costly=None)])}
    assert due(THREE, "function", failed, {"a", "b"}) == []
    assert due(THREE, "function", after, {"a", "b", "costly"}) == []


def test_a_failed_stochastic_check_is_measured_again_until_its_trials_are_used():
    lucky = spec(probe=PROBES[:2], check=[value("first", "a", trials=3), value("second", "b")])
    trials = [trial(a=0.1, b=0.0, seed=1)]
    for seed in (2, 3):
        told = {v.name: v for v in judge(lucky, "function", trials)}
        assert retried(lucky, "function", told) == ["a"]
        trials.append(trial(a=seed / 10, b=None, seed=seed))
    told = {v.name: v for v in judge(lucky, "function", trials)}
    assert retried(lucky, "function", told) == []
    assert told["first"].because.endswith("(none of 3 seeds)")
    assert [t.seed for t in told["first"].trials] == [1, 2, 3]
    assert [t.seed for t in told["second"].trials] == [1]


def test_a_later_trial_that_passes_earns_all_points():
    lucky = spec(probe=PROBES[:1], check=[value("first", "a", trials=3)])
    told = judge(lucky, "function", [trial(a=0.3, seed=1), trial(a=1.0, seed=2)])
    assert (words(told), score_of(told)) == ({"first": "passed"}, 2)
    assert retried(lucky, "function", {v.name: v for v in told}) == []


def test_points_add_up_without_the_noise_of_binary_fractions():
    tenths = spec(probe=PROBES[:1], check=[value(f"c{i}", "a", points=0.1) for i in range(3)])
    assert score_of(judge(tenths, "function", [trial()])) == 0.3
