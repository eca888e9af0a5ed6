"""parameters: trained weights lie close to the reference's; nn.Linear's layout counts as the lecture's."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.parameters import Parameters
from tests.making import CLOSE, case, verdict

W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
B = np.array([0.1, 0.2, 0.3])


def judge(w, b=B):
    return verdict(Parameters, case({"W": w, "b": b}, {"W": W, "b": B}), of=["p.W", "p.b"], tolerance=CLOSE)


@pytest.mark.parametrize("w", [W, W.T, W[None], W.T.astype("f4")])
@pytest.mark.parametrize("b", [B, B[None], B[:, None]])
def test_right_weights_pass_in_every_layout(w, b):
    assert judge(w, b).verdict == "passed"


@pytest.mark.parametrize(("w", "because"), [
    (np.zeros((2, 3)), "W[1, 2]: 6 off"), (W * np.nan, "W[0, 0]: not a finite number"), (W + 1, "W[0, 0]: 1 off"),
    (np.where(W == 5, np.nan, W), "W[1, 1]: not a finite number"), (-W, "W[1, 2]: 12 off"),
    (W.ravel(), "W: shape is (6,), expected (2, 3)"), (W.reshape(3, 2), "off"), (W[:1], "W: shape is (1, 3)")])
def test_wrong_weights_fail(w, because):
    told = judge(w)
    assert told.verdict == "failed"
    assert because in told.because


def test_a_wrong_bias_beside_right_weights_fails():
    assert judge(W, B * 0).because == "b[2]: 0.3 off, 1e-05 allowed"
    assert judge(W, B[0]).because == "b: shape is (), expected (3,)"


def test_the_one_weight_of_a_line_may_be_a_number():
    trial = case({"W": 2.0}, {"W": [[2.0]]})
    assert verdict(Parameters, trial, of=["p.W"], tolerance=CLOSE).verdict == "passed"
