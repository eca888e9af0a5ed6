"""pytest: an instructor's own tests over evidence, in a process of their own."""

import numpy as np
import pytest

from grader.checks.pytest import Pytest
from grader.errors import Broken
from grader.evidence import Measured
from tests.making import case, verdict

TESTS = """
import numpy as np

def test_sum(evidence, answers, data):
    assert np.isclose(evidence["p.w"].sum(), answers["p.w"].sum()), "the weights do not add up"
    assert data["d.x"].shape == (2,)
"""


def judge(tmp_path, got, text=TESTS):
    (tmp_path / "test_it.py").write_text(text)
    trial = case({"w": got}, {"w": np.array([1.0, 2.0])}, {"d.x": np.zeros(2)}, root=tmp_path)
    return verdict(Pytest, trial, file="test_it.py", of=["p.w"])


def test_passing_tests_pass(tmp_path):
    found = judge(tmp_path, np.array([2.0, 1.0]))
    assert (found.verdict, found.margin) == ("passed", "1 of 1 tests")


@pytest.mark.parametrize("got", [np.array([5.0, 1.0]), np.array([np.nan, 1.0]), np.zeros(2)])
def test_a_failing_test_speaks_with_its_own_message(tmp_path, got):
    found = judge(tmp_path, got)
    assert (found.verdict, found.because) == ("failed", "the weights do not add up")


def test_a_test_file_that_does_not_run_is_our_fault(tmp_path):
    with pytest.raises(Broken, match="does not run"):
        judge(tmp_path, np.zeros(2), "import nothing_of_this_name")


def test_a_missing_file_is_our_fault(tmp_path):
    with pytest.raises(Broken, match="not in the assignment's folder"):
        verdict(Pytest, case({"w": np.zeros(2)}, root=tmp_path), file="test_it.py", of=["p.w"])


def test_data_larger_than_any_evidence_reach_the_tests(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_size(data):\n    assert data['d.x'].nbytes > 20_000_000\n")
    trial = case({"w": [1.0]}, data={"d.x": np.zeros(3_000_000)}, root=tmp_path)
    assert verdict(Pytest, trial, file="test_it.py").verdict == "passed"


def test_evidence_that_was_not_measured_fails_before_the_tests_run(tmp_path):
    trial = case(Measured("raised", "ValueError: no"), root=tmp_path)
    assert verdict(Pytest, trial, file="test_it.py", of=["p.w"]).because == "ValueError: no"


def test_a_test_file_that_never_ends_is_our_fault(tmp_path):
    (tmp_path / "test_it.py").write_text("import time\ndef test_it(): time.sleep(60)\n")
    with pytest.raises(Broken, match=r"took more than 2\.0 s"):
        verdict(Pytest, case({}, root=tmp_path), file="test_it.py", seconds=2)
