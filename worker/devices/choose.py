"""Which of this host's devices a worker uses: all, none, or those that GRADER_DEVICES names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.errors import Broken, GraderError
from worker.devices.device import Device
from worker.devices.nvml import Nvml

SETTING = "GRADER_DEVICES"
CDI = re.compile(r"[a-z][a-z0-9.-]*/[a-z][a-z0-9_-]*=([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The devices of a worker, the library that looks after them, and why it is these."""

    devices: tuple[Device, ...]
    nvml: Nvml | None
    why: str


def choose(setting: str) -> Chosen:
    """Read the setting and look at what it names. Raises GraderError that says all that is wrong with it."""
    if (asked := setting.strip()) == "none":
        return Chosen((), None, f"{SETTING}=none")
    try:
        nvml = Nvml()
        found, divided = nvml.devices(), nvml.divided()
    except Broken as e:
        if asked == "auto":
            return Chosen((), None, f"no device can be looked for: {e}")
        raise GraderError(f"{SETTING}: {asked} can't be looked for: {e}; is the driver installed, and in a container is the "
                          "capability `utility` given?") from e
    if asked == "auto":
        without = sorted(set(divided.values()) - {d.index.partition(":")[0] for d in found})
        rest = f"; GPU {', '.join(without)} is divided (MIG) and has no instance" if without else ""
        return Chosen(tuple(found), nvml, f"all that are there{rest}" if found else f"there is no device{rest}")
    return Chosen(named(asked, found, divided), nvml, f"{SETTING}={asked}")


def named(asked: str, found: Sequence[Device], divided: dict[str, str]) -> tuple[Device, ...]:
    """Find the devices of these names; raises GraderError with everything that is wrong."""
    chosen: list[Device] = []
    wrong: list[str] = []
    for name in (n.strip() for n in asked.split(",")):
        try:
            device = one(name, found, divided)
        except GraderError as e:
            wrong.append(str(e))
            continue
        if device.uuid in {d.uuid for d in chosen}:
            wrong.append(f"{name} is named twice")
        chosen.append(device)
    if wrong:
        known = "; ".join(map(str, found)) or "none"
        raise GraderError(f"{SETTING}: {'; '.join(wrong)}. There are: {known}")
    return tuple(chosen)


def one(name: str, found: Sequence[Device], divided: dict[str, str]) -> Device:
    """Find one device by its uuid, index, CDI name; raises GraderError."""
    cdi = CDI.fullmatch(name)
    plain = cdi[1] if cdi else name
    if plain == "all":
        raise GraderError(f"{name} is every device at once; a box gets one, so name them one by one, or say auto")
    for device in found:
        if plain in (device.uuid, device.index):
            return replace(device, cdi=name) if cdi else device
    if plain in divided:
        parts = [d.uuid for d in found if d.index.startswith(f"{divided[plain]}:")]
        raise GraderError(f"{name} is divided (MIG) and can't be given as a whole; name its instances: "
                          f"{', '.join(parts) or 'it has none'}")
    raise GraderError(f"{name or 'an empty name'} is no device of this host")
