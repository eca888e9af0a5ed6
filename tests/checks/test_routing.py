"""routing: each step moves its own network only, in the right direction."""

import numpy as np
import pytest

from grader.checks.routing import Routing
from tests.making import case, verdict

RIGHT = {"g_in_d_step": 0.0, "d_in_d_step": 0.01, "d_in_g_step": 0.0, "g_in_g_step": 0.01, "d_loss_change": -0.1,
         "g_score_change": 0.05}


def judge(**changes):
    return verdict(Routing, case({k: np.float64(v) for k, v in (RIGHT | changes).items()}), of="p")


def test_right_steps_pass():
    assert judge().verdict == "passed"


@pytest.mark.parametrize(("change", "said"), [
    ({"g_in_d_step": 0.01}, "detach the fake images"), ({"d_in_g_step": 0.01}, "must own only G"),
    ({"d_in_d_step": 0.0}, "does not change D"), ({"g_in_g_step": 0.0}, "does not change G"),
    ({"d_loss_change": 0.1}, "worse at telling"), ({"g_score_change": -0.1}, "believe the fakes less")])
def test_each_wrong_step_is_named(change, said):
    found = judge(**change)
    assert found.verdict == "failed"
    assert said in found.because


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_nan_in_any_of_them_fails(name):
    assert judge(**{name: np.nan}).verdict == "failed"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", sorted(RIGHT))
def test_what_is_not_finite_is_named_as_such(name, bad):
    assert judge(**{name: bad}).because == "after a training step, weights or scores are NaN or infinite"


def test_six_zeros_do_not_pass():
    assert judge(**dict.fromkeys(RIGHT, 0.0)).because == "the discriminator step does not change D"


def test_an_array_in_place_of_a_number_is_told():
    assert judge(g_in_d_step=[0.0, 0.0]).because == "p.g_in_d_step: shape is (2,), expected one number"
