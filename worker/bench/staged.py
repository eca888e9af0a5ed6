"""One attempt with a clock at every stage: where the time goes that is not the student's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from worker.attempt import Attempt
from worker.bench.task import Task
from worker.box import Run
from worker.keep import Store, keep
from worker.pool import Pool

STAGES = ("plan", "box wait", "fork", "source", "loop", "sweep", "stream", "evidence", "judge", "store")


class Stages(dict[str, float]):
    """Seconds of each stage so far."""

    @contextmanager
    def clock(self, stage: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        began = time.monotonic()
        yield
        self[stage] += time.monotonic() - began


def grade(task: Task, boxes: Pool, store: Store) -> tuple[Attempt, dict[str, float]]:
    """Do what worker/grade.py and worker/keep.py do, stage by stage."""
    stages = Stages(dict.fromkeys(STAGES, 0.0))
    with stages.clock("plan"):
        attempt = Attempt(task.assignment, task.submission, task.seed, task.places)
    with boxes.box(attempt.runtime, task.assignment.spec.limits) as box:
        while plan(attempt, stages):
            with stages.clock("plan"):
                job = attempt.job()
            began = time.monotonic()
            run = box.run(job)
            split(run, time.monotonic() - began, stages)
            with stages.clock("evidence"):
                attempt.read(run)
            with stages.clock("judge"):
                attempt.judge()
    with stages.clock("judge"):
        report = attempt.report()
    with stages.clock("store"):
        keep(store, attempt, report, datetime.now(UTC), "bench")
    return attempt, dict(stages)


def plan(attempt: Attempt, stages: Stages) -> bool:
    """Choose the next round's probes."""
    with stages.clock("plan"):
        return attempt.plan()


def split(run: Run, seconds: float, stages: Stages) -> None:
    """Share out the time of a run: to the child, in the student's calls and around them, to the end, and on the way."""
    loop = sum(float(header["seconds"]) for header, _ in run.frames)
    shares = {"fork": run.stages["fork"], "loop": loop, "source": run.seconds - run.stages["fork"] - loop,
              "sweep": run.stages["sweep"], "box wait": run.stages.get("wait", 0.0)}
    for stage, share in shares.items():
        stages[stage] += share
    stages["stream"] += seconds - sum(shares.values())
