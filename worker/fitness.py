"""Whether a worker can grade at all. One that can't takes nothing from the queue, so that an attempt's tries are not used up.

An engine that is restarted, a disk that is full or a store that is out of reach would break every attempt that is claimed
meanwhile, three times within seconds. So the store is tried before a claim, at most once in CHECK_S, and after a fault
of ours the engine too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from grader.errors import Broken
from grader.store import Objects

CHECK_S = 5.0
ASK_S = (1.0, 2.0, 4.0, 8.0)  # pauses between two looks at what is wrong; the last one again and again
log = logging.getLogger(__name__)


class Fitness:
    """Looks whether the store can be written, and whether the engine can make boxes."""

    def __init__(self, engine_fault: Callable[[], str | None], objects: Objects) -> None:
        self.engine_fault = engine_fault
        self.objects = objects
        self.well_until = 0.0

    def wait(self, stopping: threading.Event, *, after_fault: bool) -> None:
        """Return when all is well, or when the worker is to end; what is wrong is said once as CRITICAL."""
        told, asked = "", 0
        while not stopping.is_set():
            is_due = after_fault or told or time.monotonic() > self.well_until
            fault = self._fault(asks_engine=after_fault or bool(told)) if is_due else ""
            if not fault:
                if told:
                    log.warning("this worker can grade again")
                return
            if not told:
                log.critical("this worker takes nothing from the queue until it can grade again: %s", fault)
            told = fault
            stopping.wait(ASK_S[min(asked, len(ASK_S) - 1)])
            asked += 1

    def _fault(self, *, asks_engine: bool) -> str:
        try:
            self.objects.try_writing()
        except Broken as e:
            return str(e)
        fault = (self.engine_fault() or "") if asks_engine else ""
        if not fault:
            self.well_until = time.monotonic() + CHECK_S
        return fault
