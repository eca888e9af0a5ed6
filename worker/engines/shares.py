"""A box's control group, divided: its supervisor on one side, one attempt after another on the other.

An attempt has limits of its own (memory, processes, one CPU), so that what it takes is counted from nothing, and its
supervisor is not starved by it. A process is born into the group of its parent: so the supervisor is moved into the attempt's
group, forks, says so (frame `C`), and is moved back, all by us from outside; nothing in the box can move anybody. Measured:
0.4 ms an attempt with version 1's three controllers.

Where this host doesn't let us (a remote engine, no delegation), the whole box has one limit and the attempt what the
supervisor leaves of it.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.spec import Limits
from worker.engines import cgroup

REST, ATTEMPT = "rest", "attempt-"
LEFT_MB = 8.0  # more than this above a new box is something left behind
IN_USE = {1: ("total_rss", "total_shmem"), 2: ("anon", "shmem")}
PEAK = {1: "memory.max_usage_in_bytes", 2: "memory.peak"}
ONE_CPU = {1: {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "100000"}, 2: {"cpu.max": "100000 100000"}}
ANY_CPU = {1: {"cpu.cfs_quota_us": "-1"}, 2: {"cpu.max": "max"}}
INIT = 1  # the first of an attempt's namespace counts as a process of it


@dataclass
class Shares:
    """The folders of a divided box (memory first), and who its supervisor is on this host."""

    version: int
    folders: tuple[Path, ...]
    supervisor: int
    new_mb: float = 0.0
    oom_kills: int = 0
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    attempt: str = ""

    def open(self, limits: Limits) -> None:
        """Make an attempt's group; the supervisor's next child is born in it."""
        self.attempt = f"{ATTEMPT}{next(self.numbers)}"
        memory = str(limits.memory_mb << 20)
        wanted = {"memory.limit_in_bytes": memory, "memory.max": memory, "pids.max": str(limits.processes + INIT)}
        for folder in self.folders:
            (folder / self.attempt).mkdir()
            cgroup.write(folder / self.attempt, wanted | ONE_CPU[self.version], lax=True)
            cgroup.write(folder / self.attempt, {"memory.memsw.limit_in_bytes": memory, "memory.swap.max": "0"}, lax=True)
        self.move(self.attempt)

    def leave(self) -> None:
        """Take the supervisor out again: its child is born."""
        self.move(REST)

    def move(self, group: str) -> None:
        """Move the supervisor."""
        for folder in self.folders:
            (folder / group / "cgroup.procs").write_text(str(self.supervisor))

    def close(self) -> float | None:
        """Remove the attempt's group; give the most memory it ever used, in MiB, where the kernel keeps that."""
        group, self.attempt = cgroup.Cgroup(cgroup.Parent(self.version, self.folders), self.attempt), ""
        peak = self.folders[0] / group.name / PEAK[self.version]
        used_mb = int(peak.read_text()) / (1 << 20) if peak.exists() else None
        self.oom_kills += group.oom_kills()
        group.remove()
        return used_mb

    def left(self) -> str:
        """Say how much more memory the box holds on to than when it was new; empty for what is little."""
        more = in_use_mb(self.version, self.folders[0]) - self.new_mb
        return f"{more:.0f} MiB of memory were left" if more > LEFT_MB else ""


def divide(version: int, folders: tuple[Path, ...]) -> Shares | None:
    """Divide the group of a box that is warm and idle; None where that isn't permitted here."""
    try:
        pids = [int(pid) for pid in (folders[0] / "cgroup.procs").read_text().split()]
        for folder in folders:
            (folder / REST).mkdir()
            for pid in pids:
                (folder / REST / "cgroup.procs").write_text(str(pid))
            cgroup.write(folder, ANY_CPU[version], lax=True)  # attempts have a limit of their own
        if version == 2:
            cgroup.share_out(folders[0])
        return Shares(version, folders, youngest(pids), in_use_mb(version, folders[0]))
    except (OSError, ValueError):
        return None


def youngest(pids: list[int]) -> int:
    """Find the one process of a chain that is nobody's parent: the supervisor. Raises ValueError where it isn't a chain."""
    parents = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in pids}
    (last,) = set(pids) - parents
    return last


def in_use_mb(version: int, folder: Path) -> float:
    """Read how much memory the processes of a group and their temporary files hold; what the kernel can drop isn't counted."""
    lines = dict(line.split(" ", 1) for line in (folder / "memory.stat").read_text().splitlines())
    return sum(int(lines.get(name, 0)) for name in IN_USE[version]) / (1 << 20)


def folders_of(pid: int) -> tuple[int, tuple[Path, ...]] | None:
    """Find the group folders of a process of this host, memory first; None where they aren't ours to write."""
    mounts = cgroup.read_mounts(Path("/proc/self/mountinfo").read_text())
    with suppress(OSError):
        own = cgroup.read_own(Path(f"/proc/{pid}/cgroup").read_text())
        if all(name in mounts and name in own for name in cgroup.NEEDED):
            return 1, cgroup.folders_v1(mounts, own)
        if "" in mounts and "" in own:
            return 2, (mounts[""].locate(own[""]),)
    return None
