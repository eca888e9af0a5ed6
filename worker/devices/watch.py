"""The watchdog of an attempt's memory on a device: it looks from outside, where the student's code can't reach."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import Broken
from worker.box import Status
from worker.devices.device import Device
from worker.devices.nvml import Nvml
from worker.engines.conversation import Talk

LOOK_S = 0.1
BACK_S = 3.0  # the driver takes a moment to give a dead process's memory back
SLACK_MB = 64
LEFT = "memory of the device was left in use"


class MemoryWatch:
    """Measures what an attempt uses of a device it has alone; beyond `limit_mb` it is ended."""

    def __init__(self, nvml: Nvml, device: Device, limit_mb: int | None = None) -> None:
        self.nvml = nvml
        self.device = device
        self.limit_mb = limit_mb
        self.before_mb = nvml.used_mb(device)
        self.peak_mb = 0

    @contextmanager
    def __call__(self, talk: Talk) -> Iterator[None]:
        """Watch while a job runs, and look afterwards whether all it took is back."""
        done = threading.Event()
        thread = threading.Thread(target=self._look, args=(talk, done), name=f"memory of {self.device.uuid}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        if not self.is_back():
            talk.found = talk.found or LEFT

    def is_back(self, wait_s: float = BACK_S) -> bool:
        """Wait a little until no more is in use than before; False where it stays."""
        end = time.monotonic() + wait_s
        try:
            while self.nvml.used_mb(self.device) > self.before_mb + SLACK_MB:
                if time.monotonic() >= end:
                    return False
                time.sleep(LOOK_S / 2)
        except Broken:
            return False
        return True

    def _look(self, talk: Talk, done: threading.Event) -> None:
        while True:
            try:
                used_mb = max(0, self.nvml.used_mb(self.device) - self.before_mb)
            except Broken:  # a device that is lost is found by whoever looks after the run
                return
            self.peak_mb = max(self.peak_mb, used_mb)
            if self.limit_mb is not None and used_mb > self.limit_mb:
                talk.stop(Status.MEMORY, f"used {used_mb} MB of the GPU's memory and was stopped (limit {self.limit_mb} MB)")
                return
            if done.wait(LOOK_S):
                return
