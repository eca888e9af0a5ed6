"""Right submissions turned away and mistakes let through are counted on real boxes."""

import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from grader.catalog import default_root, load
from grader.evidence import Measured
from grader.settings import read_settings
from worker.mutants import Mutant
from worker.power import Power, is_same, power, survived, work

RUNS = 6


@pytest.fixture
def folder(tmp_path):
    """Cost functions, with one right example and one mistake."""
    copy = tmp_path / "cost-functions"
    shutil.copytree(default_root() / "cost-functions", copy)
    kept = {"torch", "numpy", "zeros"}
    for example in (copy / "examples").iterdir():
        if example.name not in kept:
            shutil.rmtree(example)
    return copy


def run(folder, boxes):
    ticks = []
    found = power(load(folder), boxes, read_settings().places, 1, lambda: ticks.append(1), RUNS)
    return SimpleNamespace(found=found, ticks=len(ticks), expected=work(load(folder), RUNS))


@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
def test_right_submissions_pass_and_mistakes_are_caught(folder, boxes):
    told = run(folder, boxes)
    assert told.ticks == told.expected
    assert told.found.runs == RUNS
    assert sum(told.found.rejected.values()) == 0
    assert told.found.mistakes > 1
    assert sum(told.found.caught.values()) >= told.found.mistakes
    assert told.found.survivors == []


@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
def test_check_that_sees_too_little_lets_mutants_survive(folder, boxes):
    toml = folder / "assignment.toml"
    toml.write_text(re.sub(r"([ar])tol = \S+,", r"\1tol = 1e5,", toml.read_text()))
    assert run(folder, boxes).found.survivors != []


@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
def test_mutant_that_only_a_late_probe_tells_is_no_survivor(folder, boxes):
    toml = folder / "assignment.toml"
    toml.write_text(toml.read_text().replace('[[probe]]\nname = "mse"', '[[probe]]\nlate = true\nname = "mse"'))
    told = run(folder, boxes)
    assert "mse" not in told.found.judged
    assert told.found.survivors == []


@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
def test_bound_of_a_check_falls_with_the_runs_it_was_judged_in(folder, boxes):
    found = run(folder, boxes).found
    check = next(iter(found.judged))
    assert found.bound(check) == pytest.approx(1 - 0.05 ** (1 / found.judged[check]), rel=1e-3)
    assert found.bound("nobody") == 1.0


def test_evidence_is_the_same_but_for_rounding():
    def left(value, status="ok"):
        return {"p": Measured(status, arrays={"W": np.asarray(value)})}
    assert is_same(left([1.0, np.nan]), left([1.0 + 1e-9, np.nan]))
    assert not is_same(left([1.0]), left([1.001]))
    assert not is_same(left([1.0]), left([1.0, 1.0]))
    assert not is_same(left([1.0]), left([1.0], "raised"))
    assert not is_same(left([1.0]), {})


def test_survivor_is_excused_only_where_a_right_script_leaves_the_same():
    found = Power("softmax")
    for style, name in [("script", "start scaled tenfold"), ("function", "start scaled tenfold"), ("script", "sum for mean")]:
        survived(found, style, "numpy", Mutant(name, 7, ""))
    assert found.survivors == ["numpy, line 7: start scaled tenfold", "numpy, line 7: sum for mean"]
    assert len(found.excused) == 1
    assert found.excused[0].startswith("numpy, line 7: start scaled tenfold (")
