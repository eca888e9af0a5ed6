"""A failing attempt is compared with the folder's mistakes on its own inputs, in real boxes, and once only."""

import pytest

from grader.catalog import default_root, load
from grader.diagnose import read_likelihood
from grader.html import render
from grader.settings import read_settings
from grader.submission import read_submission
from worker.attempt import Attempt
from worker.diagnoses import Counted, trust, variants
from worker.grade import measured
from worker.keep import graded
from worker.known import explain

SEED = 4
pytestmark = pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)


@pytest.fixture
def assignment():
    return load(default_root() / "cost-functions")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADER_MNIST", str(read_settings().mnist))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def example(assignment, name):
    return (assignment.root / "examples" / name / "submission.py").read_text()


def told(assignment, source, boxes):
    submission = read_submission("submission.py", source.encode())
    return explain(measured(Attempt(assignment, submission, SEED, read_settings().places), boxes), boxes)


def test_known_mistake_in_another_file_is_named_with_its_hint(assignment, boxes):
    source = "# handed in by somebody else\n" + example(assignment, "sum-for-mean")
    said = told(assignment, source, boxes)
    assert said.mistake == "sum-for-mean"
    assert said.hint
    assert said.confidence >= 0.95


def test_right_submission_and_unknown_mistake_are_diagnosed_with_nothing(assignment, boxes):
    assert told(assignment, example(assignment, "torch"), boxes) is None
    strange = example(assignment, "torch") + "\n\ndef sigmoid(z):\n    return z * 0.123 + 0.4567\n"
    assert told(assignment, strange, boxes) is None


def test_mistakes_are_measured_once_for_the_same_inputs(assignment, boxes):
    source = "# one\n" + example(assignment, "wrong-sign")
    first = told(assignment, source, boxes)
    before = sum(idle.talk.runs for idle in boxes.idle), boxes.started
    assert told(assignment, source, boxes) == first
    after = sum(idle.talk.runs for idle in boxes.idle), boxes.started
    assert after[0] - before[0] <= 2  # the attempt's own rounds, no mistake's
    assert after[1] == before[1]


def test_report_says_which_mistake_it_is(assignment, boxes, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("# mine\n" + example(assignment, "sum-for-mean"))
    report = graded(assignment, file, SEED, boxes, read_settings().places, None)
    assert report.diagnosis.mistake == "sum-for-mean"
    assert "A known mistake explains these numbers" in render(report)


def test_variants_are_right_examples_and_mistakes_of_a_known_cause(assignment, boxes):
    made = list(variants(assignment))
    assert {v.cause for v in made} >= {"", "wrong-axis"}
    assert {v.name for v in made if not v.cause} == {"numpy", "plain-python", "torch"}


def test_trust_counts_what_is_said_of_right_and_wrong_submissions(assignment, boxes):
    every, ticks = list(variants(assignment)), []
    likelihood, counted = trust(every, read_settings().places, boxes, [SEED, SEED + 1], lambda: ticks.append(1))
    assert len(ticks) == 2 * len(every)
    assert sum(counted.said.values()) == len(every)
    assert sum(likelihood.own) + sum(likelihood.other) > 5
    assert counted.accused[0] == 0
    assert counted.right[0] == counted.right[1]
    assert Counted().right == (0, 0)


def test_all_seeds_count_where_the_likelihoods_are_given(assignment, boxes):
    every, kept = list(variants(assignment)), read_likelihood()
    likelihood, counted = trust(every, read_settings().places, boxes, [SEED, SEED + 1], jobs=2, likelihood=kept)
    assert likelihood is kept
    assert sum(counted.said.values()) == 2 * len(every)
    assert sum(counted.own) == 0


def test_style_without_answers_is_left_out(assignment, boxes):
    softmax = load(default_root() / "softmax")
    assert {v.style for v in variants(softmax)} == {"function"}
