"""A worker's devices: leased out one attempt at a time, looked at before, and set aside when they are not well."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import Broken
from worker.devices.device import Device
from worker.devices.lease import NEVER, Leases, NoDevice
from worker.devices.nvml import Nvml, Vitals

AGAIN_S = 60.0  # how often a device that was set aside is looked at
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when on a device is not fit for an attempt."""

    busy_mb: int = 1024
    hot_c: int = 90


def fault(vitals: Vitals, bounds: Bounds, *, in_use: bool = False) -> str:
    """Say what is wrong with a device; empty where nothing is. `in_use`: memory and heat are an attempt's own."""
    v = vitals
    told = [(bool(v.xids), f"the driver reported XID {', '.join(map(str, v.xids))}"),
            (bool(v.ecc_errors), f"{v.ecc_errors} memory errors were not corrected (ECC) since the driver was loaded"),
            (bool(v.is_worn), "rows of its memory failed and can't be replaced any more"),
            (not in_use and v.used_mb > bounds.busy_mb,
             f"{v.used_mb} MB of its memory are in use by others ({bounds.busy_mb} MB allowed)"),
            (not in_use and (v.temperature_c or 0) >= bounds.hot_c,
             f"it has {v.temperature_c} degrees Celsius ({bounds.hot_c} is too hot)")]
    return next((why for is_so, why in told if is_so), "")


class Devices:
    """The devices of one worker; threads may share them. `alert` is called with a device and why it was set aside."""

    def __init__(self, devices: Sequence[Device], nvml: Nvml, locks: Path, bounds: Bounds,
                 alert: Callable[[Device, str], None] = lambda *_: None) -> None:
        self.devices = tuple(devices)
        self.nvml = nvml
        self.leases = Leases(locks)
        self.bounds = bounds
        self.alert = alert
        self.turn = threading.Lock()
        self.aside: dict[str, tuple[str, float]] = {}  # by uuid: why, and when it is looked at again

    def well(self) -> list[Device]:
        """List the devices that are not set aside, after another look at those whose time has come."""
        for device in self.devices:
            why, again = self.aside.get(device.uuid, ("", 0.0))
            if why and time.monotonic() >= again and not self.leases.holder(device):
                self._look_again(device)
        return [d for d in self.devices if d.uuid not in self.aside]

    @contextmanager
    def leased(self, *, wait_s: float = NEVER, is_over: Callable[[], bool] = lambda: False,
               first: Callable[[Device], bool] = lambda _: False) -> Iterator[Device]:
        """Hold a device that is well, one for which `first` is true before others. Raises NoDevice."""
        until = time.monotonic() + wait_s
        while well := self.well():
            order = sorted(well, key=lambda d: not first(d))
            with self.leases.one_of(order, wait_s=max(0.0, until - time.monotonic()), is_over=is_over) as device:
                if why := self.fault(device):
                    self.set_aside(device, why)
                    continue
                yield device
                return
        raise NoDevice("no device of this worker is well: " + ("; ".join(f"{u}: {w}" for u, (w, _) in self.aside.items()) or
                                                              "it has none"))

    def fault(self, device: Device, *, in_use: bool = False) -> str:
        """Look at a device; say what is wrong with it."""
        try:
            return fault(self.nvml.vitals(device), self.bounds, in_use=in_use)
        except Broken as e:
            return str(e)

    def set_aside(self, device: Device, why: str) -> None:
        """Use a device no more until it is well again, and tell of it."""
        with self.turn:
            is_new = device.uuid not in self.aside
            self.aside[device.uuid] = why, time.monotonic() + AGAIN_S
        if is_new:
            log.critical("device %s is set aside: %s", device, why)
            self.alert(device, why)

    def facts(self) -> list[dict[str, Any]]:
        """Say how the devices are."""
        with self.turn:
            return [{"index": d.index, "uuid": d.uuid, "name": d.name, "aside": self.aside.get(d.uuid, ("", 0.0))[0]}
                    for d in self.devices]

    def _look_again(self, device: Device) -> None:
        why = self.fault(device)
        with self.turn:
            if why:
                self.aside[device.uuid] = why, time.monotonic() + AGAIN_S
            else:
                self.aside.pop(device.uuid, None)
        if not why:
            log.warning("device %s is used again", device)
