"""Boxes with a device: an attempt holds one device for as long as it lasts, in a box that was made with it.

A warm box keeps the device it was made with; an attempt takes the device that has one, if that is free. What goes wrong with a
device is never the student's: a device that fails before, during or after a run is set aside, the run doesn't count, and
NoDevice puts the attempt back where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from grader.spec import Limits
from worker.box import Box, Job, Run
from worker.devices import trial
from worker.devices.device import Device
from worker.devices.devices import Devices
from worker.devices.lease import NEVER, NoDevice
from worker.devices.watch import MemoryWatch
from worker.pool import Pool


class DeviceBoxes:
    """Boxes of a pool, each with a device where the limits say so. One that is only preferred is waited for so long."""

    def __init__(self, pool: Pool, devices: Devices, *, preferred_wait_s: float = NEVER,
                 is_over: Callable[[], bool] = lambda: False, computation: str = trial.ON_DEVICE) -> None:
        self.pool = pool
        self.name = pool.name
        self.devices = devices
        self.preferred_wait_s = preferred_wait_s
        self.is_over = is_over
        self.computation = computation

    @contextmanager
    def box(self, runtime: str, limits: Limits, *, is_fresh: bool = False) -> Iterator[Box]:
        """Hold a box, and its device."""
        with ExitStack() as held:
            box = self._with_device(held, runtime, limits, is_fresh=is_fresh) if limits.gpu != "none" else None
            yield box or held.enter_context(self.pool.box(runtime, limits, is_fresh=is_fresh))

    def _with_device(self, held: ExitStack, runtime: str, limits: Limits, *, is_fresh: bool) -> Box | None:
        """Take a device and a box with it; None where the attempt is to go without."""
        while True:
            with ExitStack() as tried:
                try:
                    device = tried.enter_context(self.devices.leased(
                        wait_s=NEVER if limits.gpu == "required" else self.preferred_wait_s, is_over=self.is_over,
                        first=self._is_warm))
                except NoDevice:
                    if limits.gpu == "preferred":
                        return None
                    raise
                box = tried.enter_context(self.pool.box(runtime, limits, is_fresh=is_fresh, device=device))
                if not (why := trial.fault(box, limits, self.computation)):
                    made = DeviceBox(box, device, self.devices, limits)
                    tried.callback(made.close)
                    held.push(tried.pop_all())
                    return made
                self.devices.set_aside(device, why)

    def _is_warm(self, device: Device) -> bool:
        return any(idle.kind.device == device for idle in list(self.pool.idle))


@dataclass
class DeviceBox:
    """The box of one attempt, watched."""

    inner: Box
    device: Device
    devices: Devices
    limits: Limits
    peak_mb: int = 0
    watches: list[MemoryWatch] = field(default_factory=list)

    def run(self, job: Job, on_progress: Callable[[dict[str, Any]], None] | None = None) -> Run:
        """Run one job. Raises NoDevice where the device failed: whatever the run came to is worth nothing then."""
        watch = MemoryWatch(self.devices.nvml, self.device, self.limits.gpu_mb)
        self.watches.append(watch)
        run = self.inner.run(replace(job, guard=watch), on_progress)
        if why := self.devices.fault(self.device, in_use=True):
            self.devices.set_aside(self.device, why)
            raise NoDevice(f"device {self.device.uuid} failed while an attempt ran: {why}")
        self.peak_mb = max(self.peak_mb, watch.peak_mb)
        return replace(run, provenance={**run.provenance, "gpu_peak_mb": self.peak_mb})

    def close(self) -> None:
        """Look whether the attempt's memory is back, its boxes having been thrown away where it was not."""
        if self.watches and not self.watches[-1].is_back():
            self.devices.set_aside(self.device, "an attempt's memory was not given back, also not after its box was ended")
