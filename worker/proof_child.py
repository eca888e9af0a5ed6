"""The process in which one folder proves itself: a child of the worker, which may end it at any time.

Theory of operation. An instructor's upload is as hostile as a student's: its tables may be too large for the memory, its
trainings endless. So all of it is looked at here and not in the worker: in a process of its own, with a lower priority,
first to go where memory ends, and with nothing of the service's secrets in its environment. Examples run in boxes of this
process. What is found is told line by line on standard output, as JSON objects with `event`; the job comes as the first line
of standard input, which stays open: when it ends, the worker is gone, and so is this process with all it has started.

Between examples it waits as long as the job's `hold` file is there: students' submissions go first.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any

from grader.calibration import Calibration, chance_of_loss
from grader.catalog import Assignment, load
from grader.errors import Broken, SpecError
from grader.example import Example, examples_of
from grader.folder import is_calibration_due
from grader.proof import Bands, Mutants, Proven, cut, rows_of
from grader.settings import read_settings
from grader.spec import Limits
from worker import calibrate
from worker.answers import answers
from worker.box import Box, Boxes
from worker.engines.choose import choose
from worker.pool import BOX_MB, Pool
from worker.power import RUNS, power, work
from worker.verify import SEED, Proof, prove

NICE = 10
HOLD_S = 0.2
RARELY_S = 0.5  # between two words about how far it is

Tell = Callable[..., None]


@dataclass(frozen=True)
class Job:
    """What the worker asks for."""

    folder: str
    hold: str
    jobs: int
    has_mutants: bool
    is_anew: bool


class Polite:
    """Boxes that are held back while students' submissions wait."""

    def __init__(self, boxes: Boxes, hold: Path) -> None:
        self.boxes, self.hold, self.name = boxes, hold, boxes.name

    @contextmanager
    def box(self, runtime: str, limits: Limits, *, is_fresh: bool = False) -> Iterator[Box]:
        """Hold a box, once nobody else wants one."""
        while self.hold.exists():
            time.sleep(HOLD_S)
        with self.boxes.box(runtime, limits, is_fresh=is_fresh) as box:
            yield box


def main() -> None:
    """Do the job that standard input names; ends with status 0 where all was told."""
    line = os.fdopen(0, "rb", 0, closefd=False)  # a buffer would have a lock, which outlives this process's end
    job = Job(**json.loads(line.readline()))
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an instructor's code prints is nobody's word
    be_last()
    threading.Thread(target=end_with_the_worker, args=(line,), daemon=True).start()
    lock = threading.Lock()

    def tell(event: str, **what: Any) -> None:
        with lock:
            told.write(json.dumps({"event": event, **what}) + "\n")
            told.flush()
    try:
        work_on(job, tell)
    except SpecError as e:
        tell("problems", where=e.where, problems=cut(e.problems))
    tell("end")


def be_last() -> None:
    """Give way to everybody in time and memory; where the system doesn't permit it, nothing is lost."""
    os.nice(NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def end_with_the_worker(line: RawIOBase) -> None:
    """Wait until the worker is gone, and go too, with all that was started here."""
    while line.read(1024):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


def work_on(job: Job, tell: Tell) -> None:
    """Measure bands where they are due, prove every example, and try mistakes made by machine where that is asked for."""
    folder, settings = Path(job.folder), read_settings()
    found = load(folder, is_open=True)
    examples_of(folder, found.spec)
    try_reference(found)
    if is_calibration_due(folder) or (job.is_anew and found.spec.calibration is not None):
        measure(folder, tell)
        tell("calibrated", content=(folder / "calibration.json").read_text(encoding="utf-8"))
    assignment = load(folder)
    engine, why = choose(settings.engine, assignment.spec.runtimes[0])
    tell("engine", name=engine.name, why=why)
    with Pool(engine, job.jobs * BOX_MB, is_fresh=settings.isolation == "fresh") as pool:
        boxes = Polite(pool, Path(job.hold))
        examples(assignment, boxes, job, tell)
        if job.has_mutants:
            mutants(assignment, boxes, job, tell)


def try_reference(assignment: Assignment) -> None:
    """Measure the reference once; where it can't be, that is an error of the folder and no fault of ours."""
    try:
        for style in assignment.spec.styles:
            answers(assignment, style, SEED, read_settings().places)
    except Broken as e:
        raise SpecError("reference", [str(e)]) from e


def measure(folder: Path, tell: Tell) -> None:
    """Train right programs from many seeds and write the bands."""
    says = rarely(tell, "training right programs from many seeds")
    (folder / "calibration.json").unlink(missing_ok=True)  # a damaged one is no reason to stop
    calibrate.write(calibrate.of_folder(folder, read_settings().places, on_progress=says), folder)


def examples(assignment: Assignment, boxes: Polite, job: Job, tell: Tell) -> None:
    """Grade every example, and tell its outcome as soon as it is there."""
    named = {e.name: e for e in examples_of(assignment.root, assignment.spec)}
    tell("phase", text="grading every example", done=0, total=len(named))
    prove([assignment], boxes, read_settings().places, job.jobs,
          lambda p: tell("example", found=outcome(p, named[p.example]).model_dump(mode="json")))


def outcome(proof: Proof, example: Example) -> Proven:
    """Write one example's outcome; its seconds are those that it ran, without waiting for a box or the reference."""
    report = proof.report
    return Proven(
        name=proof.example, about=proof.about[:300], is_right=proof.is_right, style=example.expected.style,
        seconds=float(report.provenance["seconds"]) if report else round(proof.seconds, 3), surprises=cut(proof.surprises),
        status=report.status if report else "broken",
        score=report.score if report else None, points=report.points if report else None,
        rows=rows_of(example, report) if report else [])


def mutants(assignment: Assignment, boxes: Polite, job: Job, tell: Tell) -> None:
    """Measure false rejections over many right submissions, and try mistakes made by machine."""
    total, done = work(assignment, RUNS), 0
    says = rarely(tell, "trying right submissions and mistakes made by machine")

    def count() -> None:
        nonlocal done
        done += 1
        says(done, total)
    found = power(assignment, boxes, read_settings().places, job.jobs, count)
    tell("mutants", found=Mutants(
        runs=found.runs, mistakes=found.mistakes, survivors=cut(found.survivors), excused=cut(found.excused),
        rejected=dict(found.rejected), unchanged=found.unchanged).model_dump(mode="json"))


def rarely(tell: Tell, text: str) -> Callable[[int, int], None]:
    """Tell how far something is, at most twice a second."""
    last = -RARELY_S
    lock = threading.Lock()

    def say(done: int, total: int) -> None:
        nonlocal last
        with lock:
            if time.monotonic() - last >= RARELY_S or done == total:
                last = time.monotonic()
                tell("phase", text=text, done=done, total=total)
    return say


def bands_of(measured: Calibration, *, is_new: bool) -> Bands:
    """Say what a calibration promises."""
    return Bands(seeds=measured.seeds, seconds=measured.seconds, is_new=is_new,
                 chance_of_loss=chance_of_loss(list(measured.checks.values())),
                 checks={name: measured.because(name) for name in measured.checks})


if __name__ == "__main__":
    main()
