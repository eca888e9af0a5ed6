"""The outside half of the supervisor protocol, and how long a shell may be used.

The supervisor enforces the limits; this half doesn't rely on it. If `D` hasn't come 1.5 s after the limit the
box is killed from outside. If the stream ends without `D` it is killed too: for memory, if the kernel says
so; else the fault is ours (Broken).

A shell whose attempts have namespaces of their own may serve another one only if the last one ended by itself
(finished, or an exit of its own), the supervisor saw nothing that it left behind, and there were not too many.
Any doubt, and it is thrown away.
"""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from grader.errors import Broken
from grader.spec import Limits
from worker.box import Job, Run, Status
from worker.devices.device import Device
from worker.engines import gpu
from worker.engines.base import Finding, Shell
from worker.engines.fresh import FreshBox
from worker.engines.hearing import Heard, Progress
from worker.engines.shares import Shares
from worker.inside import wire
from worker.inside.streams import show

MAX_RUNS = 50
WELL_S = 1.0
START_S = 120.0  # importing torch takes 2 s, on a busy machine ten times that
GRACE_S = 1.5


class NoNestError(Broken):
    """This machine doesn't let a box give each attempt namespaces of its own."""


class Maker(ABC):
    """What all engines do alike: start boxes that can serve several attempts, or one where that is impossible."""

    name = ""
    gives_devices = False  # whether a box can be made with one
    alone_because = ""  # why a box here serves only one attempt; empty until that is known

    @abstractmethod
    def shell(self, runtime: str, limits: Limits, *, is_nested: bool, device: Device | None = None) -> Shell:
        """Build the box around one supervisor."""

    def start(self, runtime: str, limits: Limits, device: Device | None = None) -> Talk:
        """Start a box, with this device and no other, and wait until its framework is imported."""
        gpu.check(limits.gpu, device, self.name, gives_devices=self.gives_devices)
        if not self.alone_because:
            try:
                return self._warm(runtime, limits, device, is_nested=True)
            except NoNestError as error:
                self.alone_because = str(error)
        return self._warm(runtime, limits, device, is_nested=False)

    def reuse(self, runtime: str) -> Finding:
        """Start a box and say whether it can serve more than one attempt, and if not, why."""
        name, began = f"{self.name} reuse", time.monotonic()
        try:
            self.start(runtime, Limits()).shell.kill()
        except Broken as error:
            what, _, remedy = str(error).partition("; ")
            return Finding(name, ok=False, detail=what, remedy=remedy)
        warm = f"warm after {time.monotonic() - began:.1f} s"
        if not self.alone_because:
            return Finding(name, ok=True, detail=f"{warm}, a box serves many attempts, each in namespaces of its own")
        remedy = "allow unprivileged user namespaces and mounts in them; until then every attempt waits for a box of its own"
        return Finding(name, ok=False, detail=f"{warm}, a box serves one attempt: {self.alone_because}", remedy=remedy)

    def _warm(self, runtime: str, limits: Limits, device: Device | None, *, is_nested: bool) -> Talk:
        talk = Talk(self.shell(runtime, limits, is_nested=is_nested, device=device), is_nested=is_nested)
        talk.shell.provenance |= device.provenance() if device else {}
        talk.greet()
        return talk

    @contextmanager
    def box(self, runtime: str, limits: Limits) -> Iterator[FreshBox]:
        """Hold a box that takes a new shell for every job; nothing of it is left afterwards."""
        box = FreshBox(lambda: self.start(runtime, limits))
        try:
            box.warm()
            yield box
        finally:
            box.close()


class Talk:
    """The conversation with one supervisor, from its greeting to the end of its last job."""

    def __init__(self, shell: Shell, *, is_nested: bool) -> None:
        self.shell = shell
        self.runs = 0
        self.born = time.monotonic()
        self.doubt = "" if is_nested else "its attempts share namespaces"
        self.found = ""  # what the supervisor found amiss after its last job
        self.decoder = wire.Decoder()
        self.waiting: deque[wire.Frame] = deque()
        self.shares: Shares | None = None
        self.stopped: tuple[Status, str] | None = None  # why a guard ended it

    def greet(self) -> None:
        """Wait until the framework is imported; note the versions."""
        try:
            frame = self._next(time.monotonic() + START_S)
        except wire.WireError as error:
            fault = self._broken("did not start", error)
            self.shell.kill()
            raise fault from error
        if frame.kind == "N":
            self.shell.kill()
            raise NoNestError(str(frame.meta["because"]))
        if frame.kind != "R":
            self.shell.kill()
            raise Broken(f"box: the supervisor began with frame {frame.kind}, R expected")
        self.shell.provenance |= frame.meta["versions"]
        self.shares = self.shell.divide()
        self.shell.provenance["limits"] = "attempt" if self.shares else "box"

    @property
    def may_serve(self) -> bool:
        """Say whether another attempt may run here; the first always may."""
        return self.runs == 0 or (not self.doubt and self.runs < MAX_RUNS)

    def is_well(self) -> bool:
        """Ask the waiting supervisor for a sign of life."""
        deadline = time.monotonic() + WELL_S
        try:
            self.shell.channel.send(wire.pack_frame("H", {}), deadline)
            return self._next(deadline).kind == "H"
        except wire.WireError:
            return False

    def stop(self, status: Status, because: str) -> None:
        """End a job from another thread, which is the student's code's fault."""
        self.stopped = status, because
        self.shell.kill()

    def run(self, job: Job, on_progress: Progress) -> Run:
        """Send the job, collect its evidence, give the run. A box of which anything is doubtful says so in `doubt`."""
        self.runs += 1
        doubt, self.doubt = self.doubt, "a run that did not come to its end"
        with job.guard(self) if job.guard else nullcontext():
            run = self._run(job, on_progress)
        if run.status not in (Status.FINISHED, Status.CRASHED):
            doubt = doubt or f"a run ended as {run.status}"
        elif self._is_out_of_memory():
            doubt = doubt or "processes were killed for memory"
        self.doubt = doubt or self.found
        return run

    def _run(self, job: Job, on_progress: Progress) -> Run:
        nonce = secrets.token_hex(16)
        heard = Heard(job.limits, job.probes, on_progress)
        started = time.monotonic()
        deadline = started + job.limits.seconds + GRACE_S
        try:
            if self.shares:
                self.shares.open(job.limits)
            self.shell.channel.send(self._order(job, nonce), deadline)
            done = self._listen(nonce, heard, deadline)
            peak_mb = self.shares.close() if self.shares else None
        except wire.LateError:
            self.shell.kill()
            limit = f"stopped after {job.limits.seconds:g} s (limit {job.limits.seconds:g} s)"
            return self._cut_short(Status.TIMEOUT, f"{limit}, from outside", heard, started)
        except OSError as error:
            self.shell.kill()
            raise Broken(f"box: its control group can't be used: {error}") from error
        except wire.WireError as error:
            if self.stopped is not None:
                return self._cut_short(*self.stopped, heard, started)
            is_memory, fault = self._is_out_of_memory(), self._broken("ended in the middle of a job", error)
            self.shell.kill()
            if not is_memory:
                raise fault from error
            because = "used more memory than allowed and was stopped by the kernel"
            return self._cut_short(Status.MEMORY, because, heard, started)
        return self._conclude(job, done | ({"peak_memory_mb": peak_mb} if peak_mb else {}), heard)

    def _order(self, job: Job, nonce: str) -> bytes:
        limits = job.limits.model_dump(mode="json", exclude={"gpu", "gpu_mb"})
        uid = secrets.choice(self.shell.uids) if self.shell.uids else None
        return wire.pack_frame("J", {"nonce": nonce, "limits": limits, "uid": uid, "probes": job.probes}, job.request)

    def _listen(self, nonce: str, heard: Heard, deadline: float) -> dict[str, Any]:
        while True:
            kind, meta, blob = self._next(deadline)
            if meta.pop("nonce", None) != nonce:
                raise wire.WireError(f"frame {kind} is not of this job")
            if kind == "D":
                return meta | printed(meta, blob)
            if kind == "C" and self.shares:
                self.shares.leave()
            elif kind == "V":
                heard.take(blob)
            elif kind != "C":
                raise wire.WireError(f"frame {kind} was not expected")

    def _next(self, deadline: float) -> wire.Frame:
        while not self.waiting:
            data = self.shell.channel.receive(deadline)
            if not data:
                raise wire.WireError("the stream ended")
            self.waiting.extend(self.decoder.feed(data))
        return self.waiting.popleft()

    def _conclude(self, job: Job, done: dict[str, Any], heard: Heard) -> Run:
        self.found = done["doubt"]
        if not done["is_clean"]:
            self.found = "processes were left"
        elif done["signal"] is not None:
            self.found = f"a process ended by signal {done['signal']}"
        elif self.shares:
            self.found = self.found or self.shares.left()
        status, because = Status(done["status"]), done["because"]
        if status is Status.BROKEN:
            raise Broken(f"box: {heard.unconfined or because}")
        if status is Status.CRASHED and self._is_out_of_memory():
            status, because = Status.MEMORY, "used more memory than allowed and was stopped by the kernel"
        if status is Status.FINISHED and heard.wrong:
            status, because = Status.CRASHED, heard.wrong
        if status is Status.FINISHED and len(heard.frames) != job.probes:
            status = Status.CRASHED
            because = f"left evidence of {len(heard.frames)} probes, {job.probes} expected"
        return Run(
            status=status,
            because=because,
            frames=tuple(heard.frames),
            provenance=dict(self.shell.provenance),
            **{name: done[name] for name in ("stdout", "stderr", "stdout_bytes", "stderr_bytes")},
            **{name: done[name] for name in ("seconds", "cpu_s", "peak_memory_mb", "stages")},
        )

    def _is_out_of_memory(self) -> bool:
        return bool(self.shares and self.shares.oom_kills) or self.shell.is_out_of_memory()

    def _cut_short(self, status: Status, because: str, heard: Heard, started: float) -> Run:
        return Run(
            status=status,
            because=because,
            frames=tuple(heard.frames),
            stdout="",
            stderr="",
            stdout_bytes=0,
            stderr_bytes=0,
            seconds=time.monotonic() - started,
            cpu_s=None,
            peak_memory_mb=None,
            provenance=dict(self.shell.provenance),
        )

    def _broken(self, what: str, error: Exception) -> Broken:
        words = self.shell.last_words().strip()[-2000:]
        return Broken(f"box: the supervisor {what}: {error}" + (f"; it said: {words}" if words else ""))


def printed(done: dict[str, Any], kept: bytes) -> dict[str, str]:
    """Read what a child printed, as much as was kept of it: first its output, then its errors."""
    at = done["stdout_kept"]
    return {"stdout": show(kept[:at], done["stdout_bytes"]), "stderr": show(kept[at:], done["stderr_bytes"])}
