"""The box, as the rest of the service sees it: what goes in, what comes out, who makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from grader.spec import Limits


class Status(StrEnum):
    """How a run ended; the blame is in the word: only `broken` is ours."""

    FINISHED = "finished"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    CRASHED = "crashed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to run: bytes for the child, what it may use, and how many probes it is to answer."""

    request: bytes
    limits: Limits
    probes: int
    guard: Callable[[Any], AbstractContextManager[None]] | None = None  # holds its hand over the talk while it runs


@dataclass(frozen=True, slots=True)
class Run:
    """What came back. Everything but `status`, the times and `provenance` was made by student code."""

    status: Status
    because: str
    frames: tuple[tuple[dict[str, Any], bytes], ...]  # json and blob of each `E` frame, in order
    stdout: str  # 32 KiB from its start and 32 KiB from its end
    stderr: str
    stdout_bytes: int  # all that was written
    stderr_bytes: int
    seconds: float
    cpu_s: float | None
    peak_memory_mb: float | None
    provenance: dict[str, object]
    stages: Mapping[str, float] = field(default_factory=dict)  # seconds that the supervisor took before and after the run


class Box(Protocol):
    """A place in which student code runs, for one attempt."""

    def run(self, job: Job, on_progress: Callable[[dict[str, Any]], None] | None = None) -> Run:
        """Run one job. Student faults are a status of the Run; ours raise Broken."""
        ...


class Boxes(Protocol):
    """Where boxes come from."""

    name: str

    def box(self, runtime: str, limits: Limits, *, is_fresh: bool = False) -> AbstractContextManager[Box]:
        """Hold a box with the runtime's framework imported; nothing of the attempt is left afterwards."""
        ...
