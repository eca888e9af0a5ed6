"""samples: as a set like the real images, spread out, covering the classes, and not copied."""

import tracemalloc

import numpy as np
import pytest

from grader.checks.samples import Samples, discrepancy
from tests.making import case, verdict

RNG = np.random.default_rng(1)
CENTRES = RNG.uniform(0, 1, (10, 64))
LABELS = np.arange(400) % 10


def drawn(labels):
    return np.clip(CENTRES[labels] + RNG.normal(0, 0.1, (len(labels), 64)), 0, 1)


REAL = drawn(LABELS)
DATA = {"m.x": REAL, "m.y": LABELS}
FIELDS = {"of": "p.g", "real": "@m.x", "labels": "@m.y", "distance": {"low": -0.02, "high": 0.02, "because": "a made band"},
          "classes": {"low": 8, "high": 10, "because": "a made band"},
          "pixel_std": {"low": 0.1, "high": 0.5, "because": "a made band"}}


def judge(fake):
    return verdict(Samples, case({"g": fake}, data=DATA), **FIELDS)


def test_fresh_samples_of_the_same_kind_pass():
    found = judge(drawn(LABELS[:200]))
    assert found.verdict == "passed", found.because
    assert len(found.picture["images"]) == 40


def test_one_kind_of_digit_fails():
    assert judge(drawn(np.zeros(200, dtype=int))).verdict == "failed"


def test_near_identical_samples_fail_by_their_spread():
    assert "pixel spread" in judge(np.tile(REAL.mean(axis=0), (200, 1))).because


def test_copies_of_training_images_are_named():
    assert "copies of training images" in judge(REAL[:200]).because


def test_noise_fails():
    assert judge(RNG.uniform(0, 1, (200, 64))).verdict == "failed"


@pytest.mark.parametrize("bad", [np.zeros((200, 63)), np.zeros((1, 64)), np.zeros(64), np.float64(0), np.zeros((0, 64)),
                                 np.zeros((0, 0)), np.zeros((64, 200)), np.zeros((2, 0))])
def test_what_is_no_set_of_images_is_told(bad):
    assert judge(bad).because == f"the samples have shape {bad.shape}, expected (N, 64), one image a row"


@pytest.mark.parametrize("bad", [np.full((200, 64), np.nan), REAL * 5, -REAL, np.where(REAL > 0.99, np.nan, REAL)])
def test_what_are_no_pixels_is_told(bad):
    assert "pixels are numbers from 0 to 1" in judge(bad).because


def test_images_may_keep_their_rows_and_columns():
    assert judge(drawn(LABELS[:200]).reshape(200, 1, 8, 8)).verdict == "passed"


def test_a_flood_of_samples_takes_no_more_memory_than_2000():
    flood = np.zeros((60_000, 64), np.uint8)
    tracemalloc.start()
    assert judge(flood).verdict == "failed"
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_zeros_fail():
    assert judge(np.zeros((200, 64))).verdict == "failed"


def test_discrepancy_is_small_for_the_same_family_and_large_for_another():
    assert abs(discrepancy(drawn(LABELS), REAL)) < 0.01
    assert discrepancy(RNG.uniform(0, 1, (200, 64)), REAL) > 0.03
