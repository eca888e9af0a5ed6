"""A GAN's runs are kept whole, taken up again, and judged as a submission's evidence is."""

from dataclasses import replace

import numpy as np
import pytest

from grader.calibration import Gan, Plan
from grader.catalog import default_root, load
from grader.settings import read_settings
from reference import gan
from reference.mnist import save_mnist
from worker import gan_runs
from worker.calibrate import calibrate

RNG = np.random.default_rng(5)
DATA = {"p.x": RNG.uniform(size=(40, 784)).astype(np.float32), "h.z": RNG.uniform(-1, 1, (30, 100)).astype(np.float32),
        "h.x": RNG.uniform(size=(20, 784)).astype(np.float32), "h.n": RNG.uniform(size=(10, 784)).astype(np.float32)}
LEAVES = {"samples.images": "images", "on_real.scores": "real", "on_fake.scores": "fake", "on_noise.scores": "noise",
          "program.d_costs": "d_costs"}
PLAN = Gan(about="a few steps", runs=20, images="@p.x", steps=3, batch=8, z="@h.z", real="@h.x", noise="@h.n", leaves=LEAVES)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_evidence_is_what_the_reference_trains_and_answers():
    import torch

    found = gan_runs.evidence(PLAN, 7, DATA)
    G, D, d_costs, _ = gan.train(torch.tensor(DATA["p.x"]), 3, 8, 7)
    images = G(torch.tensor(DATA["h.z"])).detach()
    np.testing.assert_array_equal(found["program"].arrays["d_costs"], d_costs)
    np.testing.assert_allclose(found["samples"].arrays["images"], images, rtol=1e-6)
    np.testing.assert_allclose(found["on_fake"].arrays["scores"], D(images).detach(), rtol=1e-5)
    assert found["on_real"].arrays["scores"].shape == (20, 1)
    assert found["on_noise"].arrays["scores"].shape == (10, 1)


def test_run_is_trained_once_and_another_seed_is_another_run(monkeypatch):
    once = gan_runs.evidence(PLAN, 1, DATA)["samples"].arrays["images"]
    other = gan_runs.evidence(PLAN, 2, DATA)["samples"].arrays["images"]
    assert not np.array_equal(once, other)
    monkeypatch.setattr(gan, "train", None)
    np.testing.assert_array_equal(gan_runs.evidence(PLAN, 1, DATA)["samples"].arrays["images"], once)


def test_runs_are_told_apart_by_all_they_depend_on():
    files = {gan_runs.file_of(plan, 1, images) for plan, images in (
        (PLAN, DATA["p.x"]), (PLAN.model_copy(update={"steps": 4}), DATA["p.x"]),
        (PLAN.model_copy(update={"batch": 9}), DATA["p.x"]), (PLAN, DATA["p.x"][:39]))}
    assert len(files) == 4


@pytest.mark.slow
def test_bands_of_a_gan_come_out_of_its_runs(tmp_path):
    rows = np.arange(5000)
    save_mnist(tmp_path / "mnist.npz", RNG.integers(0, 256, (5000, 784)).astype(np.float64) / 255, rows % 10)
    places = replace(read_settings().places, mnist=tmp_path / "mnist.npz")
    assignment = load(default_root() / "gan-mnist", is_open=True)
    leaves = {"samples.images": "images", "on_real.scores": "real", "on_fake.scores": "fake", "on_noise.scores": "noise"}
    short = Gan(about="a few steps", runs=20, images="@published.x", steps=2, batch=8, z="@hidden.z", real="@hidden.x",
                noise="@hidden.noise", leaves=leaves)
    told = []
    made = calibrate(assignment, Plan(gan=[short]), "a digest", places,
                     on_progress=lambda done, total: told.append((done, total)))
    assert made.seeds == 20
    assert made.checks.keys() == {"scores", "samples"}
    samples = made.checks["samples"]
    assert samples.statistics.keys() == {"distance", "pixel_std", "classes"}
    assert samples.runs == 20
    assert samples.statistics["pixel_std"].low > 0.1
    assert made.checks["scores"].statistics.keys() == {"real_mean", "fake_mean"}
    assert told[-1] == (40, 40)
