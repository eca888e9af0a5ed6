"""Counting CPU: this process and what it started and saw end, and processes that go on living, to the nanosecond."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
DAEMONS = ("dockerd", "containerd", "containerd-shim")  # a name is cut after 15 characters


def own() -> float:
    """Seconds of this process and of those it started and saw end."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system


def of(pids: Iterable[int]) -> float:
    """Seconds that living processes have used, all their threads together; those they waited for are not in it."""
    return sum(_run_ns(task) for pid in pids for task in PROC.glob(f"{pid}/task/*/schedstat")) / 1e9


def _run_ns(path: Path) -> int:
    try:
        return int(path.read_text().split()[0])
    except OSError:  # the thread ended while we looked
        return 0


def daemons() -> list[int]:
    """Find the processes of a Docker engine on this machine; none where it runs elsewhere."""
    found = []
    for path in PROC.glob("[0-9]*/comm"):
        with suppress(OSError):
            if path.read_text().strip().startswith(DAEMONS):
                found.append(int(path.parent.name))
    return found


def tree(pid: int) -> list[int]:
    """List a process and all that live below it."""
    found = [pid]
    for above in found:
        for path in PROC.glob(f"{above}/task/*/children"):
            with suppress(OSError):
                found += [int(child) for child in path.read_text().split()]
    return found
