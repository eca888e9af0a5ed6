"""What a worker does when a bell rings: claim the fairest attempt, grade it, and write its report once."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from grader.errors import Broken, SpecError, SubmissionError
from grader.log import about
from grader.manifest import Manifest
from grader.report import Report
from grader.settings import Settings
from grader.submission import read_submission
from grader.web import audit, bell, devices, leftovers, progress, queue, specs
from grader.web.models import Attempt as Row
from grader.web.models import SpecVersion, State
from worker.attempt import Attempt, unrun
from worker.comparing import compare_waiting
from worker.devices import serving
from worker.devices.boxes import DeviceBoxes
from worker.devices.device import Device
from worker.devices.lease import NoDevice
from worker.engines.base import owner
from worker.engines.choose import choose
from worker.fitness import Fitness
from worker.grade import measured
from worker.keep import manifest_of, report_bytes
from worker.known import explain
from worker.lease import renewed
from worker.metrics import Metrics, of_boxes
from worker.pool import Pool

RUNTIME = "pytorch"
LONGEST_S = 30.0  # to wait after faults of ours before the next attempt is claimed
PRESENT_S = 20.0  # how often a worker says that it is there
AGAIN_S = (0.1, 0.5, 2.0, 5.0, 10.0, *[20.0] * 30)  # pauses before a database that doesn't answer is asked again
log = logging.getLogger(__name__)

Result = dict[str, Any]
T = TypeVar("T")


class Grading:
    """One worker process: its boxes, and the attempts it holds a lease on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name = owner()
        self.queues = settings.queues.split(",")
        self.redis = progress.connect(settings.redis_url)
        self.stopping = threading.Event()  # no further attempt is begun
        self.closed = threading.Event()
        self.boxes: Pool | None = None
        self.on_devices: DeviceBoxes | None = None  # of a worker with the queue gpu
        self.using_devices = 0  # attempts that have a device or wait for theirs
        self.claiming = threading.Lock()
        self.fitness: Fitness | None = None
        self.metrics = Metrics()
        self.faults = 0  # of ours, since the last attempt that was graded

    def open(self) -> None:
        """Choose an engine, sweep what a killed worker left, and say that this one is there."""
        engine, why = choose(self.settings.engine, RUNTIME)
        engine.sweep()
        log.warning("worker %s grades in %s boxes (%s), %d at once, queues %s", self.name, engine.name, why, self.settings.jobs,
                    ", ".join(self.queues))
        self.boxes = Pool(engine, self.settings.pool_mb, is_fresh=self.settings.isolation == "fresh", keeps_house=True)
        if devices.GPU in self.queues:
            found, because = serving.find(self.settings, engine, alert_of_device)
            log.warning("devices (%s): %s", because, "; ".join(map(str, found.devices)))
            self.on_devices = DeviceBoxes(self.boxes, found, preferred_wait_s=self.settings.gpu_wait_s,
                                          is_over=self.stopping.is_set)
        self.fitness = Fitness(lambda: engine.why_not(RUNTIME), specs.objects())
        self._warm_up(self.boxes)
        self.metrics.watch(lambda: of_boxes(self._facts()))
        self.metrics.serve(self.settings.metrics)
        threading.Thread(target=self._be_present, name="presence", daemon=True).start()

    def stop(self, **_: Any) -> None:
        """Begin no further attempt; those that run are brought to their end."""
        self.stopping.set()

    def close(self, **_: Any) -> None:
        """End all boxes."""
        self.closed.set()
        if self.boxes is not None:
            self.boxes.close()

    def grade_waiting(self, *, regrades: bool = True) -> int:
        """Grade attempts, the fairest first, until none waits, without `regrades` submissions alone; returns how many.

        One bell is worth all that wait, because a row may have been kept back when its own bell rang. What is graded again is
        worth a bell each, so that other work has its turn in between.
        """
        graded = 0
        try:
            while self._is_fit() and (row := self._claim(regrades=regrades)) is not None:
                progress.tell(self.redis, row.pk, "claimed", worker=self.name, tries=row.tries)
                self.metrics.wait.observe(max(0.0, (row.started_at - row.created_at).total_seconds()) if row.started_at else 0.0)
                with about(row.pk), leased(row):
                    self._work_on(row)
                graded += 1
                if self.faults:  # or an engine that is away for a minute would break all that wait
                    self.stopping.wait(min(LONGEST_S, 2.0 ** self.faults))
                if row.priority:
                    break
            compare_waiting(self.queues, self.stopping)
        except (OperationalError, InterfaceError) as e:
            log.warning("nothing is claimed: the database doesn't answer: %s; the sweeper will ring", e)
        finally:
            connection.close()  # the pool's thread may idle for long
        return graded

    @property
    def jobs(self) -> int:
        """How many attempts this worker runs at once: no more than it has devices, where it does nothing without one."""
        most = len(self.on_devices.devices.devices) if self.on_devices and self.queues == [devices.GPU] else self.settings.jobs
        return min(self.settings.jobs, most)

    def _claim(self, *, regrades: bool) -> Row | None:
        """Claim the fairest attempt, one for a device only while one is free here."""
        if self.on_devices is None:
            return queue.claim(self.queues, self.name, specs.now(), regrades=regrades)
        with self.claiming:
            is_free = self.using_devices < len(self.on_devices.devices.well())
            mine = self.queues if is_free else [q for q in self.queues if q != devices.GPU]
            row = queue.claim(mine, self.name, specs.now(), regrades=regrades)
            self.using_devices += row is not None and row.queue == devices.GPU
        return row

    def _work_on(self, row: Row) -> None:
        """Grade an attempt to its end; one whose device failed goes back to the queue unharmed."""
        try:
            self._end(row, *self._try(row))
        except NoDevice as e:
            log.warning("attempt %s goes back to the queue: %s", row.pk, e)
            because = str(e)
            if stubborn(lambda: queue.hand_back(row, because)):
                progress.tell(self.redis, row.pk, "queued")
        finally:
            with self.claiming:
                self.using_devices -= row.queue == devices.GPU

    def _is_fit(self) -> bool:
        """Wait until this worker can grade; False where it is to end."""
        if self.fitness is not None:
            self.fitness.wait(self.stopping, after_fault=bool(self.faults))
        return not self.stopping.is_set()

    def _try(self, row: Row) -> tuple[Result | None, str]:
        """Grade an attempt, and if the fault is ours, say which."""
        try:
            return self._grade(row), ""
        except NoDevice:
            raise
        except (Broken, SpecError, OSError) as e:
            return None, str(e)
        except Exception as e:
            log.exception("attempt %s: a bug", row.pk)
            return None, f"{type(e).__name__}: {e}"

    def _grade(self, row: Row) -> Result:
        """Measure the submission in boxes, judge what came out, and keep both."""
        if self.boxes is None:
            raise Broken("this worker has no boxes yet")
        folder, objects, now = specs.folder(row.version), specs.objects(), specs.now()
        def sink(event: str, what: dict[str, Any]) -> None:
            progress.tell(self.redis, row.pk, event, **what)
        raw = objects.get(row.submission.content)
        try:
            submission = read_submission(row.submission.name, raw)
        except SubmissionError as e:  # it was taken in by an older version that could read it
            report = unrun(folder, row.submission.name, "crashed", str(e), row.seed)
            return result(report, objects.put(report_bytes(report)), None)
        began = time.monotonic()
        boxes = self.on_devices if self.on_devices and row.queue == devices.GPU else self.boxes
        attempt = measured(Attempt(folder, submission, row.seed, self.settings.places), boxes, sink)
        self.metrics.run.observe((ran := time.monotonic()) - began)
        sink("phase", {"text": "comparing with known mistakes"})
        attempt.diagnosis = explain(attempt, boxes)
        report = attempt.report()
        with objects.keeping(), objects.together() as batch:
            manifest = manifest_of(batch, attempt, report, now, f"submission {row.submission.pk}")
            self.metrics.judge.observe(time.monotonic() - ran)
            return result(report, batch.put(report_bytes(report)), manifest)

    def _end(self, row: Row, found: Result | None, because: str) -> None:
        """Write how it ended, until the database takes it, and tell the page."""
        now = specs.now()
        self.faults = 0 if found is not None else self.faults + 1
        if found is not None:
            self.metrics.attempts.labels(found["status"]).inc()
            is_written, state = stubborn(lambda: queue.finish(row, now, found)), State.DONE
        else:
            self.metrics.faults.inc()
            log.error("attempt %s, try %d: %s", row.pk, row.tries, because)
            is_written = stubborn(lambda: queue.give_back(row, because, now))
            state = State.BROKEN if row.tries >= queue.MAX_TRIES else State.QUEUED
        if not is_written:
            if found is not None:  # a cancelled attempt's, or one that another worker has: what nothing names goes
                stubborn(lambda: leftovers.ask({found["report"], *leftovers.objects_of(found["manifest"])}, now))
            log.warning("attempt %s: its lease was lost, another worker writes its report", row.pk)
        elif state is State.QUEUED:
            progress.tell(self.redis, row.pk, "queued")
        else:
            if state is State.BROKEN:
                self.metrics.broken.inc()
                alert(row, because)
            progress.tell(self.redis, row.pk, "end", state=state)
            if row.priority:
                bell.ring_for_regrades()  # which may wait for it

    def _warm_up(self, boxes: Pool) -> None:
        """Start as many boxes as this worker runs at once, of the kind that most assignments want."""
        try:
            wanted = Counter((specs.folder(v).spec.runtimes[0], specs.folder(v).spec.limits)
                             for v in SpecVersion.objects.filter(assignments__isnull=False).distinct())
        except (OperationalError, InterfaceError, SpecError, Broken) as e:
            log.warning("no box is warmed ahead: %s", e)
            return
        finally:
            connection.close()
        for kind, _ in wanted.most_common(1):
            boxes.warm(*kind, self.settings.jobs)

    def _facts(self) -> dict[str, Any]:
        """Say how this worker is, to staff and the monitor."""
        assert self.boxes is not None  # noqa: S101 - whoever asks, asks behind open()
        return {"engine": self.boxes.name, "slots": self.jobs, "queues": self.queues, "faults": self.faults,
                "devices": self.on_devices.devices.facts() if self.on_devices else [], **self.boxes.facts()}

    def _be_present(self) -> None:
        """Tell how many attempts this worker can run at once, as long as it lives."""
        while True:
            progress.be_present(self.redis, self.name, self.jobs, int(3 * PRESENT_S))
            progress.say_how(self.redis, self.name, self._facts(), int(3 * PRESENT_S))
            if self.on_devices is not None and self.on_devices.devices.well():
                devices.be_seen(self.redis, specs.now())
            show_life(self.settings)
            if self.closed.wait(PRESENT_S):
                progress.be_gone(self.redis, self.name)
                return


def show_life(settings: Settings) -> None:
    """Touch the file that a health check looks at."""
    if settings.alive is not None:
        settings.alive.touch()


def result(report: Report, name: str, manifest: Manifest | None) -> Result:
    """Say what is written of a report into an attempt's row."""
    return {"status": report.status, "because": report.because, "score": report.score, "points": report.points,
            "report": name, "manifest": manifest.model_dump(mode="json") if manifest else None}


def alert(row: Row, because: str) -> None:
    """Tell staff of an attempt that was broken for good: in the audit log and the worker's own."""
    log.critical("attempt %s is broken after %d tries: %s", row.pk, row.tries, because)
    stubborn(lambda: audit.record(None, "attempt.broken", course=row.submission.assignment.course, about=f"attempt {row.pk}",
                                  reason=because[:500]))


def alert_of_device(device: Device, because: str) -> None:
    """Tell staff of a device that was set aside: in the audit log; its log line is there already."""
    stubborn(lambda: audit.record(None, "device.aside", about=f"device {device.uuid}", reason=because[:500]))


def leased(row: Row) -> AbstractContextManager[None]:
    """Renew an attempt's lease for as long as it takes."""
    return renewed(lambda: queue.renew(row, datetime.now(UTC)), queue.RENEW_S, f"attempt {row.pk}")


def stubborn(write: Callable[[], T]) -> T:
    """Write to the database, and again after a while where it doesn't answer."""
    for pause in AGAIN_S:
        try:
            return write()
        except (OperationalError, InterfaceError) as e:
            log.warning("the database doesn't answer: %s; again in %g s", e, pause)
            connection.close()
            time.sleep(pause)
    return write()
