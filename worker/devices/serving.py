"""A worker's devices, from its settings: looked for at its start, told of when one is set aside."""

from __future__ import annotations

from collections.abc import Callable

from grader.errors import GraderError
from grader.settings import Settings
from worker.devices.choose import SETTING, choose
from worker.devices.device import Device
from worker.devices.devices import Bounds, Devices
from worker.engines.choose import Engine


def find(settings: Settings, engine: Engine, alert: Callable[[Device, str], None] = lambda *_: None) -> tuple[Devices, str]:
    """Find the devices that the settings name, and say why it is these. Raises GraderError where there are none."""
    if not engine.gives_devices:
        raise GraderError(f"{SETTING}: boxes of {engine.name} get no device; set GRADER_ENGINE=docker")
    chosen = choose(settings.devices)
    if not chosen.devices or chosen.nvml is None:
        raise GraderError(f"a worker of the queue gpu needs a device, and this one has none: {chosen.why}")
    bounds = Bounds(settings.device_busy_mb, settings.device_hot_c)
    return Devices(chosen.devices, chosen.nvml, settings.device_locks_folder, bounds, alert), chosen.why
