"""Warm boxes, kept for the next attempt.

Theory of operation
-------------------
A box takes seconds of CPU to warm and milliseconds to use, so boxes are kept. They are sorted by kind: runtime and
limits, without those that hold for each attempt alone. An attempt takes the box of its kind that was used last, or waits for a
new one. Afterwards the box goes back, unless there is any doubt about it (Talk.may_serve); then it is thrown away, and
its place is filled in the background before the next attempt asks.

All boxes together stay within a budget of memory: to make room, the idle box that was used longest ago goes. Boxes in
use don't count as room: an attempt never waits for another's box, because how many run at once is the caller's choice.

Every so often idle boxes are asked for a sign of life, those that nobody has wanted for a while are ended, and what other
workers left when they were killed is swept away. A box that died while idle (a restarted engine, say) is noticed when it
is taken out, and replaced.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

from grader.errors import Broken
from grader.spec import Limits
from worker.box import Job, Run
from worker.engines.conversation import Talk

BOX_MB = 400  # what a warm box with torch holds on to, measured
BUDGET_MB = 4096
UNSURE_S = 1.0  # idle for longer than this, a box is asked whether it is well before it is used
IDLE_S = 600.0
ROUND_S = 30.0


class Maker(Protocol):
    """What the pool wants of an engine."""

    name: str

    def start(self, runtime: str, limits: Limits) -> Talk:
        """Start a box and wait until it is warm."""
        ...

    def sweep(self) -> int:
        """Remove what killed owners left; count it."""
        ...


class Kind(NamedTuple):
    """What two attempts must have in common to use the same box."""

    runtime: str
    limits: Limits

    @classmethod
    def of(cls, runtime: str, limits: Limits) -> Self:
        """Leave out what each attempt is told anew."""
        return cls(runtime, limits.model_copy(update={"seconds": 60.0, "output_kb": 1024}))


@dataclass
class Idle:
    """A box that waits."""

    kind: Kind
    talk: Talk
    since: float


class Pool:
    """Boxes of one engine, for the attempts of one process; threads may share it."""

    def __init__(self, engine: Maker, budget_mb: int = BUDGET_MB, *, is_fresh: bool = False, keeps_house: bool = False) -> None:
        self.engine = engine
        self.is_fresh = is_fresh
        self.name = engine.name
        self.most = max(1, budget_mb // BOX_MB)
        self.lock = threading.Lock()
        self.idle: list[Idle] = []
        self.busy: Counter[Kind] = Counter()
        self.warming: Counter[Kind] = Counter()
        self.started = 0
        self.closed = threading.Event()
        self.background = ThreadPoolExecutor(2, "warm")
        if keeps_house:
            threading.Thread(target=self._keep_house, name="keep-house", daemon=True).start()

    def __enter__(self) -> Self:
        """Begin; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every box."""
        self.close()

    def warm(self, runtime: str, limits: Limits, count: int) -> None:
        """Start boxes ahead of their first attempt, without waiting for them."""
        kind = Kind.of(runtime, limits)
        with self.lock:
            missing = count - self.warming[kind] - sum(i.kind == kind for i in self.idle)
            self._warm_later(kind, missing)

    @contextmanager
    def box(self, runtime: str, limits: Limits, *, is_fresh: bool = False) -> Iterator[PooledBox]:
        """Hold a box for one attempt; `is_fresh` asks for one that has served nobody, and will serve nobody else."""
        kind = Kind.of(runtime, limits)
        with self.lock:
            self.busy[kind] += 1
        try:
            yield PooledBox(self, kind, is_fresh or self.is_fresh)
        finally:
            with self.lock:
                self.busy[kind] -= 1

    def run(self, kind: Kind, job: Job, on_progress: Callable[[dict[str, Any]], None], *, is_fresh: bool) -> Run:
        """Run one job in a box of this kind."""
        talk = self.engine.start(*kind) if is_fresh else self._take(kind)
        try:
            return talk.run(job, on_progress)
        finally:  # a run that did not come back left its box in doubt
            if talk.may_serve and not is_fresh:
                self._put_back(kind, talk)
            else:
                self._discard(kind, talk, is_fresh=is_fresh)

    def close(self) -> None:
        """End every box; those in use end with their attempt."""
        self.closed.set()
        self.background.shutdown(wait=True, cancel_futures=True)
        with self.lock:
            gone, self.idle = self.idle, []
        for idle in gone:
            end(idle.talk)

    def look_after(self) -> None:
        """Do the rounds: end what is dead or unwanted, sweep what killed owners left."""
        now = time.monotonic()
        with self.lock:
            looked_at = [i for i in self.idle if now - i.since > UNSURE_S]
            self.idle = [i for i in self.idle if i not in looked_at]
        for idle in looked_at:
            if now - idle.since > IDLE_S or not idle.talk.is_well():
                end(idle.talk)
            else:
                with self.lock:
                    self.idle.insert(0, idle)
        with suppress(Broken):
            self.engine.sweep()

    def _keep_house(self) -> None:
        while not self.closed.wait(ROUND_S):
            self.look_after()

    def _take(self, kind: Kind) -> Talk:
        while (idle := self._pop(kind)) is not None:
            if time.monotonic() - idle.since <= UNSURE_S or idle.talk.is_well():
                return idle.talk
            end(idle.talk)
        return self._start(kind)

    def _pop(self, kind: Kind) -> Idle | None:
        with self.lock:
            for idle in reversed(self.idle):
                if idle.kind == kind:
                    self.idle.remove(idle)
                    return idle
        return None

    def _start(self, kind: Kind) -> Talk:
        self._make_room()
        talk = self.engine.start(*kind)
        with self.lock:
            self.started += 1
        return talk

    def _make_room(self) -> None:
        """End the boxes idle for longest until one more is within the budget, or none is idle."""
        gone = []
        with self.lock:
            while self.idle and len(self.idle) + sum(self.busy.values()) > self.most:
                gone.append(self.idle.pop(0))
        for idle in gone:
            end(idle.talk)

    def _put_back(self, kind: Kind, talk: Talk) -> None:
        with self.lock:
            is_kept = not self.closed.is_set() and len(self.idle) < self.most
            if is_kept:
                self.idle.append(Idle(kind, talk, time.monotonic()))
        if not is_kept:
            end(talk)

    def _discard(self, kind: Kind, talk: Talk, *, is_fresh: bool) -> None:
        """End a doubtful box, and warm another in its place while its attempt is being judged."""
        end(talk)
        if is_fresh:
            return
        with self.lock:
            ready = self.warming[kind] + sum(i.kind == kind for i in self.idle)
            self._warm_later(kind, min(1, self.busy[kind] - ready))

    def _warm_later(self, kind: Kind, count: int) -> None:
        for _ in range(count if not self.closed.is_set() else 0):
            self.warming[kind] += 1
            self.background.submit(self._warm, kind)

    def _warm(self, kind: Kind) -> None:
        """Be in the background. What goes wrong here is told to the attempt that has to start its own box."""
        talk = None
        with suppress(Broken):
            talk = self._start(kind)
        with self.lock:
            self.warming[kind] -= 1
        if talk is not None:
            self._put_back(kind, talk)


@dataclass(frozen=True)
class PooledBox:
    """The box of one attempt; each run is in the best box there is."""

    pool: Pool
    kind: Kind
    is_fresh: bool

    def run(self, job: Job, on_progress: Callable[[dict[str, Any]], None] | None = None) -> Run:
        """Run one job. Student faults are a status of the Run; ours raise Broken."""
        return self.pool.run(self.kind, job, on_progress or (lambda _: None), is_fresh=self.is_fresh)


def end(talk: Talk) -> None:
    """Kill a box; if that fails the next sweep finds it."""
    with suppress(Broken):
        talk.shell.kill()
