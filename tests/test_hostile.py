"""Hostile submissions: each ends in a report within the limit, earns nothing, and leaves nothing to the spy behind it."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalog import default_root, load
from grader.html import render
from grader.settings import read_settings
from grader.spec import Limits
from grader.submission import read_submission
from worker.grade import grade

HERE = Path(__file__).parent / "hostile"
NAMES = sorted(p.name for p in HERE.iterdir() if p.is_dir())
LIMIT_S = 6
START_S = 60  # to make a box on a busy machine; the run itself is held to the limit below
FORBIDDEN = ("FOUND", "READ", "REACHED", "WROTE")
SPY = Path(__file__).parent / "reuse" / "looks.py"  # a right program that looks for all that one before it may have left


@pytest.fixture(scope="module")
def assignment():
    loaded = load(default_root() / "linear-zero")
    limits = Limits(seconds=LIMIT_S, memory_mb=512, output_kb=256)
    return replace(loaded, spec=loaded.spec.model_copy(update={"limits": limits}))


def attempt(assignment, path, boxes):
    submission = read_submission(path.name, path.read_bytes())
    return grade(assignment, submission, 5, boxes, read_settings().places)


def unhurried(assignment):
    limits = assignment.spec.limits.model_copy(update={"seconds": 30})
    return replace(assignment, spec=assignment.spec.model_copy(update={"limits": limits}))


def wanted_status(path):
    return path.read_text().splitlines()[1].removeprefix("# status: ")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_submission_earns_nothing_and_ends_in_a_report(name, assignment, boxes):
    path = HERE / name / "submission.py"
    started = time.monotonic()
    report = attempt(assignment, path, boxes)
    assert time.monotonic() - started <= START_S + LIMIT_S + 2
    assert report.provenance["seconds"] <= LIMIT_S + 2
    assert report.score == 0
    assert wanted_status(path) in ("any", report.status)
    assert not any(word in report.stdout for word in FORBIDDEN), report.stdout
    assert all(c.because for c in report.checks)
    spied = attempt(unhurried(assignment), SPY, boxes)
    assert spied.stdout == "LOOKED\n"
    assert (spied.status, spied.score) == ("finished", spied.points)


def test_there_are_enough_of_them():
    assert len(NAMES) >= 60


def test_honest_submission_after_all_of_them_is_unaffected(assignment, boxes):
    for name in ("survives", "writes-everywhere", "kills-everyone"):
        attempt(assignment, HERE / name / "submission.py", boxes)
    honest = assignment.root / "examples" / "autograd" / "submission.py"
    report = attempt(assignment, honest, boxes)
    assert (report.status, report.score) == ("finished", report.points)


def test_what_a_submission_prints_is_only_text_on_the_page(assignment, boxes):
    report = attempt(assignment, HERE / "terminal-escapes" / "submission.py", boxes)
    page = render(report)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\x1b" not in page
    assert "SCORE 10/10" in page
