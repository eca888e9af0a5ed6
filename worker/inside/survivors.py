"""After a job: kill whatever is left of it, reap it, and know that nothing is.

Every orphan of a job becomes a child of the supervisor (pid 1 of the namespace, or subreaper), so the
kernel's own "no child left to wait for" is the proof. Killing is one `kill(-1)` where the supervisor owns
its pid namespace: no fork can slip past it. Elsewhere (the engine that confines nothing) descendants are
looked up and killed until none is found.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from .child import Confinement

REAP_S = 1.0
OOM_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
FIRST_PIDS = 100  # a process that came early in its namespace has a small number


@dataclass
class Fallen:
    """The processes of a job, all together: how its first one ended, and what they used."""

    code: int | None = None  # exit code, or minus the signal
    cpu_s: float = 0.0
    peak_kb: int = 0
    is_clean: bool = False


def check_reach(walls: Confinement) -> None:
    """Refuse to be one who kills everything in sight where that is more than a box."""
    if walls.owns_namespace and os.getpid() > FIRST_PIDS:
        raise RuntimeError(f"the supervisor is process {os.getpid()}, not one of the first in its namespace")


def sweep(pid: int, walls: Confinement) -> Fallen:
    """Kill and reap every process of the job that began with `pid`; `is_clean` says that none is left."""
    fallen = Fallen()
    deadline = time.monotonic() + REAP_S
    while not fallen.is_clean and time.monotonic() < deadline:
        strike(walls)
        fallen.is_clean = reap(pid, fallen)
        if not fallen.is_clean:
            time.sleep(0.001)
    return fallen


def strike(walls: Confinement) -> None:
    """Kill all that is in reach: everybody else in the namespace, or, where it is not ours, all below us."""
    for victim in [-1] if walls.owns_namespace else descendants():
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue


def descendants() -> list[int]:
    """List every process below this one."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended while we looked
            continue
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {os.getpid()})


def reap(first: int, fallen: Fallen) -> bool:
    """Take in the dead and what they used; True when there is no process left to wait for."""
    while True:
        try:
            pid, code, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False
        fallen.cpu_s += usage.ru_utime + usage.ru_stime
        fallen.peak_kb = max(fallen.peak_kb, usage.ru_maxrss)
        if pid == first:
            fallen.code = os.waitstatus_to_exitcode(code)


def tell_end(code: int | None) -> str:
    """Say how a process ended before its time."""
    if code == -signal.SIGSYS:
        return "asked the kernel for what no exercise needs, and was killed for it (SIGSYS)"
    if code is not None and code < 0:
        return f"killed by signal {-code} ({signal_name(-code)})"
    return f"ended with exit code {code} before its results were complete"


def signal_name(number: int) -> str:
    """Name a signal; real-time ones have none."""
    return signal.Signals(number).name if number in set(signal.Signals) else "a real-time signal"


def oom_kills() -> int:
    """How many processes of this box the kernel has killed for memory, as far as can be seen from inside."""
    for path in OOM_COUNTERS:
        try:
            lines = Path(path).read_text().splitlines()
        except OSError:
            continue
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return 0
