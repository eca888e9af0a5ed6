"""values: outputs lie close to the reference's, in whatever shape means the same."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.values import Values
from grader.evidence import Measured
from tests.making import CLOSE, case, check, verdict

H = np.array([[2.0], [4.0], [6.0]])


def judge(got, want=H, **fields):
    return verdict(Values, case({"h": got}, {"h": want}), of=["p.h"], **({"tolerance": CLOSE} | fields))


@pytest.mark.parametrize("got", [H, H[:, 0], H.T, H + 9e-6, H.astype("f4"), H.astype("i8")])
def test_right_outputs_pass_in_any_shape_that_means_the_same(got):
    told = judge(got)
    assert (told.verdict, told.points, told.hint) == ("passed", 2, "")


@pytest.mark.parametrize(("got", "because"), [
    (np.zeros((3, 1)), "h[2, 0]: 6 off, 1e-05 allowed"),
    (np.ones((3, 1)), "h[2, 0]: 5 off, 1e-05 allowed"),
    (H * np.nan, "h[0, 0]: not a finite number"),
    (np.where(H > 5, np.nan, H), "h[2, 0]: not a finite number"),
    (np.where(H > 5, np.inf, H), "h[2, 0]: not a finite number"),
    (-H, "h[2, 0]: 12 off, 1e-05 allowed"),
    (H[::-1], "h[0, 0]: 4 off, 1e-05 allowed"),
    (H + 2e-5, ": 2e-05 off, 1e-05 allowed"),
    (H[:2], "h: shape is (2, 1), expected (3, 1)"),
    (np.hstack([H, H]), "h: shape is (3, 2), expected (3, 1)"),
    (np.float64(4), "h: shape is (), expected (3, 1)"),
    (np.zeros((0, 1)), "h: "),
    (H > 3, "h[2, 0]: 5 off"),
])
def test_wrong_outputs_fail_and_say_where_and_how_far(got, because):
    told = judge(got)
    assert (told.verdict, told.points, told.hint) == ("failed", 0, "think again")
    assert because in told.because


def test_a_matrix_is_not_transposed_unless_asked_for():
    want = np.arange(6.0).reshape(2, 3)
    assert judge(want.T, want).because == "h: shape is (3, 2), expected (2, 3)"
    assert judge(want.T, want, layout="any").verdict == "passed"
    assert judge(want[None], want, layout="exact").verdict == "failed"


def test_a_row_and_a_column_are_not_confused_with_a_matrix_of_their_sums():
    assert judge(H - H.T, H).because == "h: shape is (3, 3), expected (3, 1)"


def test_one_number_is_named_without_a_place():
    assert judge(3.5, 3.0).because == "h: 0.5 off, 1e-05 allowed"


def test_the_margin_says_how_much_of_the_allowed_distance_was_used():
    told = judge(H + 5e-6)
    assert told.margin == "5e-06 off, 1e-05 allowed"
    assert told.used == pytest.approx(0.5)


def test_a_margin_without_end_is_no_number_in_a_report():
    assert judge(H * np.nan).used is None
    assert judge(0.1, 0.0, tolerance={"rtol": 1e-3, "because": "as good as it gets"}).used is None


def test_the_output_that_is_furthest_off_speaks_and_one_wrong_of_many_fails():
    trial = case({"W": [1.0], "b": [5.0]}, {"W": [1.0], "b": [2.0]})
    told = verdict(Values, trial, of=["p.W", "p.b"], tolerance=CLOSE)
    assert (told.verdict, told.because) == ("failed", "b: 3 off, 1e-05 allowed")


def test_a_list_of_arrays_is_compared_one_by_one():
    want = {"w": (np.ones((2, 2)), np.zeros(2))}
    assert verdict(Values, case(want, want), of=["p.w"], tolerance=CLOSE).verdict == "passed"
    swapped = case({"w": (np.ones((2, 2)), np.ones(2))}, want)
    assert verdict(Values, swapped, of=["p.w"], tolerance=CLOSE).because == "w[1][0]: 1 off, 1e-05 allowed"
    short = case({"w": (np.ones((2, 2)),)}, want)
    assert verdict(Values, short, of=["p.w"], tolerance=CLOSE).because == "w: 1 arrays, expected 2"


@pytest.mark.parametrize(("got", "because"), [
    (Measured("raised", "ValueError: no", "submission.py, line 3: x"), "ValueError: no (submission.py, line 3: x)"),
    (Measured("missing", "the function predict is not defined"), "the function predict is not defined"),
    (Measured("forged", "the evidence is not in order"), "the evidence is not in order"),
    (Measured("ok"), "h was not handed back")])
def test_what_was_not_measured_fails_with_the_reason(got, because):
    told = verdict(Values, case(got, {"h": H}), of=["p.h"], tolerance=CLOSE)
    assert (told.verdict, told.because) == ("failed", because)


def test_further_trials_may_save_a_check_and_the_first_failure_speaks():
    wrong, right = case({"h": H + 1}, {"h": H}, seed=1), case({"h": H}, {"h": H}, seed=2)
    it = check(Values, of=["p.h"], tolerance=CLOSE, trials=3)
    saved = it.judge([wrong, right])
    assert (saved.verdict, [t.seed for t in saved.trials], [t.is_passed for t in saved.trials]) == \
        ("passed", [1, 2], [False, True])
    other = case({"h": H + 2}, {"h": H}, seed=2)
    assert it.judge([wrong, other]).because.endswith("(none of 2 seeds)")


def test_a_skipped_check_earns_nothing_and_says_why():
    told = check(Values, of=["p.h"], tolerance=CLOSE).skip("not judged, because a did not pass")
    assert (told.verdict, told.points, told.max_points, told.trials) == ("skipped", 0, 2, [])


def test_a_report_of_any_evidence_can_be_written_as_json():
    for got in (H * np.nan, H * np.inf, H, np.full((3, 1), 1e308)):
        assert "NaN" not in judge(got).model_dump_json()
