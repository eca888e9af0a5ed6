"""Warm boxes, kept for the next attempt.

Theory of operation
-------------------
A box takes seconds of CPU to warm and milliseconds to use, so boxes are kept. They are sorted by kind: runtime and
limits, without those that hold for each attempt alone. An attempt takes the box of its kind that was used last. Where none
is free it waits for whichever comes first: one that another attempt gives back, or a new one, of which as many are warmed
as attempts wait. Afterwards the box goes back, unless there is any doubt about it (Talk.may_serve); then it is ended in the
background, so that the verdict doesn't wait for that, and its place is filled before the next attempt asks.

All boxes together, those in use and those being warmed too, stay within a budget of memory: to make room, the idle box that
was used longest ago goes; where none is idle, the attempt waits. A box is held for one run and nobody who holds one asks for
another, so somebody always goes on.

Every so often idle boxes are asked for a sign of life, those that nobody has wanted for a while are ended, what was warmed
ahead is filled up, and what other workers left when they were killed is swept away. A box that died while idle (the engine was
restarted, say) is noticed when it is taken out, and replaced.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Self

from grader.errors import Broken
from grader.spec import Limits
from worker.box import Job, Run
from worker.devices.device import Device
from worker.engines.conversation import Talk
from worker.kinds import Idle, Kind, Maker, reason

BOX_MB = 400  # what a warm box with torch holds on to, measured
BUDGET_MB = 4096
UNSURE_S = 0.1  # idle for longer than this, a box is asked whether it is well before it is used
IDLE_S = 600.0
AT_ONCE = max(2, os.cpu_count() or 1)  # boxes started or ended at the same time
ROUND_S = 30.0


class Pool:
    """Boxes of one engine, for the attempts of one process; threads may share it."""

    def __init__(self, engine: Maker, budget_mb: int = BUDGET_MB, *, is_fresh: bool = False, keeps_house: bool = False) -> None:
        self.engine = engine
        self.is_fresh = is_fresh
        self.name = engine.name
        self.most = max(1, budget_mb // BOX_MB)
        self.turn = threading.Condition()  # guards all below, and tells those who wait that something has changed
        self.idle: list[Idle] = []
        self.alive = 0  # boxes that exist, are being started or ended
        self.busy: Counter[Kind] = Counter()  # attempts under way
        self.waiting: Counter[Kind] = Counter()
        self.warming: Counter[Kind] = Counter()
        self.ahead: Counter[Kind] = Counter()  # how many to have ready
        self.faults: dict[Kind, Broken] = {}
        self.unkilled: list[Talk] = []
        self.started = 0
        self.discarded: Counter[str] = Counter()
        self.closed = threading.Event()
        self.background = ThreadPoolExecutor(AT_ONCE, "boxes")
        if keeps_house:
            threading.Thread(target=self._keep_house, name="keep-house", daemon=True).start()

    def __enter__(self) -> Self:
        """Begin; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every box."""
        self.close()

    def warm(self, runtime: str, limits: Limits, count: int) -> None:
        """Have so many boxes ready ahead of their attempts, as far as the budget goes, without waiting for them."""
        kind = Kind.of(runtime, limits)
        with self.turn:
            self.ahead[kind] = count
            self._fill(kind)

    @contextmanager
    def box(self, runtime: str, limits: Limits, *, is_fresh: bool = False,
            device: Device | None = None) -> Iterator[PooledBox]:
        """Hold a box for one attempt; `is_fresh` asks for one that has served nobody, and will serve nobody else."""
        kind = Kind.of(runtime, limits, device)
        with self.turn:
            self.busy[kind] += 1
        try:
            yield PooledBox(self, kind, is_fresh or self.is_fresh)
        finally:
            with self.turn:
                self.busy[kind] -= 1

    def run(self, kind: Kind, job: Job, on_progress: Callable[[dict[str, Any]], None], *, is_fresh: bool) -> Run:
        """Run one job in a box of this kind; its stages tell how long it waited for one."""
        began = time.monotonic()
        talk = self._new(kind) if is_fresh else self._take(kind)
        waited = time.monotonic() - began
        try:
            run = talk.run(job, on_progress)
        finally:  # a run that did not come back left its box in doubt
            if talk.may_serve and not is_fresh:
                self._put_back(kind, talk)
            else:
                self._discard(kind, talk)
        return replace(run, stages={**run.stages, "wait": waited})

    def close(self) -> None:
        """End every box; those in use end with their attempt."""
        with self.turn:
            self.closed.set()
            gone, self.idle = self.idle, []
            self.turn.notify_all()
        for idle in gone:
            self._end(idle.talk)
        self.background.shutdown(wait=True)
        self._kill(*self.unkilled)

    def facts(self) -> dict[str, Any]:
        """Say how the boxes are."""
        with self.turn:
            oldest_s = max((time.monotonic() - i.talk.born for i in self.idle), default=0.0)
            return {"boxes": self.alive, "idle": len(self.idle), "oldest_s": round(oldest_s, 1), "started": self.started,
                    "discarded": dict(self.discarded)}

    def look_after(self) -> None:
        """Do the rounds: end what is dead or unwanted, have ready what was asked for, sweep what killed owners left."""
        now = time.monotonic()
        with self.turn:
            looked_at = [i for i in self.idle if now - i.since > UNSURE_S]
            self.idle = [i for i in self.idle if i not in looked_at]
        for idle in looked_at:
            self._look_at(idle, now)
        with self.turn:
            for kind in list(self.ahead):
                self._fill(kind)
        self._kill(*[self.unkilled.pop() for _ in list(self.unkilled)])
        with suppress(Broken):
            self.engine.sweep()

    def _look_at(self, idle: Idle, now: float) -> None:
        with self.turn:
            is_wanted = sum(i.kind == idle.kind for i in self.idle) < self.ahead[idle.kind]
        if (now - idle.since > IDLE_S and not is_wanted) or not idle.talk.is_well():
            self._end(idle.talk)
            return
        with self.turn:
            self.idle.insert(0, idle)
            self.turn.notify_all()

    def _keep_house(self) -> None:
        while not self.closed.wait(ROUND_S):
            self.look_after()

    def _take(self, kind: Kind) -> Talk:
        while True:
            idle = self._wait_for(kind)
            if time.monotonic() - idle.since <= UNSURE_S or idle.talk.is_well():
                return idle.talk
            self._end(idle.talk)

    def _wait_for(self, kind: Kind) -> Idle:
        """Wait for the first box of a kind that becomes free; raises Broken where none can be started."""
        with self.turn:
            if not self.waiting[kind]:
                self.faults.pop(kind, None)  # nobody is left whom it concerns
            self.waiting[kind] += 1
            try:
                while (idle := self._pop(kind)) is None:
                    if (fault := self.faults.pop(kind, None)) is not None:
                        raise fault
                    self._check_open()
                    self._fill(kind)
                    self.turn.wait()
            finally:
                self.waiting[kind] -= 1
            return idle

    def _check_open(self) -> None:
        if self.closed.is_set():
            raise Broken("the boxes are closed: this worker is ending")

    def _new(self, kind: Kind) -> Talk:
        """Start a box for one attempt alone, once there is room."""
        with self.turn:
            while not self._has_room():
                self.turn.wait()
            self._check_open()
            self.alive += 1
        return self._start(kind)

    def _pop(self, kind: Kind) -> Idle | None:
        for idle in reversed(self.idle):
            if idle.kind == kind:
                self.idle.remove(idle)
                return idle
        return None

    def _has_room(self) -> bool:
        """Say whether one more box is within the budget; if not, end the one that was idle for longest."""
        if self.alive >= self.most and self.idle:
            gone = self.idle.pop(0)
            self.background.submit(self._end, gone.talk)
        return self.alive < self.most or self.closed.is_set()

    def _fill(self, kind: Kind, at_least: int = 0) -> None:
        """Warm as many boxes as are missing: for those who wait, and those to have ready."""
        ready = sum(i.kind == kind for i in self.idle)
        missing = max(self.waiting[kind], self.ahead[kind] - ready, at_least - ready) - self.warming[kind]
        for _ in range(missing if not self.closed.is_set() else 0):
            if not (self.alive < self.most or (self.waiting[kind] and self._has_room())):
                return
            self.alive += 1
            self.warming[kind] += 1
            self.background.submit(self._warm, kind)

    def _warm(self, kind: Kind) -> None:
        """Be in the background. What goes wrong here is told to the attempt that waits, if one does."""
        talk = None
        try:
            talk = self._start(kind) if not self.closed.is_set() else None
        except Broken as error:
            with self.turn:
                if self.waiting[kind]:
                    self.faults[kind] = error
        finally:
            with self.turn:
                self.warming[kind] -= 1
                self.turn.notify_all()
        if talk is not None:
            self._put_back(kind, talk)

    def _start(self, kind: Kind) -> Talk:
        talk = None
        try:
            talk = self.engine.start(*kind)
        finally:
            if talk is None:
                self._forget_one()
        with self.turn:
            self.started += 1
        return talk

    def _put_back(self, kind: Kind, talk: Talk) -> None:
        with self.turn:
            is_kept = not self.closed.is_set()
            if is_kept:
                self.idle.append(Idle(kind, talk, time.monotonic()))
                self.turn.notify_all()
        if not is_kept:
            self._end(talk)

    def _discard(self, kind: Kind, talk: Talk) -> None:
        """End a box in the background, and warm another in its place while its attempt is being judged."""
        with self.turn:
            self.discarded[reason(talk)] += 1
            is_open = not self.closed.is_set()
            if is_open:
                self.background.submit(self._end, talk)
                self._fill(kind, 1 if self.busy[kind] and not self.is_fresh else 0)
        if not is_open:
            self._end(talk)

    def _end(self, talk: Talk) -> None:
        """Kill a box; where the engine doesn't answer, the next round tries again."""
        self._kill(talk)
        self._forget_one()

    def _kill(self, *talks: Talk) -> None:
        for talk in talks:
            try:
                talk.shell.kill()
            except Broken:
                self.unkilled.append(talk)

    def _forget_one(self) -> None:
        with self.turn:
            self.alive -= 1
            self.turn.notify_all()


@dataclass(frozen=True)
class PooledBox:
    """The box of one attempt; each run is in the best box there is."""

    pool: Pool
    kind: Kind
    is_fresh: bool

    def run(self, job: Job, on_progress: Callable[[dict[str, Any]], None] | None = None) -> Run:
        """Run one job. Student faults are a status of the Run; ours raise Broken."""
        return self.pool.run(self.kind, job, on_progress or (lambda _: None), is_fresh=self.is_fresh)
