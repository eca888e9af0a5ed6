"""How much cheaper judging a kept attempt is than grading it the first time, both measured in one run.

The first grading counts what the boxes' programs took and what this process took, with the reference's answers at hand;
boxes are started ahead and cost nothing here. Judging again counts this process and those that run an instructor's own
tests, their start included, and begins with nothing in memory but what is on disk.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.catalog import Assignment
from grader.errors import Broken
from grader.example import Example, examples_of
from grader.own_tests import shared
from grader.settings import Places
from worker import answers, datasets
from worker.attempt import Attempt
from worker.box import Boxes
from worker.grade import measured
from worker.keep import Store, keep
from worker.regrade import Regraded, regrade


@dataclass(frozen=True, slots=True)
class Row:
    """What attempts of one assignment took, in milliseconds of CPU each."""

    assignment: str
    attempts: int
    judged: int
    first_ms: float
    again_ms: float
    wall_ms: float  # of judging again

    @property
    def per_minute(self) -> float:
        """How many attempts one core judges in a minute."""
        return 60_000 / self.again_ms

    @property
    def ratio(self) -> float:
        """How many times as much the first grading took."""
        return self.first_ms / self.again_ms


def compare(assignment: Assignment, attempts: int, judged: int, boxes: Boxes, places: Places,
            on_done: Callable[[], None] = lambda: None) -> Row:
    """Grade so many attempts of an assignment's examples, then judge them again until so many are judged."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        examples = [e for e in examples_of(assignment.root, assignment.spec) if not e.expected.slow]
        work = islice(((e, seed) for seed in count(1) for e in examples), attempts)
        shared().close()
        first = sum(_grade(assignment, e, seed, store, boxes, places, on_done) for e, seed in work) + closed()
        cpu, wall, done = _judge(store, assignment, places, judged, on_done)
    return Row(assignment.slug, attempts, done, 1000 * first / attempts, 1000 * cpu / done, 1000 * wall / done)


def _grade(assignment: Assignment, example: Example, seed: int, store: Store, boxes: Boxes,
           places: Places, on_done: Callable[[], None]) -> float:
    """Grade and keep one attempt; returns seconds of CPU."""
    attempt = Attempt(assignment, example.submission, seed, places)
    answers.answers(assignment, attempt.style, seed, places)  # at hand, as for the second grading
    start = time.process_time()
    report = measured(attempt, boxes).report()
    took = time.process_time() - start + sum(run.cpu_s or run.seconds for run in attempt.runs)
    keep(store, attempt, report, datetime.now(UTC), example.name)
    on_done()
    return took


def _judge(store: Store, assignment: Assignment, places: Places, judged: int,
           on_done: Callable[[], None]) -> tuple[float, float, int]:
    """Judge all that is kept, again and again; returns seconds of CPU, seconds, and how many were judged."""
    forget()
    cpu, wall, done = spent(), time.monotonic(), 0
    while done < judged:
        found = regrade(store, assignment, places, on_done=on_done)
        if wrong := [r for r in found if not isinstance(r, Regraded) or r.outcome != "unchanged"]:
            raise Broken(f"{assignment.slug}: {len(wrong)} of {len(found)} attempts are not judged as the first time")
        done += len(found)
    wall = time.monotonic() - wall
    shared().close()
    return spent() - cpu, wall, done


def forget() -> None:
    """Empty what this process has in memory, as if it had just been started."""
    shared().close()
    answers.forget()
    datasets.forget()


def closed() -> float:
    """End the processes that run an instructor's own tests; returns the seconds of CPU they took."""
    before = spent()
    shared().close()
    return spent() - before


def spent() -> float:
    """Seconds of CPU of this process and of those it started and saw end."""
    return sum(os.times()[:4])
