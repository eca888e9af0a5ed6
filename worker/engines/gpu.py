"""Which device a box gets: none, or exactly one, asked for by its name; never by number, never all."""

from __future__ import annotations

import re
from typing import Any

from grader.errors import Broken
from worker.devices.device import Device

NAME = re.compile(r"(GPU|MIG)-[\w./-]{1,80}")
CDI_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,80}/[A-Za-z][\w-]{0,40}=(?!all\b)[\w.:-]{1,80}")
CAPABILITIES = [["gpu", "compute"]]  # libcuda, and not what looks at or changes devices


def check(gpu: str, device: Device | None, engine: str, *, gives_devices: bool) -> None:
    """Raise Broken where a box must have a device and gets none, or gets one that this engine can't give."""
    if gpu == "required" and device is None:
        raise Broken(f"{engine}: this assignment needs a GPU, and this worker has none; use a worker with one")
    if device is not None and not gives_devices:
        raise Broken(f"{engine}: boxes of this engine get no device; use docker")


def requests(device: Device | None) -> list[dict[str, Any]]:
    """Write Docker's device request: this one device, or nothing."""
    if device is None:
        return []
    return [written("cdi", device.cdi) if device.cdi else written("nvidia", device.uuid)]


def written(driver: str, name: str) -> dict[str, Any]:
    """Write a request in full, as the engine's library would complete it."""
    wanted = CAPABILITIES if driver == "nvidia" else []
    return {"Driver": driver, "Count": 0, "DeviceIDs": [name], "Capabilities": wanted, "Options": {}}


def is_one(devices: list[dict[str, Any]]) -> bool:
    """Say whether this is what `requests` writes: nothing, or one device by its name."""
    if not devices:
        return True
    ids = devices[0].get("DeviceIDs")
    if len(devices) != 1 or not isinstance(ids, list) or len(ids) != 1 or not isinstance(ids[0], str):
        return False
    return any(devices == [written(driver, ids[0])] and name.fullmatch(ids[0])
               for driver, name in (("nvidia", NAME), ("cdi", CDI_NAME)))


def environment(devices: list[dict[str, Any]]) -> dict[str, str]:
    """Say in a box's environment which device its programs may see, none where it has none.

    CUBLAS_WORKSPACE_CONFIG lets the same program compute the same number again.
    """
    if not devices:
        return {"CUDA_VISIBLE_DEVICES": ""}
    name = devices[0]["DeviceIDs"][0]
    return {"CUDA_VISIBLE_DEVICES": name if NAME.fullmatch(name) else "0", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
