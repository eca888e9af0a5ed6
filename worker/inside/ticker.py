"""What a child tells while it measures: the probe that begins, and the cost as it falls. Shown, never evidence.

Theory of operation. Calls behind the assignments of watched names (rewrite.py) come here, thousands in a second of
training. All but a few only count: of each curve EACH values are taken, then EACH at every second assignment, then at
every fourth, so that 2,001 steps give some 110 points and 100,001 some 200, the newest within a sixteenth of where the
training is. A slow training is followed more closely, up to MANY points. Points are told at most every PERIOD_S seconds.
A value is read only if no code of the student's runs for it.

A frame must not fall into the middle of another one: only the thread and process that measure tell, never while
they are already telling (a signal may come in between), and nothing once the probe's result is being read.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from os import getpid
from threading import get_ident
from typing import Any

import numpy as np

from .wire import WireError

Emit = Callable[[str, dict[str, Any], bytes], None]
Seen = Callable[[str, int, Any], None]

EACH = 16
SLOW_S = 2.0  # for EACH points
MANY = 256
PERIOD_S = 0.2
FULL = 100  # points in a frame: 4 KiB are allowed
FEWEST = 3  # what is assigned once or twice is no curve
MOST_FRAMES = 900  # of the 1,000 that are passed on
NEVER = sys.maxsize


def silent(kind: str, meta: dict[str, Any], blob: bytes) -> None:
    """Tell nobody: outside a box nobody listens."""


class Ticker:
    """Tells of one child's probes, one after the other."""

    def __init__(self, emit: Emit = silent, clock: Callable[[], float] = time.monotonic) -> None:
        self.emit = emit
        self.clock = clock
        self.read = reader()  # made before any code of the student's runs
        self.home = getpid(), get_ident()
        self.frames = 0
        self.is_telling = False
        self.counts: list[int] = []  # assignments by statement
        self.due = [NEVER]  # the count at which to look again; a list, for the closure of `watcher`
        self.begin()

    def begin(self) -> None:
        """Forget the last curve."""
        self.counts[:] = [0] * len(self.counts)
        self.followed = -1  # the statement whose values are the curve
        self.stride = 1
        self.since = self.told_at = self.clock()
        self.taken = 0
        self.pending: list[tuple[int, float]] = []

    @contextmanager
    def probe(self, name: str, at: int, of: int) -> Iterator[None]:
        """Tell that a probe begins, and its costs until it ends."""
        self._say({"event": "phase", "probe": name, "at": at, "of": of})
        self.begin()
        self.due[0] = 1
        try:
            yield
        finally:
            self.due[0] = NEVER
            self._tell_costs()

    def watcher(self, sums: Collection[int]) -> Seen:
        """Make what is called behind every assignment of a watched name; statements that only add up are no curve."""
        counts, due, look = self.counts, self.due, self._look
        def seen(_name: str, statement: int, value: Any) -> None:  # 50 ns: short loops take 8 us a step
            try:
                count = counts[statement] + 1
            except IndexError:
                counts.extend([0] * (statement + 1 - len(counts)))
                count = 1
            counts[statement] = count
            if count >= due[0] and statement not in sums:
                look(statement, count, value)
        return seen

    def _look(self, statement: int, count: int, value: Any) -> None:
        """Take a point, of the first statement with costs or of one that turns out to be more than twice as busy."""
        is_followed = statement == self.followed
        if self.is_telling or not (is_followed or self.followed < 0 or count > 2 * self.counts[self.followed]):
            return
        cost = self.read(value)
        if is_followed or cost is not None:
            self.followed, self.due[0] = statement, count + self.stride
        if cost is None:
            return
        self.pending.append((count, cost))
        self.taken += 1
        now = self.clock()
        if self.taken % EACH == 0:
            self.stride *= 2 if now - self.since < SLOW_S or self.taken >= MANY else 1
            self.since = now
        if len(self.pending) >= FULL or now - self.told_at >= PERIOD_S:
            self._tell_costs()

    def _tell_costs(self) -> None:
        if not self.pending or self.taken < FEWEST or (getpid(), get_ident()) != self.home:
            return
        points, self.pending = self.pending[-FULL:], []
        self.told_at = self.clock()
        self._say({"event": "costs", "points": points})

    def _say(self, meta: dict[str, Any]) -> None:
        """Send a frame; where the pipe is gone, the evidence will say so. A phase always goes out: evidence waits for it."""
        self.frames += 1
        if self.frames > MOST_FRAMES and meta["event"] != "phase":
            return
        self.is_telling = True
        with suppress(WireError):
            self.emit("P", meta, b"")
        self.is_telling = False


def reader() -> Callable[[object], float | None]:
    """Make what reads a cost of an exact known type, or gives None; nothing of a student's runs for it."""
    torch = sys.modules.get("torch")
    tensor = torch.Tensor if torch else None
    numel, item = (tensor.numel, tensor.item) if tensor else (len, float)
    floats = {float, np.float64, np.float32, np.float16}
    def read(value: Any) -> float | None:
        kind, number = type(value), None
        if kind in floats:
            number = float(value)
        elif kind is np.ndarray and value.dtype.kind == "f" and value.size == 1:
            number = float(value.ravel()[0])
        elif kind is tensor:
            try:
                number = item(value) if numel(value) == 1 else None
            except Exception:  # noqa: BLE001 - torch.func's transforms and a student's own torch modes may raise anything
                return None
        return number if type(number) is float and math.isfinite(number) else None
    return read
