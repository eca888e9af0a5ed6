"""Bands come out of the spec's own checks on many runs, an interrupted calibration goes on, and a stale one is refused."""

import shutil

import pytest

from grader.calibration import read
from grader.catalog import calibration_digest, default_root, load, stale_calibration
from grader.errors import SpecError
from grader.settings import read_settings
from worker.calibrate import calibrate, marks_of, pieces_of, write
from worker.engines.bubblewrap import Bubblewrap
from worker.pool import Pool
from worker.verify import prove

SEEDS = 100


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Logistic regression, calibrated on few steps of few seeds."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    copy = tmp_path / "logistic"
    shutil.copytree(default_root() / "logistic", copy)
    toml = copy / "assignment.toml"
    text = toml.read_text().replace("steps = 10001\nleaves", "steps = 60\nleaves")
    text = text.replace("trials = 3", "trials = 20")  # so few steps learn nothing
    toml.write_text(text.replace("{ step = 1000 }, { step = 5000 }, { step = 10000 }", "{ step = 50 }"))
    return copy


def measured(folder, on_progress=lambda *_: None):
    assignment = load(folder, is_open=True)
    plan = assignment.spec.calibration.model_copy(update={"seeds": SEEDS})
    return calibrate(assignment, plan, calibration_digest(folder), read_settings().places, on_progress=on_progress)


def test_every_check_that_chance_decides_has_its_band(folder):
    made = measured(folder)
    assert made.checks.keys() == {"script_other_data", "script_cost", "script_accuracy", "script_curve"}
    curve = made.checks["script_curve"]
    assert curve.statistics.keys() == {"0", "50"}
    assert curve.runs == 2 * SEEDS
    assert made.checks["script_other_data"].runs == SEEDS
    assert curve.statistics["50"].high < curve.statistics["0"].high
    cost = made.checks["script_cost"].statistics["cost"]
    assert 0.1 < cost.low < cost.quantiles["0.5"] < cost.high < 9


def test_spec_is_read_with_the_measured_bands(folder):
    made = measured(folder)
    write(made, folder)
    assert read(folder) == made
    spec = load(folder).spec
    cost = next(c for c in spec.checks if c.name == "script_cost")
    assert (cost.band.low, cost.band.high) == (made.checks["script_cost"].statistics["cost"].low,
                                               made.checks["script_cost"].statistics["cost"].high)
    assert "200 right runs" in cost.band.because


def test_interrupted_calibration_goes_on_where_it_stopped(folder):
    class Stopped(Exception):
        pass

    def stop(done, total):
        if done > total / 2:
            raise Stopped

    with pytest.raises(Stopped):
        measured(folder, stop)
    told = []
    again = measured(folder, lambda done, _: told.append(done))
    total = told[-1]
    assert len([d for d in told if d <= total / 2 and d % 60]) == 0  # nothing of the first half was trained again
    assert again.checks == measured(folder).checks


def test_more_seeds_are_not_taken_from_fewer(folder):
    few = measured(folder)
    assignment = load(folder, is_open=True)
    plan = assignment.spec.calibration.model_copy(update={"seeds": 2 * SEEDS})
    many = calibrate(assignment, plan, calibration_digest(folder), read_settings().places)
    assert many.checks["script_cost"].runs == 2 * few.checks["script_cost"].runs


def test_stale_calibration_is_refused_by_the_proof(folder):
    write(measured(folder), folder)
    assert stale_calibration(folder) == ""
    toml = folder / "assignment.toml"
    toml.write_text(toml.read_text().replace("low = -0.8", "low = -0.7"))
    assert "grader calibrate logistic" in stale_calibration(folder)
    with Pool(Bubblewrap()) as pool, pytest.raises(SpecError, match="calibration"):
        prove([load(folder)], pool, read_settings().places, jobs=1)


def test_spec_that_wants_a_band_without_a_calibration_says_what_to_run(folder):
    (folder / "calibration.json").unlink()
    with pytest.raises(SpecError) as error:
        load(folder)
    assert "line" in error.value.problems[0]
    assert "grader calibrate logistic" in error.value.problems[0]


def test_kept_share_makes_the_bands_shorter_and_costs_trials(folder):
    whole = measured(folder).checks["script_cost"]
    toml = folder / "assignment.toml"
    toml.write_text(toml.read_text().replace("seeds = 2000\n", "seeds = 2000\nkeep = 0.8\n"))
    part = measured(folder).checks["script_cost"]
    assert part.statistics["cost"].high - part.statistics["cost"].low < 0.9 * (
        whole.statistics["cost"].high - whole.statistics["cost"].low)
    assert part.runs == SEEDS
    assert part.lost >= 10
    assert part.bound > whole.bound
    assert part.trials > whole.trials


def test_pieces_cover_every_case_and_every_seed_once(folder):
    spec = load(folder, is_open=True).spec
    plan = spec.calibration.model_copy(update={"seeds": 2500})
    pieces = list(pieces_of(spec, plan))
    for training in plan.training:
        mine = [s for p in pieces if p.training == training for s in p.seeds]
        assert sorted(mine) == list(range(2500))
    assert {p.case for p in pieces if p.training == plan.training[2]} == set(range(16))
    assert marks_of(spec, plan.training[0]) == [0, 50, 59]
    assert marks_of(spec, plan.training[2]) == [0, 59]
