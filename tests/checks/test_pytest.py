"""pytest: an instructor's own tests over evidence, in a process of their own."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from grader.checks.pytest import Pytest
from grader.errors import Broken
from grader.evidence import Measured
from grader.own_tests import shared
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


STATE = """
seen = []

def test_first(evidence):
    seen.append(1)
    assert len(seen) == 1, "another attempt left something"

def test_second(evidence):
    assert evidence["p.w"][0] == 7, "not 7"
    assert len(seen) == 1
"""


def test_tests_see_nothing_of_another_attempt_and_the_process_is_kept(tmp_path):
    assert judge(tmp_path, np.array([7.0]), STATE).margin == "2 of 2 tests"
    [kept] = [t for _, t in shared().idle if t.file == tmp_path / "test_it.py"]
    found = judge(tmp_path, np.array([8.0]), STATE)
    assert (found.because, found.margin) == ("not 7", "1 of 2 tests")
    assert [t for _, t in shared().idle if t.file == tmp_path / "test_it.py"] == [kept]


def test_a_changed_test_file_is_read_anew(tmp_path):
    assert judge(tmp_path, np.array([7.0]), STATE).verdict == "passed"
    assert judge(tmp_path, np.array([7.0]), STATE.replace("== 7", "== 9")).because == "not 7"


def test_a_fixture_that_fails_is_our_fault(tmp_path):
    with pytest.raises(Broken, match="check it: the test file does not run: KeyError"):
        judge(tmp_path, np.zeros(2), "import pytest\n@pytest.fixture\ndef made(data): return data['no']\n"
                                     "def test_it(made): pass\n")


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_tests_that_end_their_process_are_our_fault_and_the_next_attempt_is_judged(tmp_path, end):
    with pytest.raises(Broken, match="left no report"):
        judge(tmp_path, np.zeros(2), f"import os\ndef test_it(): {end}\n")
    assert judge(tmp_path, np.array([3.0, 0.0])).verdict == "passed"


def test_a_tester_that_was_killed_meanwhile_is_replaced(tmp_path):
    judge(tmp_path, np.array([3.0, 0.0]))
    [kept] = [t for _, t in shared().idle if t.file == tmp_path / "test_it.py"]
    kept.process.kill()
    kept.process.wait()
    assert judge(tmp_path, np.array([3.0, 0.0])).verdict == "passed"


def test_threads_have_their_verdicts_from_testers_of_their_own(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    def one(total):
        trial = case({"w": np.array([total, 0.0])}, {"w": np.array([1.0, 2.0])}, {"d.x": np.zeros(2)}, root=tmp_path)
        return verdict(Pytest, trial, file="test_it.py", of=["p.w"]).verdict
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, [3.0, 4.0] * 6)) == ["passed", "failed"] * 6
    assert sum(t.file == tmp_path / "test_it.py" for _, t in shared().idle) <= 2


def test_closing_ends_the_processes_that_wait(tmp_path):
    judge(tmp_path, np.array([3.0, 0.0]))
    waiting = [t.process for _, t in shared().idle]
    shared().close()
    assert waiting
    assert all(p.poll() is not None for p in waiting)
    assert shared().idle == []
