"""What `grader doctor` looks at: which engine is used and why, every engine's needs, and the data files."""

from __future__ import annotations

from grader.errors import Broken, GraderError
from grader.settings import Settings
from worker.devices.choose import choose as choose_devices
from worker.devices.device import Device
from worker.devices.devices import Bounds, Devices
from worker.engines.base import Finding
from worker.engines.bubblewrap import Bubblewrap
from worker.engines.choose import choose
from worker.engines.docker import Docker
from worker.runtimes.build import for_device

RUNTIME = "pytorch"


def examine(settings: Settings) -> list[Finding]:
    """List all findings: the choice first, then each engine's, then MNIST."""
    return [chosen(settings), *Docker().doctor(), *Bubblewrap().doctor(), *devices(settings), mnist(settings)]


def devices(settings: Settings) -> list[Finding]:
    """Say which devices boxes of this machine could get, in what state each is, or why there are none."""
    wanted = "gpu" in settings.queues.split(",")
    try:
        found = choose_devices(settings.devices)
    except GraderError as e:
        return [Finding("devices", ok=False, detail=str(e), remedy="correct GRADER_DEVICES")]
    if found.nvml is None or not found.devices:
        return [Finding("devices", ok=not wanted, detail=found.why, remedy="install the driver, or serve no queue gpu")]
    all_of_them = Devices(found.devices, found.nvml, settings.device_locks_folder,
                          Bounds(settings.device_busy_mb, settings.device_hot_c))
    return [*(state(all_of_them, d) for d in found.devices), Docker().has_image(for_device(RUNTIME))]


def state(devices: Devices, device: Device) -> Finding:
    """Say how a device is, and who has it."""
    holder = devices.leases.holder(device) if devices.leases.folder.exists() else ""
    why = devices.fault(device, in_use=bool(holder))
    use = f"in use by {holder}" if holder else "free"
    return Finding(f"device {device.index}", ok=not why, detail=f"{device.name}, {device.uuid}, driver {device.driver}, "
                   f"CUDA {device.cuda}, {device.memory_mb} MB, {use}{': ' if why else ''}{why}",
                   remedy="reset the device, or leave it out of GRADER_DEVICES")


def chosen(settings: Settings) -> Finding:
    """Say which engine this machine's submissions run in, or why none."""
    try:
        engine, why = choose(settings.engine, RUNTIME)
    except Broken as e:
        return Finding("engine", ok=False, detail=str(e), remedy="see the findings below")
    return Finding("engine", ok=True, detail=f"{engine.name}: {why}")


def mnist(settings: Settings) -> Finding:
    """Say whether the GAN assignment has its images."""
    is_there = settings.mnist.exists()
    return Finding("mnist", ok=is_there, detail=f"{settings.mnist} is {'there' if is_there else 'missing'}",
                   remedy="grader data fetch")
