"""What a worker does for instructors: it takes the proof that has waited longest, and has a child do it (worker/proof_child.py).

Theory of operation. A proof may take hours and must delay no student. So the task only starts a thread, one a worker, and
gives the place it took in the queue back at once. The thread looks after the child: it writes down what the child tells,
prolongs the lease, holds the child back while students' submissions wait, and ends it when the proof is cancelled, takes
too long, or the worker ends; then it goes back into the queue, as it does by its lease when the worker is killed.
"""

from __future__ import annotations

import json
import logging
import os
import queue as queues
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from grader import archive
from grader.calibration import Calibration
from grader.calibration import read as read_calibration
from grader.errors import Broken, SpecError
from grader.proof import Mutants, ProofReport, Proven
from grader.settings import Settings
from grader.web import proofs, specs
from grader.web.models import Attempt, State
from grader.web.models import Proof as Row
from worker.engines.base import owner
from worker.grading import stubborn
from worker.proof_child import bands_of

LOOK_S = 0.5
TELL_S = 1.0  # between two looks at the row
MOST_S = 6 * 3600.0
OLD_S = 24 * 3600.0  # a folder this old was left by a worker that was killed
MAX_LINE = 4 << 20
SAID = 400  # characters of what a child says when it dies
log = logging.getLogger(__name__)


class Abandoned(Exception):
    """The proof is no longer this worker's to do: it was cancelled, or its lease was lost."""


@dataclass
class Found:
    """What a child has told so far."""

    report: dict[str, Any] = field(default_factory=lambda: {"examples": []})
    calibration: str | None = None
    told: list[dict[str, Any]] = field(default_factory=list)
    phase: str = ""
    done: int = 0
    total: int = 0
    is_over: bool = False

    def take(self, event: dict[str, Any]) -> None:
        """Take in what a child tells; raises Broken where it makes no sense."""
        try:
            self._take(event)
        except (KeyError, TypeError, ValueError) as e:
            raise Broken(f"the proof's process says strange things: {e}") from e

    def _take(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "phase":
                self.phase, self.done, self.total = str(event["text"])[:200], int(event["done"]), int(event["total"])
            case "example":
                found = Proven.model_validate(event["found"])
                self.report["examples"].append(found)
                self.done += 1
                self.told.append({"name": found.name, "about": found.about, "is_right": found.is_right, "holds": found.holds,
                                  "seconds": found.seconds})
            case "calibrated":
                Calibration.model_validate_json(event["content"])
                self.calibration = str(event["content"])
            case "mutants":
                self.report["mutants"] = Mutants.model_validate(event["found"])
            case "problems":
                self.report |= {"problems": [str(p) for p in event["problems"]], "where": str(event["where"])}
            case "engine":
                self.report["engine"] = f"{event['name']} ({event['why']})"
            case "end":
                self.is_over = True


class Proving:
    """The proofs of one worker process, one at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name = owner()
        self.queues = settings.queues.split(",")
        self.home = settings.data / "proofs"
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()

    def open(self) -> None:
        """Remove what killed workers left."""
        for folder in self.home.glob("*"):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > OLD_S:
                    shutil.rmtree(folder, ignore_errors=True)

    def prove_waiting(self) -> bool:
        """Begin to prove what waits; False where this worker is at it already. Returns at once."""
        with self.lock:
            if self.stopping.is_set() or (self.thread is not None and self.thread.is_alive()):
                return False
            self.thread = threading.Thread(target=self._all, name="proofs", daemon=True)
            self.thread.start()
        return True

    def stop(self, **_: Any) -> None:
        """Begin no further proof; the one that runs goes back into the queue."""
        self.stopping.set()

    def close(self, **_: Any) -> None:
        """Wait until that is done."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(30)

    def _all(self) -> None:
        try:
            while not self.stopping.is_set() and (row := proofs.claim(self.queues, self.name, specs.now())) is not None:
                self._one(row)
        except (OperationalError, InterfaceError) as e:
            log.warning("no proof is taken: the database doesn't answer: %s", e)
        finally:
            connection.close()

    def _one(self, row: Row) -> None:
        """Have one proof done and write down how it ended."""
        home = self.home / secrets.token_hex(8)
        try:
            found = self._watched(row, home)
        except Abandoned:
            log.info("proof %s is no longer ours", row.pk)
        except (Broken, SpecError, OSError) as e:
            log.warning("proof %s, try %d: %s", row.pk, row.tries, e)
            because = str(e)
            stubborn(lambda: proofs.give_back(row, because, specs.now()))
            self.stopping.wait(2.0 ** row.tries)
        else:
            report, calibration = found
            stubborn(lambda: proofs.finish(row, specs.now(), report, calibration))
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def _watched(self, row: Row, home: Path) -> tuple[ProofReport, str | None]:
        """Lay the folder out, start the child and watch it to its end."""
        folder = home / row.slug
        for path, content in archive.unpacked(specs.objects().get(row.content)).items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        began, found = time.monotonic(), Found(phase="starting")
        with (home / "said").open("wb") as said:
            child = self._start(row, folder, said)
        try:
            self._follow(child, row, found, home / "hold", began + MOST_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if not found.is_over:
            last = (home / "said").read_bytes()[-SAID:].decode(errors="replace").strip()
            raise Broken(f"the proof's process ended with status {child.returncode}; perhaps memory was short. {last}".strip())
        measured = read_calibration(folder)
        bands = bands_of(measured, is_new=found.calibration is not None) if measured else None
        return ProofReport(**found.report, bands=bands, seconds=round(time.monotonic() - began, 1)), found.calibration

    def _start(self, row: Row, folder: Path, said: Any) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([sys.executable, "-m", "worker.proof_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=said, env=environment(self.settings), cwd=Path(__file__).parents[1],
                                 start_new_session=True)
        job = {"folder": str(folder), "hold": str(folder.parent / "hold"), "jobs": max(1, self.settings.jobs // 2),
               "has_mutants": row.has_mutants, "is_anew": row.is_anew}
        if child.stdin is not None:
            child.stdin.write(json.dumps(job).encode() + b"\n")
            child.stdin.flush()
        return child

    def _follow(self, child: subprocess.Popen[bytes], row: Row, found: Found, hold: Path, until: float) -> None:
        """Take in what the child tells until it ends; raises Abandoned where it is to end, Broken where it takes too long."""
        events: queues.SimpleQueue[dict[str, Any] | None] = queues.SimpleQueue()
        threading.Thread(target=_listen, args=(child, events), daemon=True).start()
        told, is_open = 0.0, True
        while is_open:
            with suppress(queues.Empty):
                event = events.get(timeout=LOOK_S)
                is_open = event is not None
                if event is not None:
                    found.take(event)
            if time.monotonic() - told >= TELL_S or not is_open:
                told = time.monotonic()
                self._tell(row, found, hold)
            if self.stopping.is_set():
                raise Broken("the worker ended")
            if time.monotonic() > until:
                raise Broken(f"it took more than {MOST_S / 3600:g} hours; prove it with `grader verify`")

    def _tell(self, row: Row, found: Found, hold: Path) -> None:
        """Say how far it is, and hold the child back while students' submissions wait."""
        is_held = Attempt.objects.filter(state=State.QUEUED, priority=0, queue=row.queue).exists()
        hold.touch() if is_held else hold.unlink(missing_ok=True)
        phase = "held back: students' submissions go first" if is_held else found.phase
        said = {"phase": phase, "done": found.done, "total": found.total, "told": found.told}
        if not stubborn(lambda: proofs.tell(row, specs.now(), said)):
            raise Abandoned


def environment(settings: Settings) -> dict[str, str]:
    """Give a child what it needs, and none of the service's secrets."""
    needed = {"ENGINE": settings.engine, "MNIST": settings.mnist, "DIABETES": settings.diabetes, "ISOLATION": settings.isolation,
              "POOL_MB": settings.pool_mb}
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("GRADER_", "DJANGO_"))}
    given = {f"GRADER_{k}": str(v) for k, v in needed.items() if v is not None}
    return plain | given | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def _listen(child: subprocess.Popen[bytes], events: queues.SimpleQueue[dict[str, Any] | None]) -> None:
    """Read a child's lines until it ends, or says something that is none."""
    if child.stdout is not None:
        while line := child.stdout.readline(MAX_LINE):
            try:
                event = json.loads(line)
            except ValueError:
                break
            if isinstance(event, dict):
                events.put(event)
    events.put(None)
