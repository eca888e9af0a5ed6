"""A cost recorded twice a step is read as one recorded once."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.curve import Curve
from tests.making import case, verdict

FALL = 1.0 / np.arange(1, 101)
BANDS = [{"step": 0, "low": 0.9, "high": 1.1}, {"step": 80, "low": 0.012, "high": 0.0125}]


@pytest.mark.parametrize("costs", [FALL, np.repeat(FALL, 2)])
def test_two_entries_a_step_are_one_curve(costs):
    told = verdict(Curve, case({"c": costs}), of="p.c", bands=BANDS, because="the reference's own", steps=100)
    assert told.verdict == "passed"
