"""A network made for BCEWithLogitsLoss answers scores; where the spec allows it they count as what they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.accuracy import Accuracy
from grader.checks.cost import Cost
from grader.formulas import from_scores, sigmoid
from tests.making import case, verdict

Y = {"d.y": [[0.0], [1.0], [1.0], [0.0]]}
SCORES = np.array([[-3.0], [4.0], [0.4], [-0.2]])
BAND = {"low": 0.2, "high": 0.3, "because": "the cost of these scores is 0.244"}


def test_probabilities_stay_as_they_are():
    h = np.array([0.0, 0.2, 1.0, np.nan])
    assert np.array_equal(from_scores(h), h, equal_nan=True)


def test_values_outside_are_scores():
    assert np.allclose(from_scores(SCORES), sigmoid(SCORES))


@pytest.mark.parametrize(("or_scores", "result"), [(True, "passed"), (False, "failed")])
def test_accuracy_and_cost_read_scores_only_where_allowed(or_scores, result):
    trial = case({"h": SCORES}, data=Y)
    fields = {"predictions": "p.h", "or_scores": or_scores}
    assert verdict(Accuracy, trial, labels="@d.y", at_least=1.0, **fields).verdict == result
    assert verdict(Cost, trial, formula="logistic", y="@d.y", band=BAND, **fields).verdict == result


def test_an_empty_surface_leaves_no_picture():
    trial = case({"h": sigmoid(SCORES), "surface": []}, data=Y)
    told = verdict(Accuracy, trial, predictions="p.h", labels="@d.y", at_least=1.0, surface="p.surface")
    assert (told.verdict, told.picture) == ("passed", {})
