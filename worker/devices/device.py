"""One device, as a box gets it: a whole GPU, or one instance of a GPU that is divided (MIG)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of a device, and the name by which an engine is asked for it."""

    uuid: str  # GPU-... or MIG-...
    index: str  # 0, or 0:1 for the second instance of the first GPU
    name: str
    memory_mb: int
    capability: str  # 9.0
    driver: str
    cuda: str  # the newest that the driver can do
    parent: str = ""  # of an instance: the GPU's uuid
    cdi: str = ""  # asked for by this name instead of its uuid

    @property
    def is_instance(self) -> bool:
        """Whether it is a part of a GPU."""
        return bool(self.parent)

    def provenance(self) -> dict[str, object]:
        """Say what a verdict rests on."""
        return {"device": "cuda", "device_name": self.name, "device_uuid": self.uuid, "driver": self.driver, "cuda": self.cuda,
                "compute_capability": self.capability, "mig": self.parent}

    def __str__(self) -> str:
        """Name it for people."""
        part = f", an instance of {self.parent}" if self.parent else ""
        return f"{self.index}: {self.name} ({self.memory_mb} MB, {self.uuid}{part})"
