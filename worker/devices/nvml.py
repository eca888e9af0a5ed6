"""What NVIDIA's management library (NVML) says of this host's devices.

It is asked through nvidia-ml-py, NVIDIA's own binding: pure Python without dependencies, and it keeps the layouts of NVML's
structures right from driver to driver, which a few ctypes lines of ours would not. It loads libnvidia-ml.so.1, which comes with
the driver, and makes no CUDA context: a worker that looks at a device uses none of its memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pynvml

from grader.errors import Broken
from worker.devices.device import Device

MB = 1 << 20
XIDS_OF_PROGRAMS = {13, 31, 32, 43, 45, 68, 69, 94}  # what a program does to itself; the device is as good as before
SAME = threading.Lock()  # around the library's start


@dataclass(frozen=True, slots=True)
class Vitals:
    """A device at one moment; None where it can't be read, as much of an instance of a divided GPU."""

    used_mb: int
    temperature_c: int | None = None
    ecc_errors: int | None = None  # not corrected, since the driver was loaded
    is_worn: bool | None = None  # rows of memory could not be replaced any more
    xids: tuple[int, ...] = ()  # of errors since it was looked at before, without those of programs


class Nvml:
    """The library, started. Raises Broken where there is none, or no driver behind it."""

    def __init__(self) -> None:
        with said("NVML"), SAME:
            pynvml.nvmlInit()
        self.events: dict[str, Any] = {}
        self.turn = threading.Lock()

    def devices(self) -> list[Device]:
        """List every device that a box could get: whole GPUs, and of divided ones their instances."""
        with said("NVML"):
            driver, cuda = pynvml.nvmlSystemGetDriverVersion(), pynvml.nvmlSystemGetCudaDriverVersion()
            told = {"driver": driver, "cuda": f"{cuda // 1000}.{cuda % 1000 // 10}"}
            return [d for index in range(pynvml.nvmlDeviceGetCount()) for d in self._devices_of(index, told)]

    def _devices_of(self, index: int, told: dict[str, str]) -> Iterator[Device]:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        if not is_divided(handle):
            yield described(handle, str(index), handle, told)
            return
        whole = pynvml.nvmlDeviceGetUUID(handle)
        for number in range(pynvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
            part = optional(partial(pynvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, number))
            if part is not None:
                yield described(part, f"{index}:{number}", handle, told, whole)

    def divided(self) -> dict[str, str]:
        """Give the indexes and uuids of GPUs that are divided: no box gets them as a whole."""
        with said("NVML"):
            handles = [(i, pynvml.nvmlDeviceGetHandleByIndex(i)) for i in range(pynvml.nvmlDeviceGetCount())]
            return {name: str(i) for i, h in handles if is_divided(h) for name in (str(i), pynvml.nvmlDeviceGetUUID(h))}

    def vitals(self, device: Device) -> Vitals:
        """Look at a device. Raises Broken where it doesn't answer, as one that has fallen off the bus."""
        with said(f"device {device.uuid}"):
            handle = pynvml.nvmlDeviceGetHandleByUUID(device.uuid)
            whole = pynvml.nvmlDeviceGetHandleByUUID(device.parent) if device.is_instance else handle
            rows = optional(lambda: pynvml.nvmlDeviceGetRemappedRows(whole))
            return Vitals(
                used_mb=used_mb(handle),
                temperature_c=optional(lambda: pynvml.nvmlDeviceGetTemperature(whole, pynvml.NVML_TEMPERATURE_GPU)),
                ecc_errors=optional(lambda: pynvml.nvmlDeviceGetTotalEccErrors(
                    whole, pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC)),
                is_worn=None if rows is None else bool(rows[3]), xids=self._xids(device.parent or device.uuid, whole))

    def used_mb(self, device: Device) -> int:
        """Measure how much of a device's memory is in use."""
        with said(f"device {device.uuid}"):
            return used_mb(pynvml.nvmlDeviceGetHandleByUUID(device.uuid))

    def _xids(self, uuid: str, whole: Any) -> tuple[int, ...]:
        """Take the errors that the driver reported since this was called before; at first it only begins to listen."""
        with self.turn:
            if uuid not in self.events:
                self.events[uuid] = optional(lambda: listening(whole))
            events, found = self.events[uuid], []
            while events is not None and (event := optional(lambda: pynvml.nvmlEventSetWait_v2(events, 0))) is not None:
                found.append(int(event.eventData))
        return tuple(x for x in found if x not in XIDS_OF_PROGRAMS)


def described(handle: Any, index: str, gpu: Any, told: dict[str, str], parent: str = "") -> Device:
    """Write down what a device is; `gpu` is itself, or what it is a part of."""
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(gpu)
    return Device(uuid=pynvml.nvmlDeviceGetUUID(handle), index=index, name=pynvml.nvmlDeviceGetName(handle), parent=parent,
                  memory_mb=memory(handle).total // MB, capability=f"{major}.{minor}", **told)


def is_divided(handle: Any) -> bool:
    """Say whether a GPU is divided into instances."""
    mode = optional(lambda: pynvml.nvmlDeviceGetMigMode(handle))
    return bool(mode and mode[0] == pynvml.NVML_DEVICE_MIG_ENABLE)


def memory(handle: Any) -> Any:
    """Ask for a device's memory; what the driver keeps for itself is not in use, where it tells them apart."""
    found = optional(lambda: pynvml.nvmlDeviceGetMemoryInfo(handle, version=pynvml.nvmlMemory_v2))
    return pynvml.nvmlDeviceGetMemoryInfo(handle) if found is None else found


def used_mb(handle: Any) -> int:
    """Measure how much of its memory is in use, in MB."""
    return int(memory(handle).used) // MB


def listening(handle: Any) -> Any:
    """Begin to hear of a GPU's errors."""
    events = pynvml.nvmlEventSetCreate()
    pynvml.nvmlDeviceRegisterEvents(handle, pynvml.nvmlEventTypeXidCriticalError, events)
    return events


def optional(ask: Callable[[], Any]) -> Any:
    """Ask for what not every device tells; None where this one doesn't. A device that is lost is no such answer."""
    try:
        return ask()
    except (pynvml.NVMLError_NotSupported, pynvml.NVMLError_NotFound, pynvml.NVMLError_FunctionNotFound,
            pynvml.NVMLError_InvalidArgument, pynvml.NVMLError_Timeout, pynvml.NVMLError_NoPermission):
        return None


@contextmanager
def said(what: str) -> Iterator[None]:
    """Turn the library's errors into Broken."""
    try:
        yield
    except pynvml.NVMLError as e:
        raise Broken(f"{what}: {e}") from e
