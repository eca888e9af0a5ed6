"""One attempt, from submission to report. The same function serves the queue, `grader try` and `grader verify`."""

from __future__ import annotations

from grader.catalog import Assignment
from grader.report import Report
from grader.settings import Places
from grader.submission import Submission
from worker.attempt import Attempt
from worker.box import Boxes, Status
from worker.live import Live, Sink, silent


def grade(assignment: Assignment, submission: Submission, seed: int, boxes: Boxes, places: Places,
          sink: Sink = silent) -> Report:
    """Measure a submission in boxes and judge the evidence outside them; raises Broken when the fault is ours."""
    return measured(Attempt(assignment, submission, seed, places), boxes, sink).report()


def measured(attempt: Attempt, boxes: Boxes, sink: Sink = silent) -> Attempt:
    """Run an attempt's rounds, each in namespaces of its own.

    A first round measures all that depends on nothing; later rounds what earlier verdicts allow, and further trials of
    stochastic checks. A run that did not finish ends the attempt; what was measured before it still counts.
    What is going on is told to the sink.
    """
    spec = attempt.assignment.spec
    live = Live(spec, attempt.style, sink)
    with boxes.box(attempt.runtime, spec.limits, is_fresh=spec.isolation == "fresh") as box:
        while attempt.plan():
            live.begin(attempt.names, attempt.trial)
            run = box.run(attempt.job(), live.hear)
            live.say("judging")
            attempt.add(run)
            if run.status is not Status.FINISHED:
                break
    return attempt
