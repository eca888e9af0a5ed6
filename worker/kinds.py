"""What boxes are told apart by, and one that waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

from grader.spec import Limits
from worker.devices.device import Device
from worker.engines.conversation import Talk


class Kind(NamedTuple):
    """What two attempts must have in common to use the same box."""

    runtime: str
    limits: Limits
    device: Device | None = None

    @classmethod
    def of(cls, runtime: str, limits: Limits, device: Device | None = None) -> Self:
        """Leave out what each attempt is told anew, and what only says which device it is to have."""
        gpu = "required" if device or limits.gpu == "required" else "none"
        return cls(runtime, limits.model_copy(update={"seconds": 60.0, "output_kb": 1024, "gpu": gpu, "gpu_mb": None}), device)


REASONS = (("of the device", "device"), ("TIMEOUT", "timeout"),
           ("MEMORY", "memory"), ("OUTPUT", "output"), ("memory", "memory"), ("signal", "signal"),
           ("did not come to its end", "unfinished"), ("share namespaces", "alone"))


def reason(talk: Talk) -> str:
    """Say in a word, of a handful, why a box is thrown away."""
    doubt = talk.doubt
    if not doubt:
        return "runs" if not talk.may_serve else "asked"
    return next((word for part, word in REASONS if part.lower() in doubt.lower()), "leftovers")


@dataclass
class Idle:
    """A box that waits."""

    kind: Kind
    talk: Talk
    since: float


class Maker(Protocol):
    """What the pool wants of an engine."""

    name: str

    def start(self, runtime: str, limits: Limits, device: Device | None = None) -> Talk:
        """Start a box with this device and wait until it is warm."""
        ...

    def sweep(self) -> int:
        """Remove what killed owners left; count it."""
        ...
