"""A known mistake is named when its evidence explains a submission's, and nothing is said when that is not sure."""

import numpy as np
import pytest

from grader.diagnose import EDGES, Known, Likelihood, bin_of, diagnose, probabilities, read_likelihood, score
from grader.evidence import Measured

SHARP = Likelihood(own=[50, 10, 0, 0, 0, 0, 0, 0, 0, 0], other=[0, 0, 0, 0, 0, 0, 0, 1, 5, 500])
RIGHT = {"first": Measured("ok", arrays={"W": np.array([[1.0], [2.0]]), "b": np.array([0.5])})}


def left(W, b=0.5):
    return {"first": Measured("ok", arrays={"W": np.asarray(W, dtype=float).reshape(2, 1), "b": np.array([b])})}


def known(name, evidence, hint="look"):
    return Known(name=name, about=f"about {name}", hint=hint, evidence=evidence)


KEPT, FLIPPED = known("kept", left([1.5, 2.7])), known("flipped", left([-1.0, -2.0], -0.5))


def test_same_displacement_scores_nothing_and_another_direction_one_or_more():
    assert score(left([1.5, 2.7]), KEPT.evidence, RIGHT) == 0
    assert score(left([0.5, 1.3]), KEPT.evidence, RIGHT) > 1
    assert score(left([1.5, 2.7]), FLIPPED.evidence, RIGHT) > 0.9


def test_right_evidence_has_no_score():
    assert score(RIGHT, KEPT.evidence, RIGHT) is None
    assert score(left([1.0 + 1e-7, 2.0]), KEPT.evidence, RIGHT) is None


def test_mistake_that_shows_in_another_output_explains_nothing():
    assert score(left([1.5, 2.7], 9.0), KEPT.evidence, RIGHT) >= 0.9


def test_shape_that_means_the_same_is_the_same():
    flat = {"first": Measured("ok", arrays={"W": np.array([1.5, 2.7]), "b": np.array(0.5)})}
    assert score(flat, KEPT.evidence, RIGHT) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e308])
def test_numbers_that_are_not_finite_are_alike_and_like_nothing_else(bad):
    blown = left([bad, bad])
    assert score(blown, blown, RIGHT) == 0
    assert score(blown, KEPT.evidence, RIGHT) >= 1


def test_submission_that_left_no_numbers_is_explained_by_no_mistake():
    absent = {"first": Measured("raised", "no")}
    assert score(absent, KEPT.evidence, RIGHT) is None
    assert score(absent, absent, RIGHT) is None
    assert diagnose(absent, RIGHT, [known("nan", left([np.nan, np.nan], np.nan))], SHARP) is None


def test_output_that_is_missing_is_not_like_one_that_is_not_finite():
    part, same = ({"first": Measured("ok", arrays={"b": np.array([9.0])})} for _ in range(2))
    assert score(part, same, RIGHT) == 0
    assert score(part, left([np.nan, np.nan], 9.0), RIGHT) >= 1


def test_mistake_that_explains_is_named_with_its_confidence():
    told = diagnose(left([1.5, 2.7]), RIGHT, [KEPT, FLIPPED], SHARP)
    assert (told.mistake, told.about, told.hint) == ("kept", "about kept", "look")
    assert 0.95 <= told.confidence <= 1


def test_nothing_is_said_of_a_mistake_nobody_described():
    assert diagnose(left([3.0, 0.1]), RIGHT, [KEPT, FLIPPED], SHARP) is None


def test_nothing_is_said_of_right_evidence_or_without_known_mistakes():
    assert diagnose(RIGHT, RIGHT, [KEPT, FLIPPED], SHARP) is None
    assert diagnose(left([1.5, 2.7]), RIGHT, [], SHARP) is None


def test_two_mistakes_with_the_same_evidence_share_it_and_neither_is_named():
    twin = known("twin", KEPT.evidence)
    chances = probabilities(left([1.5, 2.7]), RIGHT, [KEPT, twin], SHARP)
    assert chances["kept"] == pytest.approx(chances["twin"])
    assert diagnose(left([1.5, 2.7]), RIGHT, [KEPT, twin], SHARP) is None


def test_chances_and_the_unknown_make_one():
    chances = probabilities(left([1.5, 2.7]), RIGHT, [KEPT, FLIPPED], SHARP)
    assert 0 < 1 - sum(chances.values()) < 0.05


def test_every_score_has_a_bin_and_a_ratio():
    assert [bin_of(v) for v in (0, 5e-7, 0.03, 0.9, 1.5, float("inf"))] == [0, 0, 5, 8, 9, 9]
    assert all(SHARP.ratio(v) > 0 for v in (0, *EDGES, 2))
    assert SHARP.ratio(0) > 100
    assert SHARP.ratio(1.5) < 1


def test_shipped_likelihoods_are_measured_and_tell_apart():
    shipped = read_likelihood()
    assert shipped.measured
    assert sum(shipped.own) >= 20
    assert shipped.ratio(0) > 20
    assert shipped.ratio(2) < 0.5
