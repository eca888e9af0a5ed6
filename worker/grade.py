"""One attempt, from submission to report. The same function serves the queue, `grader try` and `grader verify`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.catalog import Assignment
from grader.report import Report
from grader.settings import Places
from grader.submission import Submission
from worker.attempt import Attempt
from worker.box import Boxes, Status

Progress = Callable[[dict[str, Any]], None]


def grade(assignment: Assignment, submission: Submission, seed: int, boxes: Boxes, places: Places,
          on_progress: Progress | None = None) -> Report:
    """Measure a submission in boxes and judge the evidence outside them; raises Broken when the fault is ours."""
    return measured(Attempt(assignment, submission, seed, places), boxes, on_progress).report()


def measured(attempt: Attempt, boxes: Boxes, on_progress: Progress | None = None) -> Attempt:
    """Run an attempt's rounds, each in namespaces of its own.

    A first round measures all that depends on nothing; later rounds what earlier verdicts allow, and further trials of
    stochastic checks. A run that did not finish ends the attempt; what was measured before it still counts.
    """
    spec = attempt.assignment.spec
    with boxes.box(attempt.runtime, spec.limits, is_fresh=spec.isolation == "fresh") as box:
        while attempt.plan():
            run = box.run(attempt.job(), on_progress)
            attempt.add(run)
            if run.status is not Status.FINISHED:
                break
    return attempt
