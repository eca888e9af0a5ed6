"""The whole service as one way to grade: sent over HTTP, a bell through Redis, a Celery worker, a report read back."""

from __future__ import annotations

import time
from contextlib import ExitStack
from itertools import cycle
from threading import Lock

from grader.errors import Broken
from worker.bench import cpu
from worker.bench.task import Task
from worker.bench.ways import Sample
from worker.engines.docker import Docker

STUDENTS = 60  # one may send 20 in ten minutes


class Queued:
    """Web, Redis, worker and sweeper of its own, with boxes in Docker; its processes' CPU is counted, the sender's is not."""

    name = "service, docker"
    is_in_image = True

    def __init__(self) -> None:
        from worker.bench import web  # it imports Django
        Docker().image("pytorch")  # Broken where there is none: before a service is started
        self.ending = ExitStack()
        self.hand_in, self.await_report = web.hand_in, web.await_report
        self.settings, self.running = self.ending.enter_context(web.service({"GRADER_ENGINE": "docker"}))
        self.students = cycle(web.students("queued", STUDENTS, self.settings))
        self.turn = Lock()

    def grade(self, task: Task) -> Sample:
        """Send a submission and wait for its report; the seed is the service's choice."""
        with self.turn:
            student = next(self.students)
        before, began = cpu.of(living := self.living()), time.monotonic()
        told = self.await_report(student, self.hand_in(student, task.source.encode()))
        wall_s, outside = time.monotonic() - began, cpu.of(living) - before
        report = told["report"]
        if report is None or report["score"] != report["points"]:
            raise Broken(f"the service gave {told['state']}, not full marks")
        return Sample(wall_s, outside + report["provenance"]["cpu_s"])

    def living(self) -> list[int]:
        """List the service's processes, the engine's, and those in its boxes."""
        daemons = cpu.daemons()
        own = [part.process.pid for part in self.running if part.process]
        return sorted({pid for top in [*own, *daemons] for pid in cpu.tree(top)})

    def close(self) -> None:
        """End the service."""
        self.ending.close()
