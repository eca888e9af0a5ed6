"""gradients: derivatives lie close to the reference's; a wrong sign or factor is named."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.gradients import Gradients, constant_factor
from tests.making import CLOSE, case, verdict

G = np.array([[2.0, -1.0], [0.5, 3.0]])


def judge(got, want=G):
    return verdict(Gradients, case({"g": got}, {"g": want}), of=["p.g"], tolerance=CLOSE)


@pytest.mark.parametrize("got", [G, G[None], G + 5e-6, G.astype("f4")])
def test_right_derivatives_pass(got):
    assert judge(got).verdict == "passed"


@pytest.mark.parametrize(("got", "said"), [
    (-G, "; the sign is reversed"), (2 * G, "; it is 2 times the right one"), (G / 2, "; it is 0.5 times the right one"),
    (-3 * G, "; it is -3 times the right one"), (100 * G, "; it is 100 times the right one")])
def test_a_wrong_sign_or_factor_is_named(got, said):
    told = judge(got)
    assert told.verdict == "failed"
    assert told.because.endswith(said)


@pytest.mark.parametrize("got", [np.zeros((2, 2)), np.ones((2, 2)), G * np.nan, G * np.inf, G + 1, G.T,
                                 np.where(G > 2, np.nan, G), np.full((2, 2), 1e308)])
def test_other_mistakes_fail_without_a_factor(got):
    told = judge(got)
    assert told.verdict == "failed"
    assert "times" not in told.because
    assert "sign" not in told.because


def test_a_factor_near_one_or_of_nothing_is_no_factor():
    assert constant_factor(G * 1.001, G) is None
    assert constant_factor(G, np.zeros_like(G)) is None
    assert constant_factor(G * 1e-9, G) is None


def test_a_wrong_shape_is_told():
    assert judge(G.ravel()).because == "g: shape is (4,), expected (2, 2)"
